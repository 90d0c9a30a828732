"""Which months a file reports: in those, no row means zero."""

import datetime as dt

from accounts.models import Organisation
from channelhub.lib import months
from imports.staging import Staging
from sales.imports.line_rows import routes
from sales.models import Feed, Route

# A month covered before keeps the earliest day it was known.
COVER = """
INSERT INTO sales_feedmonth (feed_id, month, known_on, load_id)
SELECT feed.id, period.month::date,
  CASE WHEN %(history)s
    THEN least(%(today)s, (period.month + interval '1 month')::date - 1 + feed.lag_days)
  ELSE %(today)s END,
  %(load)s
FROM sales_feed AS feed,
  generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 month') AS period (month)
WHERE feed.id = ANY(%(feeds)s)
ON CONFLICT (feed_id, month) DO UPDATE
  SET known_on = excluded.known_on, load_id = excluded.load_id
  WHERE excluded.known_on < sales_feedmonth.known_on
"""


def cover(staging: Staging) -> None:
    """Record the months that the file reports, for each feed that its rows belong to.

    A month still running today is not covered. A file of rejected rows covers nothing.
    """
    covered = staging.options.covers or period(staging)
    feeds = _feeds(staging)
    if covered is None or not feeds:
        return
    organisation = Organisation.current()
    today = organisation.today()
    staging.execute(
        COVER,
        {
            "feeds": feeds,
            "first": covered[0],
            "last": min(covered[1], months.last_closed(today)),
            "history": staging.options.history,
            "today": today,
        },
    )


def period(staging: Staging) -> tuple[dt.date, dt.date] | None:
    """The first and last month of the rows, or None without rows."""
    ((first, last),) = staging.fetch("SELECT min(date), max(date) FROM staging WHERE NOT rejected")
    return (months.first_day(first), months.first_day(last)) if first else None


def _feeds(staging: Staging) -> list[int]:
    """The feeds of the rows; of a file that reports zero sales, all feeds of its source."""
    feeds = Feed.objects.filter(source_id=staging.load.source_id)
    ((rows,),) = staging.fetch("SELECT count(*) FROM staging")
    if rows:
        return list(feeds.filter(route__in=routes(staging)).values_list("pk", flat=True))
    if not feeds.exists():
        Feed.objects.create(source_id=staging.load.source_id, route=Route.CHANNEL)
    return list(feeds.values_list("pk", flat=True))
