"""The night of a large channel, against the plainest query that answers its question.

    make bench            all benchmarks
    python bench/night.py --partners 10000 --lines 5000000 --customers 50000
    python bench/night.py --scale 1000,10000,100000 --lines-each 20

The peer adds up two windows of every sales line, warm, on the same server; the night judges every
partner, keeps the findings and publishes the alerts.
"""

import argparse
import datetime as dt
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

from database import bench_database

RUNS = 5
CUSTOMERS_EACH = 5
AS_OF = dt.date(2026, 6, 30)

FILL = """
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
INSERT INTO customers_customer (name, level, country, placeholder)
  SELECT 'Customer ' || n, 'entity', '', false FROM generate_series(1, %(customers)s) AS n;
INSERT INTO sales_line (source_id, invoice, line, feed_id, kind, date, reseller_id, customer_id,
  amount, basis, currency, rate, reporting_amount, deal, known_on, load_id)
  SELECT s.id, 'I' || n, '1', f.id, 'billing', d.day, p.low + n %% %(partners)s,
    c.low + (n %% %(partners)s * 5 + n / %(partners)s %% 5) %% %(customers)s,
    d.amount, 'vendor-net', 'USD', 1, d.amount, '',
    (date_trunc('month', d.day) + interval '1 month')::date - 1, i.id
  FROM imports_source s, sales_feed f, imports_import i,
    (SELECT min(id) AS low FROM partners_partner) AS p,
    (SELECT min(id) AS low FROM customers_customer) AS c,
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
INSERT INTO sales_customer_month (customer_id, partner_id, feed_id, measure, currency, month,
  known_on, amount, lines, load_id)
  SELECT customer_id, reseller_id, feed_id, 'billed', 'USD', date_trunc('month', date)::date,
    known_on, sum(amount), count(*), min(load_id)
  FROM sales_line GROUP BY 1, 2, 3, 6, 7;
INSERT INTO customers_customerpartner (customer_id, partner_id)
  SELECT DISTINCT customer_id, partner_id FROM sales_customer_month;
INSERT INTO partners_person (public_id, partner_id, name, role, email, phone, key, certifications,
  known_on)
  SELECT gen_random_uuid(), p.id, 'Person ' || n, '', '', '', n = 1, '', '2024-01-01'
  FROM partners_partner p, generate_series(1, 3) AS n WHERE p.id %% 2 = 0;
INSERT INTO partners_departure (public_id, person_id, left_on, known_on, where_to)
  SELECT gen_random_uuid(), id, '2026-05-01', '2026-05-02', '' FROM partners_person
  WHERE key AND partner_id %% 40 = 0;
INSERT INTO partners_ownresult (public_id, partner_id, start, "end", amount, currency, basis,
  inorganic, source, known_on)
  SELECT gen_random_uuid(), id, make_date(y, 1, 1), make_date(y, 12, 31),
    1000000 + (id * 7919 + y) %% 500000, 'USD', 'reported', false, '', make_date(y + 1, 3, 1)
  FROM partners_partner, generate_series(2023, 2025) AS y WHERE id %% 2 = 0;
INSERT INTO partners_linecard (public_id, partner_id, category)
  SELECT gen_random_uuid(), id, 'Phones' FROM partners_partner WHERE id %% 5 = 0;
INSERT INTO partners_linecardobservation (public_id, line_card_id, observed_on, source, basis,
  confidence, note, known_on)
  SELECT gen_random_uuid(), id, day, 'Call', 'revenue', 'high', '', day
  FROM partners_linecard, unnest('{2025-09-01,2026-05-01}'::date[]) AS day;
INSERT INTO partners_linecardsupplier (observation_id, rank, name, ours)
  SELECT id, 1 + (line_card_id + extract(month FROM observed_on)::int) %% 3, 'Us', true
  FROM partners_linecardobservation;
"""

PEER = """
SELECT reseller_id,
  sum(amount) FILTER (WHERE date > '2025-06-30' AND date <= '2026-06-30'),
  sum(amount) FILTER (WHERE date > '2024-06-30' AND date <= '2025-06-30')
FROM sales_line GROUP BY 1
"""


def fill(partners: int, lines: int, customers: int) -> None:
    """Partners with lines spread evenly over 36 months, rolled up by month."""
    from django.db import connection

    from channelhub.lib import roles
    from channelhub.lib.work import WorkState
    from imports.models import Import, Source

    source = Source.objects.create(name="bench")
    Import.objects.create(
        source=source, kind="sales", file_name="bench", size=0, confirmed=True, state=WorkState.DONE
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"partners": partners, "lines": lines, "customers": customers})
    with roles.acting_as(roles.OWNER), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


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


def watch(steps: dict[str, list[float]]) -> None:
    """Time each canary and the publishing inside a night, from outside the product."""
    from alerts import actions

    replace, publish = actions.replace_findings, actions.publish

    def timed(label: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = work()
        steps.setdefault(label, [0.0])[-1] += time.perf_counter() - start
        return found

    def replace_findings(run: Any, canary: str, *rest: Any) -> Any:
        return timed(canary, lambda: replace(run, canary, *rest))

    actions.replace_findings = replace_findings
    actions.publish = lambda run: timed("publish and health", lambda: publish(run))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--partners", type=int, default=10_000)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--customers", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--scale", help="sizes to compare, as in 1000,10000,100000 partners")
    parser.add_argument("--lines-each", type=int, default=20, help="of every partner of --scale")
    asked = parser.parse_args()
    if asked.scale:
        sizes = [int(size) for size in asked.scale.split(",")]
        compare([in_a_process(size, asked.lines_each, asked.runs) for size in sizes])
        return
    with bench_database():
        fill(asked.partners, asked.lines, asked.customers)
        print(
            f"{asked.partners:,} partners, {asked.lines:,} lines, {asked.customers:,} customers,"
            f" medians of {asked.runs}"
        )
        measure(asked.runs)


def measure(runs: int) -> None:
    from alerts.models import Alert, Finding

    peers, firsts, seconds_runs = [], [], []
    steps: dict[str, list[float]] = {}
    peer()
    watch(steps)
    for _ in range(runs):
        forget()
        peers.append(seconds(peer))
        firsts.append(seconds(first_night))
        for times in steps.values():
            times[-1:] = [times[-1], 0.0]
        seconds_runs.append(seconds(first_night))
        for times in steps.values():
            times[-1] = 0.0
    base = statistics.median(peers)
    print(f"judged {Finding.objects.count():,}, alerts {Alert.objects.count():,}")
    print(f"plain query over the lines   {base:8.3f} s   1.0")
    for label, times in (("first night", firsts), ("same night again", seconds_runs)):
        middle = statistics.median(times)
        print(f"{label:<28} {middle:8.3f} s   {middle / base:.1f}")
    for label, times in steps.items():
        print(f"  of the first: {label:<20} {statistics.median(times[:-1]):6.3f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process   {peak:8.0f} MB")


class Size(NamedTuple):
    """What a night of so many partners takes: medians in seconds, peak memory in MB."""

    partners: int
    peer: float
    first: float
    again: float
    peak: float


def in_a_process(partners: int, lines_each: int, runs: int) -> Size:
    """A process of its own for every size: peak memory only ever grows within one."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(of_size, partners, lines_each, runs).result()


def of_size(partners: int, lines_each: int, runs: int) -> Size:
    peers, firsts, agains = [], [], []
    with bench_database():
        fill(partners, partners * lines_each, partners * CUSTOMERS_EACH)
        peer()
        for _ in range(runs):
            forget()
            peers.append(seconds(peer))
            firsts.append(seconds(first_night))
            agains.append(seconds(first_night))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Size(partners, *map(statistics.median, (peers, firsts, agains)), peak)


def compare(found: list[Size]) -> None:
    print(
        f"{'partners':>9} {'plain query':>12} {'first night':>12} {'ratio':>6} {'again':>8}"
        f" {'ms a partner':>13} {'peak memory':>12}"
    )
    for size in found:
        print(
            f"{size.partners:>9,} {size.peer:>10.3f} s {size.first:>10.3f} s"
            f" {size.first / size.peer:>6.1f} {size.again:>6.2f} s"
            f" {1000 * size.first / size.partners:>13.3f} {size.peak:>9.0f} MB"
        )


if __name__ == "__main__":
    main()
