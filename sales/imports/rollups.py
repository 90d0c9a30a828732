"""What an import adds to the monthly sums: one row per sum that it moved."""

from imports.staging import Staging

# The bill-to is the distributor where there is one. A distributor's own sell-through is kept
# apart from what we billed it: the two are never added. Direct lines have no partner.
ADD = """
WITH moved AS (
  SELECT kind, reseller_id, distributor_id, feed_id, currency, date, known_on, amount, 1 AS lines
  FROM sales_incoming
  UNION ALL
  SELECT past.kind, past.reseller_id, past.distributor_id, past.feed_id, past.currency, past.date,
    past.known_until, past.amount, -1
  FROM sales_incoming AS incoming JOIN sales_line_past AS past
    ON past.source_id = %(source)s AND past.invoice = incoming.invoice
    AND past.line = incoming.line AND past.closed_by_id = %(load)s
  WHERE incoming.replaces
)
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
"""


def add(staging: Staging) -> None:
    """Add the rows that this import wrote and take away those that it closed.

    Both are dated by the day that made them known, so that sums up to an earlier day stay.
    """
    staging.execute(ADD)
