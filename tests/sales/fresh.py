"""The monthly sums as they are when added up afresh, on any day of knowledge."""
# ruff: noqa: S608 - statements of our own

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connection

DAYS = "SELECT unnest(%(days)s::date[]) AS day"

# Every line that was taken for true at the end of each day.
KNOWN = f"""
SELECT days.day, line.* FROM ({DAYS}) AS days JOIN (
  SELECT kind, feed_id, reseller_id, distributor_id, customer_id, currency, amount,
    date_trunc('month', date::timestamp)::date AS month, known_on, NULL::date AS known_until
  FROM sales_line
  UNION ALL
  SELECT kind, feed_id, reseller_id, distributor_id, customer_id, currency, amount,
    date_trunc('month', date::timestamp)::date, known_on, known_until
  FROM sales_line_past
) AS line ON line.known_on <= days.day AND (line.known_until > days.day) IS NOT FALSE
"""

BY_PARTNER = f"""
WITH known AS ({KNOWN}), counted AS (
  SELECT day, coalesce(distributor_id, reseller_id) AS partner_id,
    CASE kind WHEN 'billing' THEN 'billed' ELSE 'booked' END AS measure, feed_id, currency, month,
    amount FROM known WHERE kind IN ('billing', 'booking')
  UNION ALL
  SELECT day, reseller_id, 'named', feed_id, currency, month, amount
  FROM known WHERE kind = 'sell-through'
  UNION ALL
  SELECT day, distributor_id, 'sold', feed_id, currency, month, amount
  FROM known WHERE kind = 'sell-through'
)
SELECT day, partner_id, measure, feed_id, currency, month, sum(amount) AS amount,
  coalesce(sum(amount) FILTER (WHERE amount < 0), 0) AS returns, count(*) AS lines
FROM counted WHERE partner_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6
"""

STORED_BY_PARTNER = f"""
SELECT days.day, partner_id, measure, feed_id, currency, month, sum(amount), sum(returns),
  sum(lines)
FROM ({DAYS}) AS days JOIN sales_month ON known_on <= days.day
GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(lines) <> 0 OR sum(amount) <> 0 OR sum(returns) <> 0
"""

BY_CUSTOMER = f"""
WITH known AS ({KNOWN})
SELECT day, customer_id,
  CASE WHEN customer_id IS NULL THEN NULL WHEN reseller_id IS NOT NULL THEN reseller_id
    ELSE distributor_id END AS partner_id,
  CASE WHEN kind = 'sell-through' THEN 'sold-through'
    WHEN num_nonnulls(reseller_id, distributor_id) = 2 THEN 'two-tier' ELSE 'billed' END,
  feed_id, currency, month, sum(amount), count(*)
FROM known WHERE kind <> 'booking' GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

STORED_BY_CUSTOMER = f"""
SELECT days.day, customer_id, partner_id, measure, feed_id, currency, month, sum(amount),
  sum(lines)
FROM ({DAYS}) AS days JOIN sales_customer_month ON known_on <= days.day
GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(lines) <> 0 OR sum(amount) <> 0
"""

TURNING_POINTS = """
SELECT known_on FROM sales_line UNION SELECT known_on FROM sales_line_past
UNION SELECT known_until FROM sales_line_past UNION SELECT known_on FROM sales_month
UNION SELECT known_on FROM sales_customer_month
"""


def turning_points() -> list[dt.date]:
    """Every day on which what is known changed."""
    return [day for (day,) in _rows(TURNING_POINTS, [])]


def differences(days: Sequence[dt.date]) -> list[tuple[Any, ...]]:
    """Where the sums that are kept are not those of the lines, as known at the end of the days."""
    found: list[tuple[Any, ...]] = []
    for fresh, kept in ((BY_PARTNER, STORED_BY_PARTNER), (BY_CUSTOMER, STORED_BY_CUSTOMER)):
        found += _rows(f"(({fresh}) EXCEPT ({kept})) UNION ALL (({kept}) EXCEPT ({fresh}))", days)
    return found


def _rows(statement: str, days: Sequence[dt.date]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"days": list(days)})
        return list(cursor.fetchall())
