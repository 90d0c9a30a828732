"""Up to which month our sales with a partner are known, and by whose reports."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from django.db.models import Sum

from channelhub.lib import months
from partners.models import Partner, PartnerExternalId
from sales.models import Feed, FeedMonth, Route, SalesMonth

REPORTING_MONTHS = 24


@dataclasses.dataclass(frozen=True, kw_only=True)
class Window:
    """What the feeds that report a partner cover; months are named by their first day.

    `end` is the last month that all of them cover, None where none covers any; `complete` are
    the months that all that still report cover, `covered` those that any covers.
    """

    end: dt.date | None
    feeds: tuple[Feed, ...]
    covered: frozenset[dt.date]
    complete: frozenset[dt.date]


def members(partner: Partner, on: dt.date) -> list[int]:
    """The keys of the partners whose sales count with this one on a day: merged ones included."""
    merged = Partner.objects.filter(merged_into=partner, merged_on__lte=on)
    return [partner.pk, *merged.values_list("pk", flat=True)]


def window(partners: Collection[int], on: dt.date) -> Window:
    """The window of partners that count as one, as known at the end of a day.

    It ends at the last month covered by all feeds that reported them in the last 24 months, never
    at their own last row. Feeds that have ended hold nothing back.
    """
    known = _covered(on)
    feeds = {feed.pk: feed for feed in Feed.objects.filter(pk__in=known).select_related("source")}
    reporting = [feeds[key] for key in _reported(partners, on) if key in feeds]
    if not reporting:
        reporting = _that_know(partners, list(feeds.values())) or list(feeds.values())
        end = max((max(known[feed.pk]) for feed in reporting), default=None)
    else:
        live = [feed for feed in reporting if not feed.has_ended(on)]
        ends = [max(known[feed.pk]) for feed in live or reporting]
        end = min(ends) if live else max(ends)
    return _window(end, reporting, known, on)


def _window(
    end: dt.date | None, feeds: list[Feed], known: dict[int, set[dt.date]], on: dt.date
) -> Window:
    judged = [feed for feed in feeds if not feed.has_ended(on)] or feeds
    sets = [known[feed.pk] for feed in judged]
    return Window(
        end=end,
        feeds=tuple(feeds),
        covered=frozenset().union(*(known[feed.pk] for feed in feeds)),
        complete=frozenset(set.intersection(*sets)) if sets else frozenset(),
    )


def _covered(on: dt.date) -> dict[int, set[dt.date]]:
    """The months that each feed of the channel covers, as known at the end of a day."""
    rows = FeedMonth.objects.filter(
        feed__route=Route.CHANNEL, known_on__lte=on, month__lte=months.last_closed(on)
    )
    found: dict[int, set[dt.date]] = {}
    for feed, month in rows.values_list("feed_id", "month"):
        found.setdefault(feed, set()).add(month)
    return found


def _reported(partners: Collection[int], on: dt.date) -> list[int]:
    """The feeds with our sales of the partners in the 24 months to that of the day."""
    since = months.add_months(months.first_day(on), 1 - REPORTING_MONTHS)
    rows = SalesMonth.objects.known(on).our_sales().of(partners).filter(month__gte=since)
    sums = rows.values("feed").annotate(rows=Sum("lines")).exclude(rows=0)
    return list(sums.order_by("feed").values_list("feed", flat=True))


def _that_know(partners: Collection[int], feeds: list[Feed]) -> list[Feed]:
    """The feeds of the sources that have an id for one of the partners."""
    ids = PartnerExternalId.objects.filter(partner__in=partners)
    sources = set(ids.values_list("source", flat=True))
    return [feed for feed in feeds if feed.source_id in sources]
