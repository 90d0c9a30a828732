"""The night of a large channel, against the plainest query that answers its question.

    make bench            all benchmarks
    python bench/night.py --partners 10000 --lines 1000000

The peer adds up two windows of every sales line, warm, on the same server; the night judges every
partner, keeps the findings and publishes the alerts.
"""

import argparse
import datetime as dt
import resource
import statistics
import time
from collections.abc import Callable

from database import bench_database

RUNS = 5
AS_OF = dt.date(2026, 6, 30)

FILL = """
INSERT INTO imports_source (name) VALUES ('bench');
INSERT INTO imports_import (kind, file_name, path, checksum, size, options, confirmed, new, changed,
  unchanged, rejected, rows_read, created_at, source_id, state, attempts, error)
  SELECT 'sales', 'bench', 'bench', '', 0, '{}', true, 0, 0, 0, 0, 0, now(), id, 'done', 0, ''
  FROM imports_source;
INSERT INTO sales_feed (source_id, route, lag_days) SELECT id, 'channel', 0 FROM imports_source;
INSERT INTO sales_feedmonth (feed_id, month, known_on, load_id)
  SELECT f.id, m::date, (m + interval '1 month')::date - 1, i.id
  FROM sales_feed f, imports_import i,
    generate_series('2023-07-01'::timestamp, '2026-06-01', '1 month') AS m;
INSERT INTO partners_partner (number, name, kinds, type, currency, website)
  SELECT 'P' || n, 'Partner ' || n, '{reseller}', '', '', ''
  FROM generate_series(1, %(partners)s) AS n;
INSERT INTO partners_partnerstatus (partner_id, status, valid)
  SELECT id, 'active', daterange(NULL, NULL) FROM partners_partner;
INSERT INTO sales_line (source_id, invoice, line, feed_id, kind, date, reseller_id, amount, basis,
  currency, rate, reporting_amount, deal, known_on, load_id)
  SELECT s.id, 'I' || n, '1', f.id, 'billing', d.day, p.low + n %% %(partners)s,
    d.amount, 'vendor-net', 'USD', 1, d.amount, '',
    (date_trunc('month', d.day) + interval '1 month')::date - 1, i.id
  FROM imports_source s, sales_feed f, imports_import i,
    (SELECT min(id) AS low FROM partners_partner) AS p,
    generate_series(1, %(lines)s::bigint) AS n,
    LATERAL (SELECT '2023-07-01'::date + (n * 7919 %% 1096)::int AS day,
                    round((100 + (n * 104729 %% 90000) / 100.0)::numeric, 2)
                      * CASE WHEN n * 7919 %% 1096 > 730
                             THEN (n %% %(partners)s) %% 300 / 100.0 ELSE 1 END
                      * CASE WHEN n %% %(partners)s %% 20 = 7 THEN 50 ELSE 1 END AS amount) AS d;
INSERT INTO sales_month (partner_id, feed_id, measure, currency, month, known_on, amount, returns,
  lines, load_id)
  SELECT reseller_id, feed_id, 'billed', 'USD', date_trunc('month', date)::date, known_on,
    sum(amount), 0, count(*), min(load_id)
  FROM sales_line GROUP BY 1, 2, 5, 6;
"""

PEER = """
SELECT reseller_id,
  sum(amount) FILTER (WHERE date > '2025-06-30' AND date <= '2026-06-30'),
  sum(amount) FILTER (WHERE date > '2024-06-30' AND date <= '2025-06-30')
FROM sales_line GROUP BY 1
"""


def fill(partners: int, lines: int) -> None:
    """Partners with lines spread evenly over 36 months, rolled up by month."""
    from django.db import connection

    from channelhub.lib import roles

    with connection.cursor() as cursor:
        cursor.execute(FILL, {"partners": partners, "lines": lines})
    with roles.acting_as(roles.OWNER), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE sales_line, sales_month, partners_partner")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peer() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(PEER)
        cursor.fetchall()


def first_night() -> None:
    """A night nobody has judged: runs and alerts of before are gone."""
    from alerts.actions import recompute

    recompute(AS_OF)


def forget() -> None:
    from alerts.models import Alert, AlertChange, Run

    AlertChange.objects.all().delete()
    Alert.objects.all().delete()
    Run.objects.all().delete()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--partners", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    asked = parser.parse_args()
    with bench_database():
        fill(asked.partners, asked.lines)
        measure(asked.partners, asked.lines)


def measure(partners: int, lines: int) -> None:
    from alerts.models import Alert, Finding

    peers, firsts, seconds_runs = [], [], []
    peer()
    for _ in range(RUNS):
        forget()
        peers.append(seconds(peer))
        firsts.append(seconds(first_night))
        seconds_runs.append(seconds(first_night))
    base = statistics.median(peers)
    print(f"{partners:,} partners, {lines:,} lines, medians of {RUNS}")
    print(f"judged {Finding.objects.count():,}, alerts {Alert.objects.count():,}")
    print(f"plain query over the lines   {base:8.3f} s   1.0")
    for label, runs in (("first night", firsts), ("same night again", seconds_runs)):
        print(
            f"{label:<28} {statistics.median(runs):8.3f} s   {statistics.median(runs) / base:.1f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process   {peak:8.0f} MB")


if __name__ == "__main__":
    main()
