"""Which months a file reports: in those, no row means zero."""

import datetime as dt

from accounts.models import Organisation
from channelhub.lib import months
from imports.staging import Staging
from sales.imports.line_rows import routes
from sales.models import Feed, Route

# A month covered before keeps the earliest day it was known. A quarterly feed tells its quarter's
# months at once, when the quarter is over.
COVER = """
INSERT INTO sales_feedmonth (feed_id, month, known_on, load_id)
SELECT feed.id, period.month::date,
  CASE WHEN %(history)s
    THEN least(%(today)s, (date_trunc(told.period, period.month) + told.length)::date - 1
      + feed.lag_days)
  ELSE %(today)s END,
  %(load)s
FROM sales_feed AS feed
CROSS JOIN LATERAL (SELECT
  CASE feed.rhythm WHEN 'quarterly' THEN 'quarter' ELSE 'month' END AS period,
  CASE feed.rhythm WHEN 'quarterly' THEN interval '3 months' ELSE interval '1 month' END AS length
) AS told
CROSS JOIN LATERAL generate_series(
  CASE WHEN %(whole)s THEN date_trunc(told.period, %(first)s::timestamp)
    ELSE %(first)s::timestamp END,
  least(%(last_closed)s::timestamp,
    CASE WHEN %(whole)s
      THEN date_trunc(told.period, %(last)s::timestamp) + told.length - interval '1 month'
    ELSE %(last)s::timestamp END),
  '1 month') AS period (month)
WHERE feed.id = ANY(%(feeds)s)
ON CONFLICT (feed_id, month) DO UPDATE
  SET known_on = excluded.known_on, load_id = excluded.load_id
  WHERE excluded.known_on < sales_feedmonth.known_on
"""


def cover(staging: Staging) -> None:
    """Record the months that the file reports, for each feed that its rows belong to.

    Where nobody said which, they are those from its first to its last row; of a quarterly feed,
    their whole quarters. A month still running today is not covered. A file of rejected rows
    covers nothing.
    """
    period = staging.options.covers or _period(staging)
    feeds = _feeds(staging)
    if period is None or not feeds:
        return
    organisation = Organisation.current()
    today = organisation.today()
    staging.execute(
        COVER,
        {
            "feeds": feeds,
            "first": period[0],
            "last": period[1],
            "last_closed": months.last_closed(today),
            "whole": staging.options.covers is None,
            "history": staging.options.history,
            "today": today,
        },
    )


def _period(staging: Staging) -> tuple[dt.date, dt.date] | None:
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
