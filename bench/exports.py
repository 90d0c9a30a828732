"""Exports of many sales lines through the door: how long they take, and what memory they need.

    python bench/exports.py --lines 200000

One partner's lines, each with its partner, customer and product by the ids of its source. Memory
is how far the process grows above what it held before the request.
"""

import argparse
import re
import time
from collections.abc import Iterable
from pathlib import Path

from database import bench_database
from night import fill

NAMED = """
INSERT INTO partners_partnerexternalid (partner_id, source_id, external_id)
  SELECT p.id, s.id, 'R' || p.id FROM partners_partner p, imports_source s;
INSERT INTO customers_customerexternalid (customer_id, source_id, external_id)
  SELECT c.id, s.id, 'C' || c.id FROM customers_customer c, imports_source s;
INSERT INTO sales_product (sku, name, family) SELECT 'P' || n, 'Product ' || n, ''
  FROM generate_series(1, 1000) AS n;
INSERT INTO sales_article (source_id, external_id, product_id)
  SELECT s.id, p.sku, p.id FROM sales_product p, imports_source s;
UPDATE sales_line SET quantity = 3, product_id = p.low + substr(invoice, 2)::int % 1000
  FROM (SELECT min(id) AS low FROM sales_product) AS p;
ANALYZE;
"""


def memory(what: str) -> float:
    """Megabytes of this process: VmRSS now, VmHWM at most since `reset`."""
    found = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


def reset() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def measure(url: str) -> None:
    from django.test import Client

    from accounts.models import Role, User

    client = Client()
    client.force_login(User.objects.get(role=Role.CHIEF))
    reset()
    before, start, size = memory("VmRSS"), time.perf_counter(), 0
    answer = client.get(url, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200, f"{url} answered {answer.status_code}"
    first = None
    pieces: Iterable[bytes] = answer.streaming_content  # type: ignore[attr-defined]
    for piece in pieces:
        first = first or time.perf_counter() - start
        size += len(piece)
    took, grown = time.perf_counter() - start, memory("VmHWM") - before
    ending = url.rpartition(".")[2]
    print(
        f"  {ending:<5}{took:8.1f} s, first byte {first or took:6.2f} s,"
        f" {size / 2**20:7.1f} MiB, memory +{grown:5.1f} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=200_000)
    asked = parser.parse_args()
    with bench_database():
        from django.db import connection

        from accounts.models import Role, User
        from partners.models import Partner

        fill(1, asked.lines, 1000)
        with connection.cursor() as cursor:
            cursor.execute(NAMED)
        User.objects.create_user("chief@bench.example", "x" * 20, name="C", role=Role.CHIEF)
        print(f"{asked.lines:,} sales lines of one partner, 15 columns")
        base = f"/partners/{Partner.objects.get().public_id}/lines/export"
        for ending in ("csv", "xlsx"):
            measure(f"{base}.{ending}")


if __name__ == "__main__":
    main()
