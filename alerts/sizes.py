"""How much partners buy: our trailing 12 months with each, for canaries that weigh by it."""

from collections.abc import Collection
from decimal import Decimal

from django.db import connection

from alerts.night import Night
from sales.windows import FEEDS, KNOWN_WINDOW, OF_MEMBERS, REPORTED

SIZES = f"""
WITH feed AS ({FEEDS}),
plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), wanted AS (SELECT unnest(%(partners)s::bigint[]) AS root),
member AS (
  SELECT root, root AS id FROM wanted
  UNION ALL
  SELECT m.merged_into_id, m.id FROM partners_partner m
  JOIN wanted ON wanted.root = m.merged_into_id AND m.merged_on <= %(as_of)s
), monthly AS MATERIALIZED ({REPORTED}),
{KNOWN_WINDOW}, summed AS (
  SELECT w.root, s.currency, sum(s.amount) AS amount, sum(s.lines) AS lines
  FROM known_window w
  JOIN member ON member.root = w.root
  JOIN sales_month s ON s.partner_id = member.id AND s.month <= w.last_month
    AND s.month > (w.last_month - interval '12 months')::date
  WHERE {OF_MEMBERS} AND s.measure = ANY(%(our_sales)s) AND s.known_on <= %(as_of)s
  GROUP BY w.root, s.currency
)
SELECT w.root,
  CASE WHEN count(*) FILTER (WHERE m.lines <> 0 AND plan.rate IS NULL) = 0
       THEN coalesce(sum(m.amount * plan.rate), 0) END
FROM known_window w
LEFT JOIN summed m ON m.root = w.root
LEFT JOIN plan ON plan.currency = m.currency
WHERE w.last_month IS NOT NULL
GROUP BY w.root
"""  # noqa: S608 - statements of our own


def sizes(night: Night, partners: Collection[int]) -> dict[int, Decimal]:
    """Our trailing 12 months with partners, those merged into them included, by their keys.

    In reporting currency at the night's plan rates, each over the window of its own feeds. A
    partner is missing where no month is covered or a currency has no plan rate: unknown.
    """
    missing = [partner for partner in partners if partner not in night.known_sizes]
    if missing:
        params = {**night.window_params, **night.rate_params, "partners": missing}
        with connection.cursor() as cursor:
            cursor.execute(SIZES, params)
            night.known_sizes.update(cursor.fetchall())
    known = {partner: night.known_sizes.get(partner) for partner in partners}
    return {partner: amount for partner, amount in known.items() if amount is not None}
