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

COVER = f"""
INSERT INTO sales_feedmonth (feed_id, month, known_on, load_id)
SELECT feed.id, period.month::date, {told_on("period.month", "feed.lag_days")}, %(load)s
FROM sales_feed AS feed,
  generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 month') AS period (month)
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

    A month still running today is not covered. A file of rejected rows covers nothing.
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
            "last": min(covered[1], months.last_closed(today)),
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
