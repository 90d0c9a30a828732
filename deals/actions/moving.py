"""Customers that a partner brought and that now buy from us direct: suspicions for the ledger."""

import datetime as dt
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction

from accounts.models import Organisation
from channelhub.lib import figures, months
from customers.roots import CUSTOMER_ROOTS
from deals.actions.steps import now, today
from deals.models import Breach, BreachKind
from sales.models import PlanRate

# How long ago a direct purchase may be to be new, and of what a partner's share is reckoned.
NEW_DAYS = 90
BEFORE_MONTHS = 12
# In percent of what the customer bought of the line on all routes.
SHARE = 50
# A decided suspicion is not raised again within this time.
QUIET_MONTHS = 12
ONE_DAY = 24 * 60 * 60


def suspect_moved() -> None:
    """Look for them once a day; a second look on the same day would find the same."""
    key = f"deals-moved-{today()}"
    if not cache.get(key):
        enter_moved(today())
        cache.set(key, "looked", ONE_DAY)


def enter_moved(day: dt.date) -> None:
    """Enter customers that moved to direct, as they stand on a day; each once.

    A customer's last 12 months before its first new direct purchase of a product line came to
    half or more through one partner. One that our direct sales had provably logged before the
    partner's submission did not move.
    """
    own = Organisation.current()
    rates = PlanRate.objects.by_currency(day, own.reporting_currency)
    params: dict[str, Any] = {
        "as_of": day,
        "new": day - dt.timedelta(days=NEW_DAYS),
        "earliest": months.months_before(day - dt.timedelta(days=NEW_DAYS), BEFORE_MONTHS),
        "quiet": months.months_before(day, QUIET_MONTHS),
        "share": SHARE,
        "currencies": list(rates),
        "rates": list(rates.values()),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MOVED, params)
        rows = [_suspicion(row, own.reporting_currency) for row in cursor.fetchall()]
        Breach.objects.bulk_create(rows, ignore_conflicts=True)


def _suspicion(row: tuple[Any, ...], currency: str) -> Breach:
    partner, customer, line, opportunity, deal, team, since, direct, through, bought, names = row
    customer_name, partner_name, line_name = names
    return Breach(
        partner_id=partner,
        customer_id=customer,
        product_line_id=line,
        direct_opportunity_id=opportunity,
        deal_id=deal,
        direct_team=team,
        kind=BreachKind.MOVED,
        happened_on=since,
        filed_at=now(),
        amount=direct,
        evidence=(
            f"{customer_name} has bought {figures.full(direct)} {currency} of {line_name} from us"
            f" direct since {since:%-d %b %Y}. Of the {figures.full(bought)} {currency} that it"
            f" bought in the {BEFORE_MONTHS} months before,"
            f" {figures.percent(through * 100 / bought)} came through {partner_name}."
        ),
    )


# First the customers and lines with a direct purchase in the last days, then what they bought in
# the year before the first of them, on all routes. Two-tier billing counts only where nothing was
# sold through (docs/decisions/0005); what has no plan rate leaves the share unknown.
MOVED = f"""
WITH plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), product AS MATERIALIZED (
  SELECT own.id, counted.line_id
  FROM sales_product own JOIN sales_product counted
    ON counted.id = CASE WHEN own.merged_on <= %(as_of)s THEN own.merged_into_id ELSE own.id END
  WHERE counted.line_id IS NOT NULL
), root AS (
  SELECT * FROM ({CUSTOMER_ROOTS}) AS every WHERE NOT placeholder
), fresh AS MATERIALIZED (
  SELECT root.root, product.line_id, min(line.date) AS since,
    sum(line.amount * plan.rate) AS direct
  FROM sales_line line
  JOIN product ON product.id = line.product_id
  JOIN root ON root.id = line.customer_id
  LEFT JOIN plan USING (currency)
  WHERE line.kind = 'billing' AND line.reseller_id IS NULL AND line.distributor_id IS NULL
    AND line.date > %(new)s AND line.date <= %(as_of)s
  GROUP BY root.root, product.line_id
  HAVING bool_and(plan.rate IS NOT NULL) AND sum(line.amount * plan.rate) > 0
), part AS MATERIALIZED (
  SELECT root.id, root.root FROM root WHERE root.root IN (SELECT fresh.root FROM fresh)
), bought AS MATERIALIZED (
  SELECT fresh.root, fresh.line_id, fresh.since, fresh.direct, line.amount * plan.rate AS amount,
    line.kind = 'sell-through' AS sold_through,
    line.kind = 'billing' AND line.reseller_id IS NOT NULL AND line.distributor_id IS NOT NULL
      AS two_tier,
    CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS partner
  FROM fresh
  JOIN part ON part.root = fresh.root
  JOIN sales_line line ON line.customer_id = part.id AND line.date >= %(earliest)s
    AND line.date < fresh.since AND line.date >= (fresh.since - interval '12 months')::date
    AND line.kind <> 'booking'
  JOIN product ON product.id = line.product_id AND product.line_id = fresh.line_id
  LEFT JOIN plan USING (currency)
  LEFT JOIN partners_partner p ON p.id = coalesce(line.reseller_id, line.distributor_id)
), counted AS (
  SELECT *, bool_or(sold_through) OVER (PARTITION BY root, line_id) AS any_sold_through FROM bought
), summed AS (
  SELECT root, line_id, since, direct, partner, sum(amount) AS amount,
    sum(sum(amount)) OVER (PARTITION BY root, line_id) AS total,
    bool_and(bool_and(amount IS NOT NULL)) OVER (PARTITION BY root, line_id) AS known
  FROM counted WHERE NOT (two_tier AND any_sold_through)
  GROUP BY root, line_id, since, direct, partner
)
SELECT summed.partner, summed.root, summed.line_id, opportunity.id,
  CASE WHEN deal.partner_id = summed.partner THEN deal.id END,
  coalesce(opportunity.direct_team, ''), summed.since, summed.direct, summed.amount, summed.total,
  ARRAY[customer.name, partner.name, line.name]
FROM summed
JOIN customers_customer customer ON customer.id = summed.root
JOIN partners_partner partner ON partner.id = summed.partner
JOIN sales_productline line ON line.id = summed.line_id
LEFT JOIN LATERAL (
  SELECT o.id, o.direct_team, o.logged_at
  FROM part JOIN deals_directopportunity o ON o.customer_id = part.id
  WHERE part.root = summed.root AND o.product_line_id = summed.line_id
    AND (o.closed_on IS NULL OR o.closed_on >= (summed.since - interval '12 months')::date)
  ORDER BY o.logged_at, o.id LIMIT 1
) opportunity ON true
LEFT JOIN LATERAL (
  SELECT d.id, d.partner_id, d.submitted_at
  FROM part JOIN deals_deal d ON d.customer_id = part.id
  JOIN deals_dealline l ON l.deal_id = d.id AND l.product_line_id = summed.line_id
  JOIN partners_partner p ON p.id = d.partner_id
  WHERE part.root = summed.root AND d.submitted_at >= summed.since - interval '12 months'
    AND CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END = summed.partner
  ORDER BY d.submitted_at, d.id LIMIT 1
) deal ON true
WHERE summed.known AND summed.total > 0 AND summed.amount * 100 >= summed.total * %(share)s
  AND NOT coalesce(opportunity.logged_at < deal.submitted_at, false)
  AND NOT EXISTS (SELECT FROM deals_breach b WHERE b.kind = 'moved'
    AND b.partner_id = summed.partner AND b.customer_id = summed.root
    AND b.product_line_id = summed.line_id
    AND (b.state = 'suspected' OR b.happened_on > %(quiet)s))
ORDER BY summed.partner, summed.root, summed.line_id
"""  # noqa: S608 - a statement of our own
