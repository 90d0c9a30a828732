"""Sales lines loaded, loaded again and undone, against what else Django offers.

    PYTHONPATH=. .venv/bin/python bench/imports.py [--rows 200000] [--runs 5] [--stored 0]

Peers write the same resolved rows into the same table: a bare COPY, `bulk_create` that updates on
conflict, and django-import-export's bulk mode on fewer rows. They check and reckon nothing.
`--sizes` loads files of other sizes, `--stored` fills the table first, `--xlsx` loads a workbook.
"""

import argparse
import csv
import datetime as dt
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.database import bench_database

RUNS = 5
RESELLERS, DISTRIBUTORS, CUSTOMERS, PRODUCTS = 2_000, 40, 5_000, 800
FIRST = dt.date(2026, 1, 1)
DAYS = 90
HEADER = ("invoice", "line", "date", "kind", "reseller", "distributor", "customer", "product",
          "quantity", "price", "amount", "currency")  # fmt: skip
TABLES = ("sales_line", "sales_line_past", "sales_month", "sales_customer_month", "sales_feedmonth",
          "customers_customerpartner")  # fmt: skip
SLOW_PEER_ROWS = 5_000

# Rows of another source, spread over the three years before.
STORED = """
INSERT INTO imports_source (name) VALUES ('stored');
INSERT INTO imports_import (kind, file_name, path, checksum, size, options, confirmed, checking,
  cancel_wanted, stage, new, changed, unchanged, closed, rejected, rows_read, created_at, source_id,
  state, attempts, error)
  SELECT 'sales', 'stored', 'stored', '', 0, '{}', true, false, false, '', 0, 0, 0, 0, 0, 0, now(),
    id, 'done', 0, '' FROM imports_source WHERE name = 'stored';
INSERT INTO sales_feed (source_id, route, lag_days)
  SELECT id, 'channel', 0 FROM imports_source WHERE name = 'stored';
INSERT INTO sales_line (source_id, invoice, line, feed_id, kind, date, reseller_id, customer_id,
  product_id, amount, basis, currency, rate, reporting_amount, deal, known_on, load_id)
  SELECT f.source_id, 'S' || n / 5, n %% 5, f.id, 'billing',
    '2023-01-01'::date + (n::bigint * 1000 / %(stored)s)::integer,
    1 + n %% %(resellers)s, 1 + n %% %(customers)s, 1 + n %% %(products)s, 100, 'vendor-net', 'USD',
    1, 100, '', '2026-01-01', (SELECT max(id) FROM imports_import)
  FROM sales_feed f JOIN imports_source s ON s.id = f.source_id AND s.name = 'stored',
    generate_series(1, %(stored)s) AS n
"""

NAMES = """
INSERT INTO imports_source (name) VALUES ('erp');
INSERT INTO partners_partner (number, name, kinds, type, currency, website)
  SELECT 'N' || n, 'Partner ' || n, '{reseller}', '', '', ''
  FROM generate_series(1, %(partners)s) AS n;
INSERT INTO partners_partnerexternalid (partner_id, source_id, external_id)
  SELECT p.id, s.id, 'P' || substr(p.number, 2) FROM partners_partner p, imports_source s;
INSERT INTO customers_customer (name, level, country, placeholder)
  SELECT 'Customer ' || n, 'entity', '', false FROM generate_series(1, %(customers)s) AS n;
INSERT INTO customers_customerexternalid (customer_id, source_id, external_id)
  SELECT c.id, s.id, 'C' || substr(c.name, 10) FROM customers_customer c, imports_source s;
INSERT INTO sales_product (sku, name, family)
  SELECT 'A' || n, 'Article ' || n, '' FROM generate_series(1, %(products)s) AS n;
INSERT INTO sales_article (product_id, source_id, external_id)
  SELECT p.id, s.id, p.sku FROM sales_product p, imports_source s;
"""


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Lines of five to an invoice, a tenth of them returns, half through a distributor."""
    dice = random.Random(7)
    for number in range(count):
        invoice = number // 5
        reseller = 1 + invoice * 37 % RESELLERS
        seller = f"P{RESELLERS + 1 + invoice % DISTRIBUTORS}" if invoice % 2 else ""
        quantity = dice.randint(1, 20) * (-1 if number % 10 == 9 else 1)
        price = dice.randint(100, 90_000) / 100
        day = FIRST + dt.timedelta(invoice * 13 % DAYS)
        yield (
            f"INV-{invoice:08}", str(number % 5 + 1), day.isoformat(), "billing", f"P{reseller}",
            seller, f"C{1 + invoice * 7 % CUSTOMERS}", f"A{1 + number * 11 % PRODUCTS}",
            str(quantity), f"{price:.2f}", f"{quantity * price:.2f}", "USD",
        )  # fmt: skip


def write_file(path: Path, count: int, *, last: str = "") -> Path:
    """A file of so many lines; `last` is another quantity in its last row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number, row in enumerate(rows(count)):
            changed = (*row[:8], last, row[9], "1.00", row[11]) if last else row
            writer.writerow(changed if number == count - 1 else row)
    return path


def write_workbook(path: Path, count: int) -> Path:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for number, row in enumerate(rows(count)):
        sheet.write_row(number + 1, 0, row)
    book.close()
    return path


# --- The stage ---------------------------------------------------------------------------------


def execute(statement: str, params: dict[str, Any] | None = None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def empty(stored: int) -> None:
    """As before the first load; rows that were stored before stay."""
    from channelhub.lib import roles

    with roles.acting_as(roles.OWNER):
        if stored:
            for table in ("sales_line", "sales_line_past"):
                execute(
                    f"DELETE FROM {table} WHERE source_id ="  # noqa: S608
                    " (SELECT id FROM imports_source WHERE name = 'erp')"
                )
            execute(f"TRUNCATE {', '.join(TABLES[2:])}")
            execute("VACUUM sales_line")
        else:
            execute(f"TRUNCATE {', '.join(TABLES)}")
        execute("UPDATE imports_import SET unchanged = 0")


def load(path: Path) -> Any:
    from imports import actions, running
    from imports.options import Options

    return running.run_now(
        actions.create_import(
            kind="sales", source="erp", path=path, file_name=path.name, options=Options()
        )
    )


def undo(done: Any) -> Any:
    from imports import actions

    return actions.undo_now(done)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def peak_memory() -> Iterator[list[float]]:
    """How much larger, in MB, this process was at its largest than when it began."""
    peak, stop = [0.0], threading.Event()
    idle = resident()

    def watch() -> None:
        while not stop.wait(0.02):
            peak[0] = max(peak[0], resident() - idle)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield peak
    stop.set()
    watcher.join()


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


# --- Peers -------------------------------------------------------------------------------------


def resolved() -> list[dict[str, Any]]:
    """The rows of the last load as they are stored, for peers that resolve nothing."""
    from sales.models import SalesLine

    return list(SalesLine.objects.values())


def bare_copy(lines: list[dict[str, Any]]) -> None:
    from django.db import connection, transaction

    names = ", ".join(lines[0])
    with (
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY sales_line ({names}) FROM STDIN") as copy,
    ):
        for line in lines:
            copy.write_row(list(line.values()))


def bulk_create(lines: list[dict[str, Any]]) -> None:
    from django.db import transaction

    from sales.models import SalesLine

    keys = ("source", "invoice", "line")
    fields = [f.name for f in SalesLine._meta.concrete_fields if f.name not in keys]
    with transaction.atomic():
        SalesLine.objects.bulk_create(
            (SalesLine(**line) for line in lines),
            batch_size=5_000,
            update_conflicts=True,
            unique_fields=keys,
            update_fields=fields,
        )


def import_export(path: Path) -> None:
    """Bulk mode with its names looked up from memory, which is faster than its documentation's."""
    from import_export import fields, resources, widgets
    from tablib import Dataset

    from customers.models import CustomerExternalId
    from imports.models import Import, Source
    from partners.models import PartnerExternalId
    from sales.models import Article, Feed, SalesLine

    source = Source.objects.get(name="erp")
    feed, newest = Feed.objects.filter(source=source).first(), Import.objects.latest("pk")
    partners = dict(PartnerExternalId.objects.values_list("external_id", "partner_id"))
    customers = dict(CustomerExternalId.objects.values_list("external_id", "customer_id"))
    articles = dict(Article.objects.values_list("external_id", "product_id"))

    class Lines(resources.ModelResource):
        date = fields.Field("date", "date", widget=widgets.DateWidget())
        quantity = fields.Field("quantity", "quantity", widget=widgets.DecimalWidget())
        amount = fields.Field("amount", "amount", widget=widgets.DecimalWidget())

        class Meta:
            model = SalesLine
            import_id_fields = ("invoice", "line")
            fields = ("invoice", "line", "date", "kind", "quantity", "amount", "currency")
            use_bulk = True
            batch_size = 1_000
            skip_diff = True

        def before_save_instance(self, instance: Any, row: Any, **_: Any) -> None:
            instance.source, instance.feed, instance.load = source, feed, newest
            instance.reseller_id = partners[row["reseller"]]
            instance.distributor_id = partners.get(row["distributor"])
            instance.customer_id = customers[row["customer"]]
            instance.product_id = articles[row["product"]]
            instance.known_on = dt.date(2026, 4, 1)

    with path.open(encoding="utf-8") as file:
        result = Lines().import_data(Dataset().load(file, format="csv"), raise_errors=True)
    assert result.totals["new"] == SLOW_PEER_ROWS, result.totals


# --- Figures -----------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--stored", type=int, default=0)
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    asked = parser.parse_args()
    with bench_database(), tempfile.TemporaryDirectory() as folder:
        _names(asked.stored)
        print(f"{asked.rows:,} lines into a table of {asked.stored:,}, medians of {asked.runs}")
        measure(asked, Path(folder))
        for size in asked.sizes:
            _size(Path(folder), size, asked.stored)


def _names(stored: int) -> None:
    from channelhub.lib import roles

    names = {
        "partners": RESELLERS + DISTRIBUTORS, "customers": CUSTOMERS, "products": PRODUCTS,
        "resellers": RESELLERS, "stored": stored,
    }  # fmt: skip
    with roles.acting_as(roles.OWNER):
        execute(NAMES, names)
        if stored:
            execute(STORED, names)
        execute("VACUUM ANALYZE")


class Clock:
    """How long each piece of work took, run by run."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def time(self, label: str, work: Callable[..., Any], *given: Any) -> Any:
        start = time.perf_counter()
        found = work(*given)
        self.times.setdefault(label, []).append(time.perf_counter() - start)
        return found


def measure(asked: argparse.Namespace, folder: Path) -> None:
    path = write_file(folder / "lines.csv", asked.rows)
    again = write_file(folder / "again.csv", asked.rows, last="7")
    few = write_file(folder / "few.csv", SLOW_PEER_ROWS)
    book = write_workbook(folder / "lines.xlsx", asked.rows) if asked.xlsx else None
    load(few)
    clock, memory = Clock(), 0.0
    for _ in range(asked.runs):
        memory = max(memory, _loads(clock, path, again, asked))
        if book:
            empty(asked.stored)
            clock.time("load of a workbook", load, book)
        if not asked.no_peers and not asked.stored:
            _peers(clock, path, few)
    tell(clock.times, asked.rows, memory)


def _loads(clock: Clock, path: Path, again: Path, asked: argparse.Namespace) -> float:
    """Load, load again, undo. The memory of the load."""
    from sales.models import SalesLine

    empty(asked.stored)
    with peak_memory() as peak:
        done = clock.time("load", load, path)
    changed = clock.time("the same, last row changed", load, again)
    assert (changed.new, changed.changed) == (0, 1)
    undo(changed)
    assert clock.time("undo on the same day", undo, done).closed == asked.rows
    empty(asked.stored)
    done = load(path)
    SalesLine.objects.filter(load=done).update(known_on=dt.date(2026, 5, 1))
    assert clock.time("undo on a later day", undo, done).closed == asked.rows
    return peak[0]


def _peers(clock: Clock, path: Path, few: Path) -> None:
    from sales.models import SalesLine

    empty(0)
    load(path)
    lines = resolved()
    for label, peer in (("bare COPY", bare_copy), ("bulk_create", bulk_create)):
        empty(0)
        clock.time(label, peer, lines)
        assert SalesLine.objects.count() == len(lines)
    empty(0)
    clock.time("import-export", import_export, few)


def tell(times: dict[str, list[float]], count: int, memory: float) -> None:
    base = statistics.median(times["load"])
    for label, found in times.items():
        middle = statistics.median(found)
        each = middle / (SLOW_PEER_ROWS if label == "import-export" else count)
        print(
            f"{label:<28} {middle:8.2f} s {1 / each:>10,.0f} rows/s"
            f"   {each * count / base:7.2f} of a load"
        )
    print(f"memory of the worker over idle {memory:6.0f} MB")


def _size(folder: Path, size: int, stored: int) -> None:
    path = write_file(folder / f"{size}.csv", size)
    empty(stored)
    with peak_memory() as peak:
        took = seconds(lambda: load(path))
    print(
        f"{size:>10,} lines {took:8.2f} s {size / took:>10,.0f} rows/s, {peak[0]:.0f} MB over idle"
    )


if __name__ == "__main__":
    main()
