"""Loads the demo's files through the import engine, as anybody would."""

import csv
import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from accounts.models import User
from channelhub.demo.calendar import MONTHS, Report
from channelhub.demo.cast import ERP, HARROWGATE, LINDMAAR, MARKET, PROSPECTS, RATES, SEATS
from channelhub.demo.lines import Row, rows, their_number
from channelhub.demo.market import PRODUCTS
from channelhub.lib import months
from imports.actions import create_import
from imports.models import Import, Source
from imports.options import Options
from imports.running import run_now
from partners.models import Status
from sales.models import Feed, Route

# The booked rate of a month swings around its usual value by so much, in turn.
SWING = (Decimal("0.985"), Decimal("0.995"), Decimal("1.010"), Decimal("1.005"))


class Refused(Exception):
    """A row of the demo was not loaded: the tables and the import have come apart."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Loader:
    """Writes files into a folder and imports each of them in the name of a person."""

    folder: Path
    acting_user: User

    def load(self, kind: str, source: str, rows: list[Row], options: Options | None = None) -> None:
        """Import rows.

        Raises:
            Refused: not every row was loaded.
        """
        name = f"{source}-{kind}.csv"
        load = create_import(
            kind=kind,
            source=source,
            path=_write(self.folder / name, rows),
            file_name=name,
            options=options or Options(),
            acting_user=self.acting_user,
        )
        _check(run_now(load))


def _write(path: Path, rows: list[Row]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _check(load: Import) -> None:
    bad = load.rejected_rows.first()
    if bad is not None:
        raise Refused(f"{load.file_name}, {bad}")


def load_partners(loader: Loader, since: dt.date) -> None:
    """Load the partners from our own books, and what the others call those they serve."""
    loader.load("partners", ERP, [_partner(number, since) for number in range(len(SEATS))])
    for source in (HARROWGATE, LINDMAAR, MARKET):
        served = [seat for seat in SEATS if seat.feed == source]
        rows = [
            {"external_id": their_number(s), "number": s.number, "name": s.name} for s in served
        ]
        loader.load("partners", source, rows)


def _partner(index: int, since: dt.date) -> Row:
    """A row of our own books; those that began to buy later became partners then."""
    seat = SEATS[index]
    start = months.add_months(since, seat.story.first) if seat.story.first < MONTHS else since
    return {
        "external_id": str(7001 + index),
        "number": seat.number,
        "name": seat.name,
        "type": seat.type,
        "website": f"https://{seat.name.lower().replace(' ', '-')}.example",
        "currency": seat.currency,
        "status": Status.PROSPECT if seat.number in PROSPECTS else Status.ACTIVE,
        "tier": seat.tier,
        "territory": seat.territory,
        "manager": seat.manager,
        "start": start.isoformat(),
    }


def load_products(loader: Loader) -> None:
    """Load what is sold."""
    names = ("external_id", "name", "family", "line")
    rows = [dict(zip(names, product[:4], strict=True)) for product in PRODUCTS]
    loader.load("products", ERP, rows)


def load_rates(loader: Loader, as_of: dt.date) -> None:
    """Load the plan rates, new with each calendar year, and a booked rate for every month."""
    loader.load("rates", ERP, [*_plan_rates(as_of), *_booked_rates(as_of)])


def _plan_rates(as_of: dt.date) -> Iterable[Row]:
    new_year = as_of.replace(month=1, day=1)
    for currency, before, now, _ in RATES:
        if before is not None and now is not None:
            row = {"type": "plan", "currency": currency}
            last = (new_year - dt.timedelta(days=1)).isoformat()
            yield {**row, "start": "", "end": last, "rate": str(before)}
            yield {**row, "start": new_year.isoformat(), "end": "", "rate": str(now)}


def _booked_rates(as_of: dt.date) -> Iterable[Row]:
    last = months.first_day(as_of)
    for currency, _, _, usual in RATES:
        for index, month in enumerate(months.between(months.add_months(last, -2 - MONTHS), last)):
            rate = usual * SWING[index % len(SWING)]
            row = {"type": "booked", "currency": currency, "day": month.isoformat()}
            yield {**row, "rate": f"{rate:.6f}"}


def load_sales(loader: Loader, report: Report) -> None:
    """Load all that a source reported, as history: known as long after each month as its lag."""
    source, _ = Source.objects.get_or_create(name=report.source)
    Feed.objects.create(source=source, route=Route.CHANNEL, lag_days=report.lag)
    options = Options(covers=(report.first, report.last), history=True)
    loader.load("sales", report.source, rows(report), options)
