"""How fast the customers that a name may mean are found among a million, and whether the right one.

    python bench/matching.py --customers 1000000

Names are made up (names.py) and asked for with a typo, without their legal form, or with their
words in another order. Peers on the same rows, in the same run: a trigram index alone, and the
exact key alone. The curve is that of how many customers one key may bring.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import names
from database import bench_database

KINDS = ("typo", "form dropped", "word order")
TRIGRAM = """
SELECT id FROM customers_customer WHERE upper(name) %% upper(%s)
ORDER BY similarity(upper(name), upper(%s)) DESC LIMIT 40
"""
EXACT = "SELECT id FROM customers_customer WHERE customer_name_key(name) = customer_name_key(%s)"

Search = Callable[[str], list[int]]


SLOW_TO_FILL = ("customer_name_search", "customer_name_keys", "customer_name_key")


def fill(customers: int, dice: random.Random) -> None:
    """Customers with made-up names; their indexes are made afterwards."""
    from django.db import connection

    from channelhub.lib.roles import acting_as

    words = names.vocabulary(dice, customers // 5)
    with acting_as(None), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_customer DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT pg_get_indexdef(oid) FROM pg_class WHERE relname = ANY (%s)",
            [list(SLOW_TO_FILL)],
        )
        indexes = [made for (made,) in cursor.fetchall()]
        cursor.execute(f"DROP INDEX {', '.join(SLOW_TO_FILL)}")
        copy = "COPY customers_customer (name, country, level, placeholder) FROM STDIN"
        with cursor.copy(copy) as rows:
            for _ in range(customers):
                rows.write_row((*names.legal_name(dice, words), "entity", False))
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for made in indexes:
            start = time.perf_counter()
            cursor.execute(made)
            print(
                f"  {made.split()[2]:<24}made in {time.perf_counter() - start:4.0f} s", flush=True
            )
        cursor.execute("ALTER TABLE customers_customer ENABLE TRIGGER USER")
        cursor.execute("VACUUM (ANALYZE) customers_customer")
        for name in SLOW_TO_FILL:
            cursor.execute("SELECT pg_relation_size(%s) / 1048576", [name])
            print(f"  {name:<24}{cursor.fetchone()[0]:5} MiB", flush=True)


def asked(number: int, dice: random.Random) -> Iterator[tuple[int, str, str]]:
    from customers.models import Customer

    top = Customer.objects.latest("id").pk
    keys = [dice.randint(1, top) for _ in range(number)]
    rows = Customer.objects.filter(pk__in=keys).values_list("pk", "name")
    for place, (key, name) in enumerate(rows):
        kind = KINDS[place % 3]
        yield key, names.VARIANTS[kind](dice, name), kind


def on_cpu() -> float:
    """Milliseconds that this process and its server process have worked: no waiting for others."""
    from django.db import connection

    connection.ensure_connection()
    server = connection.connection.info.backend_pid
    worked = int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e6
    return worked + time.process_time() * 1000


def measure(label: str, search: Search, cases: list[tuple[int, str, str]]) -> None:
    for _, name, _ in cases[:30]:
        search(name)
    took, worked, right = [], [], dict.fromkeys(KINDS, 0)
    for key, name, kind in cases:
        start, before = time.perf_counter(), on_cpu()
        found = search(name)
        worked.append(on_cpu() - before)
        took.append((time.perf_counter() - start) * 1000)
        right[kind] += key in found
    share = {kind: right[kind] / sum(k == kind for *_, k in cases) for kind in KINDS}
    told = "".join(f"  {kind} {share[kind]:.3f}" for kind in KINDS)
    (wall, slow), (cpu, most) = _percentiles(took), _percentiles(worked)
    print(
        f"  {label:<28} {wall:7.2f} {slow:7.2f} ms   on the CPU {cpu:7.2f} {most:7.2f} ms"
        f"   recall {sum(right.values()) / len(cases):.3f} {told}",
        flush=True,
    )


def _percentiles(values: list[float]) -> tuple[float, float]:
    ranked = sorted(values)
    return ranked[len(ranked) // 2], ranked[int(len(ranked) * 0.95)]


def curve(cases: list[tuple[int, str, str]]) -> None:
    """Ours by how many customers a key may bring, and the peers."""
    from django.db import connection

    from customers.matching import Account, find, finding

    def candidates(name: str) -> list[int]:
        near = finding._candidates([Account(name)])[0]  # noqa: SLF001 - what is measured
        return [each.key for each in finding._closest(Account(name), near)]  # noqa: SLF001

    def ours(name: str) -> list[int]:
        return [each.customer for each in find(Account(name)).candidates]

    preset = finding.EACH
    print("  p50 and p95 of a name; the load of the machine:", *os.getloadavg())
    for each in (20, 50, 100, 300, 1000):
        finding.EACH = each
        measure(f"candidates, {each} a key", candidates, cases)
    finding.EACH = preset
    measure(f"find, {preset} a key", ours, cases)
    measure("exact key alone", rows_of(EXACT), cases)
    with connection.cursor() as cursor:
        cursor.execute("SET pg_trgm.similarity_threshold = 0.5")
    measure("trigram index alone, 0.5", rows_of(TRIGRAM), cases[:90])


def rows_of(statement: str) -> Search:
    from django.db import connection

    def search(name: str) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(statement, [name] * statement.count("%s"))
            return [key for (key,) in cursor.fetchall()]

    return search


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--names", type=int, default=900)
    wanted = parser.parse_args()
    dice = random.Random(20)
    with bench_database():
        print(f"{wanted.customers:,} customers")
        fill(wanted.customers, dice)
        cases = list(asked(wanted.names, dice))
        print(f"{len(cases)} names, a third each: {', '.join(KINDS)}")
        curve(cases)


if __name__ == "__main__":
    main()
