"""Which months a file reports: in those, no row means zero."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from accounts.models import Organisation
from channelhub.lib import months
from imports.staging import Staging
from sales.imports.known import taken_back_on, told_on
from sales.imports.line_rows import routes
from sales.models import Feed, Route

# A quarterly feed tells its quarter's months at once, when the quarter is over.
TOLD = "(date_trunc(told.period, period.month) + told.length - interval '1 month')"
COVER = f"""
INSERT INTO sales_feedmonth (feed_id, month, known_on, load_id)
SELECT feed.id, period.month::date, {told_on(TOLD, "feed.lag_days")},
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
"""  # noqa: S608 - statements of our own

# A claim that was known for no day was never made.
FORGET = f"""
DELETE FROM sales_feedmonth AS claim
WHERE claim.load_id = %(undoes)s AND {taken_back_on("claim.known_on")} <= claim.known_on
"""  # noqa: S608
WITHDRAW = f"""
UPDATE sales_feedmonth AS claim SET withdrawn_on = {taken_back_on("claim.known_on")}
WHERE claim.load_id = %(undoes)s
"""  # noqa: S608


def cover(staging: Staging) -> None:
    """Record the months that the file reports, for each feed that its rows belong to.

    Where nobody said which, they are those from its first to its last row; of a quarterly feed,
    their whole quarters. A month still running today is not covered. A file of rejected rows
    covers nothing.
    """
    covered = staging.options.covers or period(staging)
    claiming = feeds(staging)
    if covered is None or not claiming:
        return
    organisation = Organisation.current()
    today = organisation.today()
    staging.execute(
        COVER,
        {
            "feeds": claiming,
            "first": covered[0],
            "last": covered[1],
            "last_closed": months.last_closed(today),
            "whole": staging.options.covers is None,
            "history": staging.options.history,
            "today": today,
        },
    )


def withdraw(staging: Staging, params: Mapping[str, Any]) -> None:
    """Withdraw what a load claimed; what others claim of the same months stays."""
    staging.execute(FORGET, params)
    staging.execute(WITHDRAW, params)


def period(staging: Staging) -> tuple[dt.date, dt.date] | None:
    """The first and last month of the rows, or None without rows."""
    ((first, last),) = staging.fetch("SELECT min(date), max(date) FROM staging WHERE NOT rejected")
    return (months.first_day(first), months.first_day(last)) if first else None


def feeds(staging: Staging) -> list[int]:
    """The feeds of the rows; of a file that reports zero sales, all feeds of its source."""
    known = Feed.objects.filter(source_id=staging.load.source_id)
    ((rows,),) = staging.fetch("SELECT count(*) FROM staging")
    if rows:
        return list(known.filter(route__in=routes(staging)).values_list("pk", flat=True))
    if not known.exists():
        Feed.objects.create(source_id=staging.load.source_id, route=Route.CHANNEL)
    return list(known.values_list("pk", flat=True))
