"""How much partners buy: our trailing 12 months with each, for canaries that weigh by it."""

from collections.abc import Collection
from decimal import Decimal

from django.db import connection

from alerts.night import Night
from sales.windows import FEEDS, KNOWN_WINDOW, MONTHLY

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
), monthly AS MATERIALIZED ({MONTHLY}),
{KNOWN_WINDOW}
SELECT w.root,
  CASE WHEN count(*) FILTER (WHERE m.lines <> 0 AND plan.rate IS NULL) = 0
       THEN coalesce(sum(m.amount * plan.rate), 0) END
FROM known_window w
LEFT JOIN monthly m ON m.root = w.root AND m.month <= w.last_month
  AND m.month > (w.last_month - interval '12 months')::date
LEFT JOIN plan ON plan.currency = m.currency
WHERE w.last_month IS NOT NULL
GROUP BY w.root
"""  # noqa: S608 - statements of our own


def sizes(night: Night, partners: Collection[int]) -> dict[int, Decimal]:
    """Our trailing 12 months with partners, those merged into them included, by their keys.

    In reporting currency at the night's plan rates, each over the window of its own feeds. A
    partner is missing where no month is covered or a currency has no plan rate: unknown.
    """
    if not partners:
        return {}
    params = {**night.window_params, **night.rate_params, "partners": list(partners)}
    with connection.cursor() as cursor:
        cursor.execute(SIZES, params)
        return {root: amount for root, amount in cursor.fetchall() if amount is not None}
