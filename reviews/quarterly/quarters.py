"""Quarters by name: the organisation's, and a partner's own."""

import datetime as dt

from accounts.models import FiscalPeriod
from partners.models import Partner
from reviews.quarterly.rules import Quarter, quarters_of_year


def organisation_quarters() -> list[Quarter]:
    """The organisation's quarters, the newest first."""
    rows = FiscalPeriod.objects.filter(length=FiscalPeriod.Length.QUARTER).order_by("-start")
    return [Quarter(row.name, row.start, row.end) for row in rows]


def own_quarters(partner: Partner) -> list[Quarter]:
    """A partner's own quarters, the newest first; its `fiscal_periods` should be prefetched."""
    years = sorted(partner.fiscal_periods.all(), key=lambda year: year.start, reverse=True)
    return [
        quarter
        for year in years
        for quarter in reversed(quarters_of_year(year.name, year.start, year.end))
    ]


def quarter_named(name: str, partner: Partner | None = None) -> Quarter | None:
    """A quarter by its name: the partner's own first where one is given, then ours."""
    own = own_quarters(partner) if partner else []
    found = [*own, *organisation_quarters()]
    return next((quarter for quarter in found if quarter.name == name), None)


def newest_ended(today: dt.date) -> Quarter | None:
    """Our newest quarter that is over; before that, the first there is."""
    known = organisation_quarters()
    ended = [quarter for quarter in known if quarter.end < today]
    return next(iter(ended), known[-1] if known else None)
