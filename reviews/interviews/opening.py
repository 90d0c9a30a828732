"""Interviews open by themselves: one for each lost key customer and each large transaction.

One statement a kind, over what is published; the database's unique constraints keep a second
interview of the same thing out, whatever runs again or at the same time.
"""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from accounts.models import Organisation, User
from alerts.models import Run
from channelhub.lib.history import decision
from reviews.interviews.assigning import assign_unassigned
from reviews.interviews.rules import DUE_AFTER, OPENED_FOR
from reviews.models import OrderSweep
from sales.models import PlanRate

# In US dollars.
LARGE = Decimal(300_000)
EVER = dt.date(1900, 1, 1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Span:
    """Events between two days, both included.

    With `new` those of alerts that a night opened after the baseline count whenever they happened.
    """

    first: dt.date
    last: dt.date
    new: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class Older:
    """How many events before the last 90 days have no interview."""

    losses: int
    deals: int
    orders: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.losses + self.deals + self.orders


def open_interviews() -> None:
    """Open what the last 90 days ask for and is not there yet. Idempotent; for the tick."""
    today = Organisation.current().today()
    span = Span(first=today - OPENED_FOR, last=today, new=True)
    with decision(None):
        _open(LOSSES, span)
        _open(DEALS, span)
        if _orders_are_due():
            _open(ORDERS, span)
    assign_unassigned()


def _orders_are_due() -> bool:
    """Whether a night was published since orders were last looked through; if so it is noted.

    Whoever comes second at the same time waits for the row, and then finds it noted.
    """
    newest = Run.objects.newest()
    if newest is None:
        return False
    OrderSweep.objects.get_or_create(pk=1)
    sweep = OrderSweep.objects.select_for_update().get(pk=1)
    if sweep.night is not None and sweep.night >= newest.as_of:
        return False
    OrderSweep.objects.filter(pk=1).update(night=newest.as_of)
    return True


def older() -> Older:
    """What is older than 90 days and has no interview."""
    span = _older_span(EVER)
    return Older(
        losses=_count(LOSSES, span), deals=_count(DEALS, span), orders=_count(ORDERS, span)
    )


def open_older(*, since: dt.date, acting_user: User) -> int:
    """Open interviews for events before the last 90 days, from a day on: one choice for all.

    Returns:
        How many were opened.
    """
    span = _older_span(since)
    with decision(acting_user):
        opened = sum(_open(statement, span) for statement in (LOSSES, DEALS, ORDERS))
    assign_unassigned()
    return opened


def _older_span(since: dt.date) -> Span:
    return Span(
        first=since, last=Organisation.current().today() - OPENED_FOR - dt.timedelta(days=1)
    )


def _open(events: str, span: Span) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT.format(events=events), _params(span))
        (opened,) = cursor.fetchone()
    return int(opened)


def _count(events: str, span: Span) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(events=events), _params(span))
        (found,) = cursor.fetchone()
    return int(found)


def _params(span: Span) -> dict[str, Any]:
    organisation = Organisation.current()
    today = organisation.today()
    return {
        "first": span.first,
        "last": span.last,
        "new": span.new,
        "today": today,
        "due": today + DUE_AFTER,
        "large": _large(organisation, today),
        "reporting": organisation.reporting_currency,
        "zone": organisation.time_zone,
    }


def _large(organisation: Organisation, today: dt.date) -> Decimal:
    """The threshold in reporting currency; without a plan rate of the dollar, the same number."""
    rate = PlanRate.objects.of("USD", today, organisation.reporting_currency)
    return LARGE * (rate if rate is not None else 1)


# What one unit was worth on a day: as booked, else as planned; unknown is NULL.
RATE = """
CASE WHEN {currency} = %(reporting)s THEN 1 ELSE COALESCE(
  (SELECT b.rate FROM sales_bookedrate b
   WHERE b.currency = {currency} AND b.day <= {day} ORDER BY b.day DESC LIMIT 1),
  (SELECT p.rate FROM sales_planrate p WHERE p.currency = {currency} AND p.valid @> {day})
) END
"""

# The day of a silent loss is the one on which the silence had become too long.
LOSSES = """
SELECT 'loss' AS kind, a.subject AS customer_id, a.id AS alert_id, NULL::bigint AS deal_id,
  NULL::bigint AS source_id, '' AS order_number, NULL::boolean AS won, a.money AS amount,
  NULL::bigint AS product_line_id, found.happened_on, found.bought_last,
  ARRAY(SELECT l.partner_id FROM alerts_alertpartner l WHERE l.alert_id = a.id) AS partners
FROM alerts_alert a
CROSS JOIN LATERAL (
  SELECT (a.evidence ->> 'last_bought')::date AS bought_last,
    LEAST(a.last_seen, COALESCE(
      (SELECT max(s.lost_on) FROM customers_customerloss s
       JOIN customers_customer c ON c.id = s.customer_id
       WHERE a.subject IN (c.id, c.merged_into_id) AND s.withdrawn_on IS NULL),
      ((a.evidence ->> 'last_bought')::date + interval '1 month')::date - 1
        + (a.evidence ->> 'silent_limit')::numeric::integer,
      a.first_seen)) AS happened_on
) found
WHERE a.canary = 'key-customer-lost' AND a.scope = 'customer' AND a.finding_class = 'lost'
  AND a.ended_on IS NULL
  AND (found.happened_on BETWEEN %(first)s AND %(last)s OR (%(new)s AND NOT a.baseline))
  AND NOT EXISTS (
    SELECT FROM reviews_interview i JOIN customers_customer c ON c.id = i.customer_id
    WHERE i.kind = 'loss' AND (i.alert_id = a.id OR (
      COALESCE(c.merged_into_id, c.id) = a.subject
      AND i.bought_last IS NOT DISTINCT FROM found.bought_last)))
"""

DEALS = f"""
SELECT 'win-loss' AS kind, d.customer_id, NULL::bigint AS alert_id, d.id AS deal_id,
  NULL::bigint AS source_id, '' AS order_number, d.state = 'won' AS won, worth.amount,
  (SELECT l.product_line_id FROM deals_dealline l WHERE l.deal_id = d.id
   ORDER BY l.amount DESC, l.id LIMIT 1) AS product_line_id,
  closed.day AS happened_on, NULL::date AS bought_last, ARRAY[d.partner_id] AS partners
FROM deals_deal d
CROSS JOIN LATERAL (SELECT (d.closed_at AT TIME ZONE %(zone)s)::date AS day) closed
CROSS JOIN LATERAL (
  SELECT COALESCE(d.closed_amount, (SELECT sum(l.amount) FROM deals_dealline l
    WHERE l.deal_id = d.id AND l.state <> 'rejected'))
    * {RATE.format(currency="d.currency", day="closed.day")} AS amount
) worth
WHERE d.state IN ('won', 'lost') AND d.closed_at IS NOT NULL
  AND closed.day BETWEEN %(first)s AND %(last)s AND worth.amount >= %(large)s
  AND NOT EXISTS (SELECT FROM reviews_interview i WHERE i.deal_id = d.id)
  AND NOT EXISTS (
    SELECT FROM reviews_interview i JOIN reviews_interviewpartner l ON l.interview_id = i.id
    WHERE i.kind = 'win-loss' AND i.deal_id IS NULL AND l.partner_id = d.partner_id
      AND (i.order_number = d.order_number OR (i.source_id, i.order_number) IN (
        SELECT s.source_id, s.invoice FROM sales_line s WHERE s.deal = d.number AND s.deal <> '')))
"""  # noqa: S608 - statements of our own

# A line without an end customer is a stock order; one with a registration's number, or of an order
# that a registration names, is that deal's. What a distributor was billed counts only where nobody
# told the sale through (docs/decisions/0005).
ORDERS = f"""
SELECT 'win-loss' AS kind, bought.customer_id, NULL::bigint AS alert_id, NULL::bigint AS deal_id,
  bought.source_id, bought.invoice AS order_number, true AS won, sum(bought.amount) AS amount,
  NULL::bigint AS product_line_id, max(bought.day) AS happened_on, NULL::date AS bought_last,
  array_agg(DISTINCT COALESCE(p.merged_into_id, p.id)) AS partners
FROM (
  SELECT s.source_id, s.invoice, s.customer_id, COALESCE(s.reseller_id, s.distributor_id) AS seller,
    s.date AS day, sum(COALESCE(s.reporting_amount, s.amount * s.rate,
      s.amount * {RATE.format(currency="s.currency", day="s.date")})) AS amount,
    max(s.kind) AS kind, bool_or(s.distributor_id IS NOT NULL) AS two_tier
  FROM sales_line s
  WHERE s.date BETWEEN %(first)s AND %(last)s AND s.customer_id IS NOT NULL
    AND s.kind IN ('billing', 'sell-through') AND s.basis = 'vendor-net'
    AND COALESCE(s.reseller_id, s.distributor_id) IS NOT NULL
    AND NOT EXISTS (SELECT FROM deals_deal d WHERE s.deal <> '' AND d.number = s.deal
      AND d.partner_id IN (s.reseller_id, s.distributor_id))
  GROUP BY 1, 2, 3, 4, 5
) bought
JOIN customers_customer c ON c.id = bought.customer_id AND NOT c.placeholder
JOIN partners_partner p ON p.id = bought.seller
WHERE NOT EXISTS (SELECT FROM deals_deal d
    WHERE d.order_number = bought.invoice AND d.partner_id = p.id)
  AND NOT EXISTS (SELECT FROM reviews_interview i
    WHERE i.source_id = bought.source_id AND i.order_number = bought.invoice
      AND i.customer_id = bought.customer_id)
  AND NOT (bought.kind = 'billing' AND bought.two_tier AND EXISTS (
    SELECT FROM sales_line t
    WHERE t.customer_id = bought.customer_id AND t.kind = 'sell-through'))
GROUP BY bought.source_id, bought.invoice, bought.customer_id
HAVING sum(bought.amount) >= %(large)s
"""  # noqa: S608 - statements of our own

INSERT = """
WITH event AS ({events}), opened AS (
  INSERT INTO reviews_interview (
    kind, state, customer_id, alert_id, deal_id, source_id, order_number, won, amount,
    product_line_id, happened_on, bought_last, opened_on, due_on, outsider_name, outsider_email,
    respondent, heard_from, stated, found, cause, change, reason)
  SELECT kind, 'to-hold', customer_id, alert_id, deal_id, source_id, order_number, won, amount,
    product_line_id, happened_on, bought_last, %(today)s, %(due)s, '', '',
    '', '', '', '', '', '', ''
  FROM event
  ON CONFLICT DO NOTHING
  RETURNING id, alert_id, deal_id, source_id, order_number, customer_id
), linked AS (
INSERT INTO reviews_interviewpartner (interview_id, partner_id)
SELECT DISTINCT opened.id, unnest(event.partners)
FROM opened JOIN event ON event.alert_id IS NOT DISTINCT FROM opened.alert_id
  AND event.deal_id IS NOT DISTINCT FROM opened.deal_id
  AND event.source_id IS NOT DISTINCT FROM opened.source_id
  AND event.order_number = opened.order_number AND event.customer_id = opened.customer_id
)
SELECT count(*) FROM opened
"""
COUNT = "SELECT count(*) FROM ({events}) event"
