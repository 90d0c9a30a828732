"""What a packet costs: the snapshot, each file, WeasyPrint's pages beside Typst's, and a batch.

    .venv/bin/python -m bench.packets [--partners 500]

WeasyPrint needs libpango-1.0-0 and libpangoft2-1.0-0; without them its line says so.
"""

import argparse
import csv
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.database import bench_database

RUNS = 15
WORKERS = 2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--partners", type=int, default=500)
    partners = parser.parse_args().partners
    with bench_database():
        reviews = fill(partners)
        one(reviews[0])
        batch(reviews)


def fill(count: int) -> list[int]:
    """Partners with 24 months of sales to ten customers each, and a review of the last quarter."""
    import datetime as dt

    from django.core.management import call_command

    from accounts.models import Organisation
    from channelhub.lib import months
    from imports.models import Source
    from partners.models import Partner, PartnerExternalId, Person
    from reviews.quarterly.rules import Quarter
    from reviews.quarterly.scheduling import review_of

    last = months.add_months(months.first_day(Organisation.current().today()), -2)
    first = months.add_months(last, -23)
    source = Source.objects.create(name="erp")
    partners = Partner.objects.bulk_create(
        Partner(number=f"B-{n}", name=f"Partner number {n} of the bench") for n in range(count)
    )
    PartnerExternalId.objects.bulk_create(
        PartnerExternalId(partner=each, source=source, external_id=each.number) for each in partners
    )
    Person.objects.bulk_create(
        Person(partner=each, name=f"Person {n}", certifications="CCX", known_on=first)
        for each in partners
        for n in range(5)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sales.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["invoice", "line", "date", "reseller", "customer", "product", "amount"])
            for each in partners:
                for month in months.between(first, last):
                    for n in range(10):
                        row = [f"{each.number}-{month:%Y%m}", n, f"{month:%Y-%m}-15", each.number]
                        rows.writerow([*row, f"Customer {n} of {each.number}", "P1", 900 + n * 37])
        covers = f"{first:%Y-%m}..{last:%Y-%m}"
        sets = ["kind=billing", "currency=USD"]
        call_command(
            "import_file", "sales", str(path), source="erp", history=True, covers=covers, set=sets
        )
    end = months.last_day(last)
    quarter = Quarter("BENCH-Q1", months.add_months(last, -2), end)
    assert end > first + dt.timedelta(days=600)
    return [review_of(each, quarter, acting_user=None).pk for each in partners]


def one(key: int) -> None:
    """One packet, warm: medians of some runs."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from reviews.models import Review
    from reviews.packets.batches import house_style
    from reviews.packets.files import FORMATS, draw
    from reviews.packets.making import make_packet

    review = Review.objects.get(pk=key)
    style = house_style()
    with CaptureQueriesContext(connection) as asked:
        packet = make_packet(review, acting_user=None)
    print(f"snapshot: {len(asked)} queries")

    def whole() -> None:
        draw(make_packet(review, acting_user=None).document, list(FORMATS), style)

    told("snapshot with its queries", lambda: make_packet(review, acting_user=None))
    for name in FORMATS:
        told(f"{name}, charts given", lambda name=name: draw(packet.document, [name], style))
    told("one packet, three formats, with queries", whole)
    beside_weasyprint(packet.document, style)


def beside_weasyprint(document: Any, style: Any) -> None:
    """The same words, tables and bars as HTML, laid out by WeasyPrint."""
    from reviews.packets.files.pdf import pdf
    from reviews.packets.files.pdf import told as told_of

    try:
        from weasyprint import HTML
    except OSError as error:
        print(f"WeasyPrint: not run ({error})".splitlines()[0])
        return
    page = html_of(told_of(document, style))
    ours = told("Typst", lambda: pdf(document, style))
    theirs = told("WeasyPrint, the same pages", lambda: HTML(string=page).write_pdf())
    print(f"WeasyPrint / Typst: {theirs / ours:.1f}")


def html_of(told_: Any) -> str:
    """The data of the Typst template as a plain page."""
    from html import escape

    parts = [f"<h1>{escape(told_['partner'])}</h1><p>{escape(told_['facts'])}</p>"]
    for section in told_["sections"]:
        parts.append(f"<h2>{escape(section['title'])}</h2>")
        for figure in section["figures"]:
            lines = (figure["label"], figure["value"], figure["beside"], figure["source"])
            parts.append("<div class=card>" + "<br>".join(map(escape, lines)) + "</div>")
        for chart in section["charts"]:
            bars = [
                f'<rect x="{n * 20 + s * 8}" y="{60 - abs(v or 0) * 60:.2f}" width="7"'
                f' height="{abs(v or 0) * 60:.2f}"/>'
                for s, row in enumerate(chart["values"])
                for n, v in enumerate(row)
            ]
            parts.append(f'<svg width="500" height="60">{"".join(bars)}</svg>')
        for table in section["tables"]:
            rows = [table["head"], *table["rows"]]
            cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
            parts.append("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")
    style = ".card{display:inline-block;width:30%;background:#f4f6f8;margin:4px;padding:6px}"
    return f"<style>@page{{size:A4}}{style}</style>{''.join(parts)}"


def told(name: str, run: Callable[[], Any]) -> float:
    """Print the median of some warm runs in ms, and answer it."""
    run()
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        taken.append((time.perf_counter() - start) * 1000)
    median = statistics.median(taken)
    print(f"{name}: {median:.0f} ms (p90 {statistics.quantiles(taken, n=10)[8]:.0f})")
    return median


def batch(reviews: list[int]) -> None:
    """All packets by two processes, as two workers make them, and what memory each took."""
    from django.db import connections

    from reviews.models import Review
    from reviews.packets.batches import begin_batch

    made = begin_batch(
        Review.objects.filter(pk__in=reviews), quarter="BENCH-Q1", formats=["pdf", "pptx", "xlsx"],
        paper="a4", partner_safe=False, acting_user=None,
    )  # fmt: skip
    keys = list(made.items.values_list("pk", flat=True))
    connections.close_all()
    start = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        multiprocessing.get_context("fork").Pool(WORKERS) as pool,
    ):
        asked = [(keys[n::WORKERS], folder) for n in range(WORKERS)]
        peaks = pool.map(work, asked)
    taken = time.perf_counter() - start
    print(f"batch: {len(keys)} packets in {taken:.0f} s, {len(keys) / taken:.1f} a second,")
    for half, full in peaks:
        print(f"  a worker's peak {half} MB after half of them, {full} MB after all")
    assert made.counts()["done"] == len(keys)


def work(asked: tuple[list[int], str]) -> tuple[int, int]:
    """Make some packets; peak memory in MB after half of them and after all."""
    from django.conf import settings

    from reviews.packets.batches import run_item

    keys, folder = asked
    settings.PACKET_DIR = folder
    peaks = []
    for part in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
        for key in part:
            run_item(key)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    return peaks[0], peaks[1]


if __name__ == "__main__":
    main()
