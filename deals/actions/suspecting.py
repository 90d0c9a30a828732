"""What opportunities of our own may have broken, entered into the ledger for a decision."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.core.cache import cache
from django.db import connection, transaction

from accounts.models import Organisation
from deals.actions.protecting import protected_customer
from deals.actions.steps import now, today
from deals.models import Breach, BreachKind, Deal, DirectOpportunity, DirectState, Protection
from sales.models import PlanRate

# An opportunity that was provably logged before the submission breaks nothing.
UNDER_PROTECTION = """
SELECT DISTINCT o.id, p.deal_id
FROM deals_directopportunity o
JOIN deals_protection p ON p.root_customer_id = deals_protected_customer(o.customer_id)
  AND p.product_line_id = o.product_line_id AND p.exclusive
  AND p.during @> coalesce(o.closed_on, %(day)s)
JOIN deals_deal d ON d.id = p.deal_id AND d.submitted_at < o.logged_at
WHERE o.id = ANY(%(keys)s)
"""

# A partner may have reported it lost after it expired; it was rejected or expired all the same.
AFTER_THE_END = """
WITH won AS (
  SELECT o.id, o.product_line_id, o.logged_at, deals_protected_customer(o.customer_id) AS root
  FROM deals_directopportunity o WHERE o.id = ANY(%(keys)s) AND o.state = 'won'
)
SELECT DISTINCT won.id, d.id
FROM won
JOIN customers_customer c
  ON c.id = won.root OR c.merged_into_id = won.root OR c.parent_id = won.root
JOIN deals_deal d ON d.customer_id = c.id AND d.state IN ('rejected', 'expired', 'lost')
  AND d.submitted_at < won.logged_at
JOIN deals_dealline l ON l.deal_id = d.id AND l.product_line_id = won.product_line_id
WHERE deals_protected_customer(c.id) = won.root AND EXISTS (
  SELECT FROM deals_dealstep s WHERE s.deal_id = d.id AND s.step IN ('reject', 'expire'))
"""

# Open ones against a live protection of which nothing is in the ledger yet.
UNSUSPECTED = """
SELECT DISTINCT o.id
FROM deals_directopportunity o
JOIN deals_protection p ON p.root_customer_id = deals_protected_customer(o.customer_id)
  AND p.product_line_id = o.product_line_id AND p.exclusive AND p.during @> %(day)s::date
JOIN deals_deal d ON d.id = p.deal_id AND d.submitted_at < o.logged_at
WHERE o.state = 'open' AND NOT EXISTS (SELECT FROM deals_breach b
  WHERE b.kind = 'worked' AND b.deal_id = d.id AND b.direct_opportunity_id = o.id)
"""
ONE_DAY = 24 * 60 * 60

TOLD = {
    BreachKind.WORKED: "is worked on by our direct sales under this protection",
    BreachKind.TAKEN: "was won by our direct sales under this protection",
    BreachKind.WON_AFTER: "was won by our direct sales after this registration ended",
}


def held_by_partner(opportunity: DirectOpportunity, day: dt.date) -> list[Protection]:
    """The protections of partners on a day that an opportunity of ours stands against."""
    rows = Protection.objects.on(day).filter(
        root_customer=protected_customer(opportunity.customer_id),
        product_line=opportunity.product_line_id,
        exclusive=True,
    )
    return list(rows.select_related("deal", "partner", "product_line"))


def suspect(opportunities: Sequence[DirectOpportunity], day: dt.date) -> list[Breach]:
    """Enter into the ledger what opportunities of ours may have broken; once each.

    Worked or won under a protection, or won within the days after a registration was rejected or
    expired. What is closed is judged on the day on which it was.
    """
    known = {each.pk: each for each in opportunities}
    worked = _pairs(UNDER_PROTECTION, known, day)
    ended = _pairs(AFTER_THE_END, known, day)
    if not worked and not ended:
        return []
    at = now()
    deals = _deals({deal for _, deal in (*worked, *ended)})
    own = Organisation.current()
    rates = PlanRate.objects.by_currency(own.today(), own.reporting_currency)
    rows = [
        _suspicion(_kind(known[key]), known[key], deals[deal], day, rates) for key, deal in worked
    ]
    rows += [
        _suspicion(BreachKind.WON_AFTER, known[key], deals[deal], day, rates)
        for key, deal in ended
        if (key, deal) not in worked and _within(deals[deal], known[key], day)
    ]
    for row in rows:
        row.filed_at = at
    return list(Breach.objects.bulk_create(rows, ignore_conflicts=True))


def sweep_direct() -> None:
    """Once a day: suspect what nobody touched since a partner was approved. Repeated, it adds none.

    An opportunity is judged when it is logged, touched or imported; a registration that was
    submitted before it may be approved after.
    """
    day = today()
    key = f"deals-swept-{day}"
    if cache.get(key):
        return
    with transaction.atomic():
        rows = DirectOpportunity.objects.open().filter(pk__in=_against_protection(day))
        suspect(list(rows.select_related("product_line", "owner")), day)
    cache.set(key, "looked", ONE_DAY)


def _against_protection(day: dt.date) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(UNSUSPECTED, {"day": day})
        return [key for (key,) in cursor.fetchall()]


def _pairs(
    statement: str, known: Mapping[int, DirectOpportunity], day: dt.date
) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"keys": list(known), "day": day})
        return [(key, deal) for key, deal in cursor.fetchall()]


def _deals(keys: set[int]) -> dict[int, Deal]:
    rows = Deal.objects.filter(pk__in=keys).select_related("partner", "rules")
    return {row.pk: row for row in rows.prefetch_related("protections", "rules__terms")}


def _kind(opportunity: DirectOpportunity) -> BreachKind:
    return BreachKind.TAKEN if opportunity.state == DirectState.WON else BreachKind.WORKED


def _within(deal: Deal, opportunity: DirectOpportunity, day: dt.date) -> bool:
    """Whether it was won within the days that the rules name after the registration ended."""
    if deal.rules is None or deal.decided_at is None:
        return False
    ends = [row.during.upper for row in deal.protections.all() if not row.during.isempty]
    over = max(ends, default=deal.decided_at.date())
    terms = deal.rules.terms_for(deal.type, opportunity.product_line_id)
    won_on = opportunity.closed_on or day
    return over <= won_on <= over + dt.timedelta(days=terms.taken_direct_days)


def _suspicion(
    kind: BreachKind,
    opportunity: DirectOpportunity,
    deal: Deal,
    day: dt.date,
    rates: Mapping[str, Decimal],
) -> Breach:
    logged = f"{opportunity.logged_at.astimezone(dt.UTC):%-d %b %Y %H:%M} UTC"
    by = opportunity.worked_by or "somebody of direct sales"
    rate = rates.get(opportunity.currency)
    known = rate is not None and opportunity.amount is not None
    return Breach(
        partner=deal.partner,
        deal=deal,
        direct_opportunity=opportunity,
        customer_id=opportunity.customer_id,
        product_line_id=opportunity.product_line_id,
        kind=kind,
        direct_team=opportunity.direct_team,
        evidence=f"{opportunity} {TOLD[kind]}. Logged {logged} by {by}.",
        happened_on=opportunity.closed_on or day,
        amount=opportunity.amount * rate if known else None,
    )
