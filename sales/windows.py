"""Up to which month our sales with a partner are known, and by whose reports."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection

from channelhub.lib import months
from sales.models import Feed, FeedMonth, Route
from sales.models.months import OUR_SALES

REPORTING_MONTHS = 24

# Completes a WITH that names `feed (id, source_id, covered_to, ended)`, `member (root, id)`: the
# partners that count at a root, and `monthly`, which is REPORTED. Adds
# `known_window (root, feeds, last_month)`: the last month covered by all feeds that reported the
# partner in the last 24 months; where none did, by the feeds of the sources that know it; else by
# those that are as far as the channel. Feeds that have ended hold nothing back.
KNOWN_WINDOW = """
reported AS (
  SELECT root, array_agg(DISTINCT feed_id) AS feeds,
         coalesce(min(covered_to) FILTER (WHERE NOT feed.ended), max(covered_to)) AS last_month
  FROM monthly JOIN feed ON feed.id = feed_id
  WHERE month >= %(since)s AND lines <> 0
  GROUP BY root
), acquainted AS (
  SELECT member.root, array_agg(DISTINCT feed.id) AS feeds,
         coalesce(min(covered_to) FILTER (WHERE NOT feed.ended), max(covered_to)) AS last_month
  FROM member
  JOIN partners_partnerexternalid AS e ON e.partner_id = member.id
  JOIN feed ON feed.source_id = e.source_id
  GROUP BY member.root
), foremost AS (
  SELECT array_agg(id) AS feeds, max(covered_to) AS last_month FROM feed
  WHERE covered_to = (SELECT max(covered_to) FROM feed)
), known_window AS (
  SELECT root, coalesce(r.feeds, a.feeds, f.feeds) AS feeds,
         coalesce(r.last_month, a.last_month, f.last_month) AS last_month
  FROM (SELECT DISTINCT root FROM member) AS roots
  LEFT JOIN reported AS r USING (root)
  LEFT JOIN acquainted AS a USING (root)
  CROSS JOIN foremost AS f
)
"""

FEEDS = """
SELECT * FROM unnest(
  %(feeds)s::bigint[], %(feed_sources)s::bigint[], %(covered_to)s::date[], %(feed_ended)s::bool[]
) AS f(id, source_id, covered_to, ended)
"""

# Says once more that months `s` are those of members: the planner then looks these up, where the
# join alone would have it read the months of all partners for every range of them.
OF_MEMBERS = "s.partner_id = ANY(ARRAY(SELECT id FROM member))"

# Which feeds reported a root in the last 24 months, as `monthly`: that they did, not how much.
REPORTED = f"""
SELECT member.root, s.feed_id, %(since)s::date AS month, sum(s.lines) AS lines
FROM member JOIN sales_month s ON s.partner_id = member.id
WHERE {OF_MEMBERS} AND s.measure = ANY(%(our_sales)s) AND s.known_on <= %(as_of)s
  AND s.month >= %(since)s
GROUP BY 1, 2
"""  # noqa: S608 - statements of our own

ONE_WINDOW = f"""
WITH feed AS ({FEEDS}),
member AS (SELECT 0 AS root, id FROM unnest(%(partners)s::bigint[]) AS p(id)),
monthly AS ({REPORTED}),
{KNOWN_WINDOW}
SELECT feeds, last_month FROM known_window
"""  # noqa: S608 - statements of our own


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


def window(partners: Collection[int], on: dt.date) -> Window:
    """The window of partners that count as one, as known at the end of a day."""
    known = covered_months(on)
    feeds = {feed.pk: feed for feed in Feed.objects.filter(pk__in=known).select_related("source")}
    params = {**feed_params(feeds, known, on), "partners": list(partners)}
    with connection.cursor() as cursor:
        cursor.execute(ONE_WINDOW, params)
        keys, end = cursor.fetchone() or (None, None)
    return _window(end, [feeds[key] for key in keys or ()], known, on)


def covered_months(on: dt.date, route: Route = Route.CHANNEL) -> dict[int, set[dt.date]]:
    """By feed key: the closed months that each feed of a route covers, as known on a day."""
    rows = FeedMonth.objects.known(on).filter(feed__route=route)
    found: dict[int, set[dt.date]] = {}
    for feed, month in rows.values_list("feed_id", "month"):
        found.setdefault(feed, set()).add(month)
    return found


def feed_params(
    feeds: dict[int, Feed], known: dict[int, set[dt.date]], on: dt.date
) -> dict[str, Any]:
    """What `FEEDS`, `REPORTED` and `KNOWN_WINDOW` ask for as of a day."""
    covering = [feeds[key] for key in known if key in feeds]
    return {
        "as_of": on,
        "our_sales": list(OUR_SALES),
        "since": months.add_months(months.first_day(on), 1 - REPORTING_MONTHS),
        "feeds": [feed.pk for feed in covering],
        "feed_sources": [feed.source_id for feed in covering],
        "covered_to": [max(known[feed.pk]) for feed in covering],
        "feed_ended": [feed.has_ended(on) for feed in covering],
    }


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
