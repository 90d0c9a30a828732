"""What an import adds to the monthly sums: one row per sum that it moved.

Partners and customers have sums of their own, from the same moved rows.
"""

from imports.staging import Staging

# What came and what went, by its sign.
MOVED = """
SELECT kind, reseller_id, distributor_id, customer_id, feed_id, currency, date, known_on, amount,
  1 AS lines
FROM sales_incoming
UNION ALL
SELECT past.kind, past.reseller_id, past.distributor_id, past.customer_id, past.feed_id,
  past.currency, past.date, past.known_until, past.amount, -1
FROM sales_incoming AS incoming JOIN sales_line_past AS past
  ON past.source_id = %(source)s AND past.invoice = incoming.invoice
  AND past.line = incoming.line AND past.closed_by_id = %(load)s
WHERE incoming.replaces
"""

# The bill-to is the distributor where there is one. A distributor's own sell-through is kept
# apart from what we billed it: the two are never added. Direct lines have no partner.
ADD = f"""
WITH moved AS ({MOVED})
INSERT INTO sales_month (partner_id, feed_id, measure, currency, month, known_on,
  amount, returns, lines, load_id)
SELECT counted.partner_id, moved.feed_id, counted.measure, moved.currency,
  date_trunc('month', moved.date::timestamp)::date, moved.known_on,
  sum(moved.amount * moved.lines), sum(least(moved.amount, 0) * moved.lines), sum(moved.lines),
  %(load)s
FROM moved
CROSS JOIN LATERAL (VALUES
  ('billing', 'billed', coalesce(moved.distributor_id, moved.reseller_id)),
  ('sell-through', 'named', moved.reseller_id),
  ('sell-through', 'sold', moved.distributor_id),
  ('booking', 'booked', coalesce(moved.distributor_id, moved.reseller_id))
) AS counted (kind, measure, partner_id)
WHERE counted.kind = moved.kind AND counted.partner_id IS NOT NULL
GROUP BY counted.partner_id, moved.feed_id, counted.measure, moved.currency,
  date_trunc('month', moved.date::timestamp), moved.known_on
HAVING sum(moved.amount * moved.lines) <> 0
  OR sum(least(moved.amount, 0) * moved.lines) <> 0 OR sum(moved.lines) <> 0
"""  # noqa: S608 - statements of our own

# Who sold it: the reseller, else the distributor. Bookings are no revenue.
ADD_BY_CUSTOMER = f"""
WITH moved AS ({MOVED})
INSERT INTO sales_customer_month (customer_id, partner_id, feed_id, measure, currency, month,
  known_on, amount, lines, load_id)
SELECT customer_id,
  CASE WHEN customer_id IS NOT NULL THEN coalesce(reseller_id, distributor_id) END,
  feed_id,
  CASE WHEN kind = 'sell-through' THEN 'sold-through'
       WHEN reseller_id IS NOT NULL AND distributor_id IS NOT NULL THEN 'two-tier'
       ELSE 'billed' END,
  currency, date_trunc('month', date::timestamp)::date, known_on,
  sum(amount * lines), sum(lines), %(load)s
FROM moved
WHERE kind <> 'booking'
GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(amount * lines) <> 0 OR sum(lines) <> 0
"""  # noqa: S608

SOLD_BY = """
INSERT INTO customers_customerpartner (customer_id, partner_id)
SELECT DISTINCT customer_id, partner_id FROM sales_customer_month
WHERE load_id = %(load)s AND customer_id IS NOT NULL AND partner_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


def add(staging: Staging) -> None:
    """Add the rows that this import wrote and take away those that it closed.

    Both are dated by the day that made them known, so that sums up to an earlier day stay.
    """
    staging.execute(ADD)
    staging.execute(ADD_BY_CUSTOMER)
    staging.execute(SOLD_BY)
