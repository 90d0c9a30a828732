"""Which months of a feed are reported, month by month, for its page."""

import dataclasses
import datetime as dt

from django.db.models import QuerySet

from channelhub.lib import months
from channelhub.lib.work import WorkState
from imports.models import Import
from sales.models import Feed

# How far back the months of a feed that never covered one may be reported.
NEW_FEED_MONTHS = 24


@dataclasses.dataclass(frozen=True)
class CoveredMonth:
    """One month of the strip: reported, reported without a row, missing, or not asked for."""

    month: dt.date
    state: str


@dataclasses.dataclass(frozen=True)
class CoveredYear:
    """Twelve months of the strip."""

    year: int
    months: list[CoveredMonth]


def strip(feed: Feed, today: dt.date) -> list[CoveredYear]:
    """The years from the first month covered to the last that is over, newest first."""
    known = dict(feed.months.standing().values_list("month", "load__rows_read"))
    if not known:
        return []
    first, last = min(known), max(months.last_closed(today), *known)
    return [
        CoveredYear(year, [_month(dt.date(year, n, 1), known, first, last) for n in range(1, 13)])
        for year in range(last.year, first.year - 1, -1)
    ]


def _month(
    month: dt.date, known: dict[dt.date, int], first: dt.date, last: dt.date
) -> CoveredMonth:
    if month in known:
        return CoveredMonth(month, "reported" if known[month] else "none")
    return CoveredMonth(month, "missing" if first <= month <= last else "")


def open_months(feed: Feed, today: dt.date) -> list[dt.date]:
    """The months that are over and not covered, from the first such one on."""
    known = set(feed.months.standing().values_list("month", flat=True))
    last = months.last_closed(today)
    first = min(known) if known else months.add_months(last, 1 - NEW_FEED_MONTHS)
    return [month for month in months.between(first, last) if month not in known]


def loads_of(feed: Feed) -> "QuerySet[Import]":
    """What came in from the feed's source: files of sales and what else moved its lines."""
    ended = Import.objects.filter(
        source_id=feed.source_id, state__in=(WorkState.DONE, WorkState.DEAD)
    )
    found: QuerySet[Import] = ended.filter(kind__in=SALES_KINDS).select_related("created_by")
    return found


SALES_KINDS = ("sales", "reattribution")
