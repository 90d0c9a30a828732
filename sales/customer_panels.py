"""Who buys through a partner, and how much of what it sells for us hangs on each."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max

from accounts.models import Organisation
from channelhub.lib import months
from customers.models import Customer
from customers.roots import CUSTOMER_ROOTS
from customers.roots import members as customer_members
from partners.models import OwnResult, Partner
from sales.models import FeedMonth, PlanRate, SalesMonth

CUSTOMERS_SHOWN = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class CustomerShare:
    """What a customer bought through a partner in its last 12 months, and in the 12 before.

    In reporting currency; `share` is a fraction of our sales with the partner, None where those
    are not known.
    """

    customer: Customer
    amount: Decimal
    before: Decimal
    share: Decimal | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Customers:
    """A partner's customers by share; `unnamed` is the fraction of its sales that names none."""

    shown: list[CustomerShare]
    count: int
    unnamed: Decimal | None


def customers_of(
    partner: Partner, on: dt.date, *, end: dt.date | None, total: Decimal | None
) -> Customers:
    """The largest customers of a partner over the 12 months to `end`, groups as one.

    `total` is our sales with the partner in those months; placeholders count as nobody.
    """
    if end is None:
        return Customers(shown=[], count=0, unnamed=None)
    params: dict[str, Any] = {
        "partners": partner.members(on),
        "as_of": on,
        "end": end,
        "prior_to": months.add_months(end, -12),
        "before": months.add_months(end, -24),
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_CUSTOMER, params)
        rows = cursor.fetchall()
    named = sum((row[1] for row in rows), Decimal(0))
    largest = rows[:CUSTOMERS_SHOWN]
    known = Customer.objects.in_bulk([row[0] for row in largest])
    return Customers(
        shown=[_share(known[key], amount, before, total) for key, amount, before in largest],
        count=len(rows),
        unnamed=max(total - named, Decimal(0)) / total if total else None,
    )


def _share(
    customer: Customer, amount: Decimal, before: Decimal, total: Decimal | None
) -> CustomerShare:
    share = amount / total if total else None
    return CustomerShare(customer=customer, amount=amount, before=before, share=share)


def share_of_own_sales(partner: Partner, year: OwnResult | None, on: dt.date) -> Decimal | None:
    """Our sales as a fraction of a partner's own total sales of a year; None where not known.

    Both at the plan rates of a day; our sales are those of the whole months that the year spans.
    """
    if year is None or not year.amount:
        return None
    rate = PlanRate.objects.of(year.currency, on, Organisation.current().reporting_currency)
    first = months.first_day(year.start)
    if year.start != first:
        first = months.add_months(first, 1)
    last = months.last_closed(year.end)
    ours = (
        SalesMonth.objects.known(on).our_sales().of(partner.members(on)).between(first, last)
    ).total(on)
    return None if rate is None or ours is None else ours / (year.amount * rate)


BY_CUSTOMER = f"""
WITH plan AS (
  SELECT currency, rate FROM sales_planrate WHERE valid @> %(as_of)s::date
  UNION ALL
  SELECT reporting_currency, 1 FROM accounts_organisation
), bought AS MATERIALIZED (
  SELECT s.customer_id, s.measure,
    coalesce(sum(s.amount * plan.rate) FILTER (WHERE s.month > %(prior_to)s), 0) AS amount,
    coalesce(sum(s.amount * plan.rate) FILTER (WHERE s.month <= %(prior_to)s), 0) AS before
  FROM sales_customer_month s JOIN plan USING (currency)
  WHERE s.partner_id = ANY(%(partners)s) AND s.customer_id IS NOT NULL
    AND s.known_on <= %(as_of)s AND s.month > %(before)s AND s.month <= %(end)s
  GROUP BY 1, 2
), rooted AS (
  SELECT root.root, bought.* FROM bought
  JOIN LATERAL (SELECT * FROM ({CUSTOMER_ROOTS}) AS r WHERE r.id = bought.customer_id) AS root
    ON NOT root.placeholder
), summed AS (
  SELECT root, bool_or(measure = 'sold-through') AS sold_through,
    sum(amount) FILTER (WHERE measure <> 'two-tier') AS amount,
    sum(before) FILTER (WHERE measure <> 'two-tier') AS before,
    sum(amount) FILTER (WHERE measure = 'two-tier') AS two_tier,
    sum(before) FILTER (WHERE measure = 'two-tier') AS two_tier_before
  FROM rooted GROUP BY root
), counted AS (
  SELECT root,
    coalesce(amount, 0) + CASE WHEN sold_through THEN 0 ELSE coalesce(two_tier, 0) END AS amount,
    coalesce(before, 0) + CASE WHEN sold_through THEN 0 ELSE coalesce(two_tier_before, 0) END
      AS before
  FROM summed
)
SELECT root, amount, before FROM counted WHERE amount <> 0 OR before <> 0
ORDER BY amount DESC, before DESC, root
"""  # noqa: S608 - statements of our own


@dataclasses.dataclass(frozen=True, kw_only=True)
class Seller:
    """Who sold to a customer in its last 12 months; None is us, directly."""

    partner: Partner | None
    amount: Decimal
    share: Decimal | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class CustomerSales:
    """What a customer bought over the 36 months to `end`, its parts and merges included.

    In reporting currency at the plan rates of the day; a month of which no feed has reported
    is not in it. `end` is None where nothing was ever reported.
    """

    end: dt.date | None
    series: tuple[tuple[dt.date, Decimal | None], ...]
    last_12: Decimal | None
    prior_12: Decimal | None
    sellers: list[Seller]


def customer_sales(customer: Customer, on: dt.date) -> CustomerSales:
    """What a customer bought by month, and who sold it."""
    end = _last_reported(on)
    if end is None:
        return CustomerSales(end=None, series=(), last_12=None, prior_12=None, sellers=[])
    months_ = months.between(months.add_months(end, -35), end)
    params: dict[str, Any] = {
        "customers": customer_members(customer, on),
        "as_of": on,
        "first": months_[0],
        "last": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_SELLER, params)
        rows = cursor.fetchall()
    by_month = dict.fromkeys(months_, Decimal(0))
    by_seller: dict[int | None, Decimal] = {}
    for month, seller, amount in rows:
        by_month[month] += amount
        if month > months.add_months(end, -12):
            by_seller[seller] = by_seller.get(seller, Decimal(0)) + amount
    last_12 = sum((by_month[month] for month in months_[24:]), Decimal(0))
    return CustomerSales(
        end=end,
        series=tuple(by_month.items()),
        last_12=last_12,
        prior_12=sum((by_month[month] for month in months_[12:24]), Decimal(0)),
        sellers=_sellers(by_seller, last_12),
    )


def _sellers(by_seller: dict[int | None, Decimal], total: Decimal) -> list[Seller]:
    known = Partner.objects.in_bulk([key for key in by_seller if key is not None])
    largest = sorted(by_seller.items(), key=lambda item: -item[1])
    return [
        Seller(
            partner=known[key] if key is not None else None,
            amount=amount,
            share=amount / total if total > 0 else None,
        )
        for key, amount in largest
    ]


def _last_reported(on: dt.date) -> dt.date | None:
    known = FeedMonth.objects.known(on)
    newest: dt.date | None = known.aggregate(month=Max("month"))["month"]
    return newest


BY_SELLER = """
WITH plan AS (
  SELECT currency, rate FROM sales_planrate WHERE valid @> %(as_of)s::date
  UNION ALL
  SELECT reporting_currency, 1 FROM accounts_organisation
), bought AS (
  SELECT s.month, CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS seller,
    s.measure, sum(s.amount * plan.rate) AS amount
  FROM sales_customer_month s
  JOIN plan USING (currency)
  LEFT JOIN partners_partner p ON p.id = s.partner_id
  WHERE s.customer_id = ANY(%(customers)s) AND s.known_on <= %(as_of)s
    AND s.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3
)
SELECT month, seller, sum(amount) FROM bought
WHERE measure <> 'two-tier' OR NOT EXISTS (SELECT FROM bought b WHERE b.measure = 'sold-through')
GROUP BY month, seller
ORDER BY month, seller
"""
