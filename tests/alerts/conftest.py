"""A small channel whose sales are loaded through the import command, on days that tests choose."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Organisation
from alerts.canaries import CANARIES
from channelhub.lib import months
from imports.models import Source
from partners.models import Partner, PartnerExternalId

Line = tuple[str, str, str, str]  # invoice, date, reseller, amount
COLUMNS = ("invoice", "line", "date", "reseller", "product", "amount")


@pytest.fixture(autouse=True)
def spread_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel of three partners hangs on each of them: that is told in concentration's tests."""
    monkeypatch.setitem(CANARIES["concentration"].limits, "partner_share", Decimal(1000))


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets the organisation's clock: `on("2026-01-02")` is 12:00 of that day."""

    def set_clock(text: str) -> None:
        now = dt.datetime.fromisoformat(text if "T" in text else f"{text}T12:00:00")
        monkeypatch.setattr(
            Organisation, "now", lambda self: now.replace(tzinfo=now.tzinfo or self.zone())
        )

    return set_clock


@pytest.fixture
def sell(tmp_path: Path, db: None) -> Callable[..., None]:
    """Loads sales lines of the source `erp`; months 2024-01 to 2025-12 unless told otherwise."""
    files = iter(range(1000))

    def load(
        lines: Iterable[Line],
        *,
        covers: str = "2024-01..2025-12",
        history: bool = True,
        source: str = "erp",
        currency: str = "USD",
    ) -> None:
        path = tmp_path / f"sales{next(files)}.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for invoice, date, reseller, amount in lines:
                writer.writerow([invoice, "1", date, reseller, "P1", amount])
        call_command(
            "import_file",
            "sales",
            str(path),
            source=source,
            set=["kind=billing", f"currency={currency}"],
            covers=covers,
            history=history,
        )

    return load


def monthly(partner: Partner, first: str, last: str, amount: str) -> list[Line]:
    """One line on the 15th of every month from `first` to `last`, such as 2024-01."""
    start, end = (dt.date.fromisoformat(f"{text}-01") for text in (first, last))
    return [
        (f"{partner.number}-{month:%Y%m}", f"{month:%Y-%m}-15", partner.number, amount)
        for month in months.between(start, end)
    ]


@pytest.fixture
def make_known(make_partner: Callable[..., Partner]) -> Callable[..., Partner]:
    """A partner that the source `erp` calls by its number."""

    def make(number: str, *args: Any) -> Partner:
        partner = make_partner(number, f"Partner {number}", *args)
        source, _ = Source.objects.get_or_create(name="erp")
        PartnerExternalId.objects.create(partner=partner, source=source, external_id=number)
        return partner

    return make
