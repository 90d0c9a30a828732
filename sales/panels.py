"""What other pages show of sales."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Organisation
from channelhub.lib import months
from partners.models import Partner
from sales.freshness import FeedFreshness, feed_freshness
from sales.models import Reattribution, SalesLine, SalesLinePast, SalesMonth
from sales.sparklines import sparklines
from sales.windows import window

if TYPE_CHECKING:
    from django.db.models import QuerySet

__all__ = [
    "FeedFreshness",
    "PartnerSales",
    "feed_freshness",
    "lines_behind",
    "partner_lines",
    "partner_sales",
    "rows_behind",
    "sparklines",
]

SERIES_MONTHS = 36
LINE_COLUMNS = (
    "source__name", "invoice", "line", "kind", "date", "distributor__name", "distributor__number",
    "reseller__name", "reseller__number", "customer__name", "product__name", "product__sku",
    "quantity", "amount", "basis", "currency", "reporting_amount", "deal", "known_on",
    "reattributed",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class PartnerSales:
    """Our sales with a partner as known at the end of a day, merged partners included.

    Amounts are in `currency` at the plan rates of that day; unknown is None, never 0. `series`
    holds 36 months up to `end`, the last month that all feeds that reported the partner cover;
    it is empty where there is none. `complete` are the months that all of them cover: a sum is
    unknown where a month of it is not among them.
    """

    currency: str
    end: dt.date | None
    series: tuple[tuple[dt.date, Decimal | None], ...]
    complete: frozenset[dt.date]
    last_6: Decimal | None
    last_12: Decimal | None
    prior_12: Decimal | None
    feeds: tuple[str, ...]

    @property
    def from_12(self) -> dt.date | None:
        """The first month of the last 12."""
        return months.add_months(self.end, -11) if self.end else None

    def total(self, first: dt.date, last: dt.date) -> Decimal | None:
        """The sum from one month to another, of those in the series; None where unknown."""
        known = {month: amount for month, amount in self.series if month in self.complete}
        return _sum(known, months.between(first, last))


def partner_sales(partner: Partner, on: dt.date, *, to: dt.date | None = None) -> PartnerSales:
    """36 months of our sales with a partner, and its last 6, last 12 and prior 12 months.

    They end with the month `to` where more is covered by then.
    """
    keys = partner.members(on)
    view = window(keys, on)
    end = min(view.end, to) if view.end and to else view.end
    amounts = _amounts(keys, end, on)
    known = {month: amounts.get(month, Decimal(0)) for month in view.covered | amounts.keys()}
    complete = {month: known[month] for month in view.complete}
    return PartnerSales(
        currency=Organisation.current().reporting_currency,
        end=end,
        series=tuple((month, known.get(month)) for month in _months_to(end, SERIES_MONTHS)),
        complete=view.complete,
        last_6=_sum(complete, _months_to(end, 6)),
        last_12=_sum(complete, _months_to(end, 12)),
        prior_12=_sum(complete, _months_to(end, 24)[:12]),
        feeds=tuple(str(feed) for feed in view.feeds),
    )


def rows_behind(
    partner: Partner, *, first: dt.date, last: dt.date, as_of: dt.date
) -> "QuerySet[Any, dict[str, Any]]":
    """The lines that make up our sales with a partner from one day to another, newest first.

    They are the rows taken for true at the end of `as_of`; each is a dict of `LINE_COLUMNS`.
    """
    now, past = lines_behind(partner, first=first, last=last, as_of=as_of)
    rows = now.values(*LINE_COLUMNS).union(past.values(*LINE_COLUMNS), all=True)
    return rows.order_by("-date", "invoice", "line")


def lines_behind(
    partner: Partner, *, first: dt.date, last: dt.date, as_of: dt.date
) -> "tuple[QuerySet[Any], QuerySet[Any]]":
    """The same rows as two sets: those still true today, and those that were true once."""
    keys = partner.members(as_of)
    now, past = (
        _marked(model.objects.known(as_of).our_sales_with(keys).between(first, last))
        for model in (SalesLine, SalesLinePast)
    )
    return now, past


def partner_lines(partner: Partner, on: dt.date) -> "QuerySet[SalesLine]":
    """Every line that names a partner, as it is true now, newest first."""
    lines = _marked(SalesLine.objects.naming(partner.members(on))).select_related(
        "source", "distributor", "reseller", "customer", "product"
    )
    return lines.order_by("-date", "source", "invoice", "line")


def _marked(lines: "QuerySet[Any]") -> "QuerySet[Any]":
    """Adds `reattributed`: whether a row was written because it was decided to be another's."""
    moved = Reattribution.objects.filter(
        source=OuterRef("source"),
        invoice=OuterRef("invoice"),
        line=OuterRef("line"),
        since__lte=OuterRef("known_on"),
    )
    standing = moved.filter(Q(ended_on=None) | Q(ended_on__gt=OuterRef("known_on")))
    marked: QuerySet[Any] = lines.annotate(reattributed=Exists(standing))
    return marked


def _amounts(
    partners: Collection[int], end: dt.date | None, on: dt.date
) -> dict[dt.date, Decimal | None]:
    if end is None:
        return {}
    rows = SalesMonth.objects.known(on).our_sales().of(partners)
    first = months.add_months(end, 1 - SERIES_MONTHS)
    return rows.between(first, end).totals(on)


def _months_to(end: dt.date | None, count: int) -> list[dt.date]:
    return months.between(months.add_months(end, 1 - count), end) if end else []


def _sum(amounts: dict[dt.date, Decimal | None], wanted: list[dt.date]) -> Decimal | None:
    found = [amounts.get(month) for month in wanted]
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) if found and len(known) == len(found) else None
