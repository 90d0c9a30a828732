"""Our sales by month for a list of partners, in one query."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import connection

from channelhub.lib import months
from sales.models import Route
from sales.models.months import OUR_SALES

# Merged partners count at their root from the day of the merge. One row per partner and month
# with sales; partners without any still bring the covered months along.
MONTHS = """
WITH covered AS (
  SELECT array_agg(DISTINCT reported.month) AS months, max(reported.month) AS last_month
  FROM sales_feedmonth AS reported JOIN sales_feed AS feed ON feed.id = reported.feed_id
  WHERE feed.route = %(channel)s AND reported.known_on <= %(on)s AND reported.month <= %(closed)s
    AND (reported.withdrawn_on > %(on)s) IS NOT FALSE
), member AS (
  SELECT id AS root, id FROM partners_partner WHERE id = ANY(%(partners)s)
  UNION ALL
  SELECT merged_into_id, id FROM partners_partner
  WHERE merged_into_id = ANY(%(partners)s) AND merged_on <= %(on)s
), plan AS (
  SELECT currency, rate FROM sales_planrate WHERE valid @> %(on)s::date
  UNION ALL
  SELECT reporting_currency, 1 FROM accounts_organisation
), sums AS (
  SELECT member.root, sales.month,
    CASE WHEN bool_and(plan.rate IS NOT NULL) THEN sum(sales.amount * plan.rate) END AS amount
  FROM covered
  CROSS JOIN member
  JOIN sales_month AS sales ON sales.partner_id = member.id
  LEFT JOIN plan ON plan.currency = sales.currency
  WHERE sales.measure = ANY(%(our_sales)s) AND sales.known_on <= %(on)s
    AND sales.month <= covered.last_month
    AND sales.month > covered.last_month - make_interval(months => %(count)s)
  GROUP BY member.root, sales.month
)
SELECT covered.months, sums.root, sums.month, sums.amount FROM covered LEFT JOIN sums ON true
"""


def sparklines(
    partners: Collection[int], on: dt.date, *, count: int = 24
) -> dict[int, list[Decimal | None]]:
    """By partner key: our sales of `count` months to the last that any channel feed covers.

    In reporting currency at the day's plan rates, as known at the end of the day; a month is None
    where no feed covers it or a rate is missing. The lists are empty where nothing is covered.
    """
    rows = _rows(partners, on, count)
    covered = set(rows[0][0] or ())
    amounts = {(partner, month): amount for _, partner, month, amount in rows}
    last = max(covered, default=None)
    wanted = months.between(months.add_months(last, 1 - count), last) if last else []
    return {
        partner: [
            amounts.get((partner, month), Decimal(0) if month in covered else None)
            for month in wanted
        ]
        for partner in partners
    }


def _rows(partners: Collection[int], on: dt.date, count: int) -> list[tuple[Any, ...]]:
    params: dict[str, Any] = {
        "partners": list(partners),
        "on": on,
        "closed": months.last_closed(on),
        "count": count,
        "channel": Route.CHANNEL.value,
        "our_sales": [measure.value for measure in OUR_SALES],
    }
    with connection.cursor() as cursor:
        cursor.execute(MONTHS, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
