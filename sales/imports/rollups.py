"""What an import adds to the monthly sums: one row per sum that it moved.

Partners and customers have sums of their own, from the same moved rows.
"""

from collections.abc import Mapping
from typing import Any

from imports.staging import Staging

# What came and what went, by its sign, added up once for both tables.
MOVED = """
CREATE TEMPORARY TABLE sales_moved ON COMMIT DROP AS
SELECT kind, reseller_id, distributor_id, customer_id, feed_id, currency,
  date_trunc('month', date::timestamp)::date AS month, known_on,
  sum(amount * lines) AS amount, sum(least(amount, 0) * lines) AS returns, sum(lines) AS lines
FROM (
  SELECT kind, reseller_id, distributor_id, customer_id, feed_id, currency, date, known_on, amount,
    1 AS lines
  FROM sales_incoming
  UNION ALL
  SELECT kind, reseller_id, distributor_id, customer_id, feed_id, currency, date, known_until,
    amount, -1
  FROM sales_closed
) AS moved
GROUP BY kind, reseller_id, distributor_id, customer_id, feed_id, currency, month, known_on
"""

# The bill-to is the distributor where there is one. A distributor's own sell-through is kept
# apart from what we billed it: the two are never added. Direct lines have no partner.
ADD = """
INSERT INTO sales_month (partner_id, feed_id, measure, currency, month, known_on,
  amount, returns, lines, load_id)
SELECT counted.partner_id, moved.feed_id, counted.measure, moved.currency, moved.month,
  moved.known_on, sum(moved.amount), sum(moved.returns), sum(moved.lines), %(load)s
FROM sales_moved AS moved
CROSS JOIN LATERAL (VALUES
  ('billing', 'billed', coalesce(moved.distributor_id, moved.reseller_id)),
  ('sell-through', 'named', moved.reseller_id),
  ('sell-through', 'sold', moved.distributor_id),
  ('booking', 'booked', coalesce(moved.distributor_id, moved.reseller_id))
) AS counted (kind, measure, partner_id)
WHERE counted.kind = moved.kind AND counted.partner_id IS NOT NULL
GROUP BY counted.partner_id, moved.feed_id, counted.measure, moved.currency, moved.month,
  moved.known_on
HAVING sum(moved.amount) <> 0 OR sum(moved.returns) <> 0 OR sum(moved.lines) <> 0
"""

# Who sold it: the reseller, else the distributor. Bookings are no revenue.
ADD_BY_CUSTOMER = """
INSERT INTO sales_customer_month (customer_id, partner_id, feed_id, measure, currency, month,
  known_on, amount, lines, load_id)
SELECT customer_id,
  CASE WHEN customer_id IS NOT NULL THEN coalesce(reseller_id, distributor_id) END,
  feed_id,
  CASE WHEN kind = 'sell-through' THEN 'sold-through'
       WHEN reseller_id IS NOT NULL AND distributor_id IS NOT NULL THEN 'two-tier'
       ELSE 'billed' END,
  currency, month, known_on, sum(amount), sum(lines), %(load)s
FROM sales_moved
WHERE kind <> 'booking'
GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(amount) <> 0 OR sum(lines) <> 0
"""

SOLD_BY = """
INSERT INTO customers_customerpartner (customer_id, partner_id)
SELECT DISTINCT customer_id, partner_id FROM sales_customer_month
WHERE load_id = %(load)s AND customer_id IS NOT NULL AND partner_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


# What an undo takes back on the day on which it was known was never known: both changes go.
CANCEL = """
WITH pair AS MATERIALIZED (
  SELECT done.id AS done, undone.id AS undone
  FROM {table} AS done JOIN {table} AS undone ON {same}
  WHERE done.load_id = %(undoes)s AND undone.load_id = %(load)s
)
DELETE FROM {table} WHERE id IN (SELECT done FROM pair UNION ALL SELECT undone FROM pair)
"""
# Both loads are newer than the statistics, which know no row of them: a loop over each pair of
# rows would seem cheap.
HASHED = "SET LOCAL enable_nestloop = off"
AS_PLANNED = "SET LOCAL enable_nestloop = on"
SAME = ("feed_id", "measure", "currency", "month", "known_on")
OPPOSITE = ("amount", "lines")
CANCELLED = (
    ("sales_month", ("partner_id", *SAME), (*OPPOSITE, "returns")),
    (
        "sales_customer_month",
        ("coalesce({}.customer_id, 0)", "coalesce({}.partner_id, 0)", *SAME),
        OPPOSITE,
    ),
)

# Whom nobody sold to any more.
NOT_SOLD_BY = """
DELETE FROM customers_customerpartner AS pair USING (
  SELECT DISTINCT customer_id, partner_id FROM sales_customer_month
  WHERE load_id IN (%(load)s, %(undoes)s)
) AS moved
WHERE pair.customer_id = moved.customer_id AND pair.partner_id = moved.partner_id
  AND NOT EXISTS (SELECT FROM sales_customer_month AS sold
    WHERE sold.customer_id = pair.customer_id AND sold.partner_id = pair.partner_id
    HAVING sum(sold.lines) > 0)
"""


def add(staging: Staging) -> None:
    """Add the rows that came (`sales_incoming`) and take away those that went (`sales_closed`).

    Both are dated by the day that made them known, so that sums up to an earlier day stay.
    """
    staging.execute("DROP TABLE IF EXISTS pg_temp.sales_moved")
    staging.execute(MOVED)
    staging.execute(ADD)
    staging.execute(ADD_BY_CUSTOMER)
    staging.execute(SOLD_BY)


def cancel(staging: Staging, params: Mapping[str, Any]) -> None:
    """After `add` for an undo: what it took back of a load on the same day leaves no trace."""
    staging.execute(NOT_SOLD_BY, params)
    staging.execute(HASHED)
    for table, same, opposite in CANCELLED:
        conditions = [
            *(f"{_of('done', name)} = {_of('undone', name)}" for name in same),
            *(f"done.{name} = -undone.{name}" for name in opposite),
        ]
        staging.execute(CANCEL.format(table=table, same=" AND ".join(conditions)), params)
    staging.execute(AS_PLANNED)


def _of(row: str, name: str) -> str:
    """A column, or an expression over one, of a row."""
    return name.format(row) if "{}" in name else f"{row}.{name}"
