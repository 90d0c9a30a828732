"""What the customers that matter bought: the facts behind key-customer-lost."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from alerts.night import FeedState, Night
from channelhub.lib import months
from customers.roots import CUSTOMER_ROOTS
from partners.models import Status
from sales.windows import REPORTING_MONTHS

LOOK_BACK = 36
WINDOW = 12


class Purchase(NamedTuple):
    """What a customer bought in a month from one seller: a partner's root, or None for us direct.

    Amounts are in reporting currency, net of returns.
    """

    month: dt.date
    seller: int | None
    amount: Decimal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Said:
    """That somebody said the customer is lost."""

    lost_on: dt.date
    said_by: str
    why: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class CustomerFacts:
    """A customer, as its group, whose purchases may have reached the share that matters.

    `purchases` are those of the last 36 closed months; `revenue` is what we billed in all, by
    month, over both routes. `covered_to` is the last month that every live feed covers that
    reported it in the last 24 months, or else in the 36; `sellers` are the names of its sellers,
    `ended` those of them that are partners no more. Amounts are in reporting currency.
    """

    customer: int
    purchases: tuple[Purchase, ...]
    revenue: Mapping[dt.date, Decimal]
    covered_to: dt.date | None
    stale: bool
    through_channel: bool
    sellers: Mapping[int, str]
    ended: frozenset[int]
    said: Said | None = None
    contract_ends: dt.date | None = None
    missing_rates: tuple[str, ...] = ()

    @property
    def by_month(self) -> dict[dt.date, Decimal]:
        """What it bought by month, from everybody."""
        found: dict[dt.date, Decimal] = defaultdict(Decimal)
        for purchase in self.purchases:
            found[purchase.month] += purchase.amount
        return dict(found)


def customers(night: Night, *, share: Decimal) -> Iterator[CustomerFacts]:
    """The customers whose 36 months together reach `share` percent of a year's revenue.

    Those who cannot have reached it in any 12 months are left out by the database.
    """
    last = months.last_closed(night.as_of)
    params = {
        "as_of": night.as_of,
        "first": months.add_months(last, 1 - LOOK_BACK),
        "last": last,
        "since": months.add_months(last, 1 - REPORTING_MONTHS),
        "ended": Status.ENDED,
        "share": share,
        **night.rate_params,
    }
    with connection.cursor() as cursor:
        cursor.execute(REVENUE, params)
        revenue: dict[dt.date, Decimal] = dict(cursor.fetchall())
        yearly = [year for _, year in years(revenue, params["first"], last) if year > 0]
        if not yearly:
            return
        cursor.execute(PURCHASES, {**params, "least": min(yearly) * share / 100})
        rows = cursor.fetchall()
        cursor.execute(STATEMENTS, {**params, "customers": list({row[0] for row in rows})})
        said = {key: rest for key, *rest in cursor.fetchall()}
    feeds = {**night.feeds, **night.direct_feeds}
    for customer, found in groupby(rows, key=lambda row: row[0]):
        yield _facts(customer, list(found), revenue, feeds, said.get(customer))


def years(
    by_month: Mapping[dt.date, Decimal], first: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, Decimal]]:
    """The sums of 12 months that lie wholly between two months, each by its last month."""
    for end in months.between(months.add_months(first, WINDOW - 1), last):
        span = months.between(months.add_months(end, 1 - WINDOW), end)
        yield end, sum((by_month.get(month, Decimal(0)) for month in span), Decimal(0))


def _facts(
    customer: int,
    rows: list[tuple[Any, ...]],
    revenue: Mapping[dt.date, Decimal],
    feeds: Mapping[int, FeedState],
    said: list[Any] | None,
) -> CustomerFacts:
    lost_on, said_by, why, contract_ends = said or (None, "", "", None)
    reporting = {key for row in rows for key in row[8] or ()}
    live = [feeds[key] for key in reporting if key in feeds and not feeds[key].ended]
    ends = [feed.covered_to for feed in live]
    covered = [end for end in ends if end]
    return CustomerFacts(
        customer=customer,
        purchases=tuple(
            Purchase(month, seller, amount)
            for _, month, seller, _, _, amount, *_ in rows
            if amount is not None
        ),
        revenue=revenue,
        covered_to=min(covered) if covered and len(covered) == len(ends) else None,
        stale=any(feed.stale for feed in live),
        through_channel=any(row[2] is not None for row in rows),
        sellers={row[2]: row[3] for row in rows if row[2] is not None},
        ended=frozenset(row[2] for row in rows if row[2] is not None and row[4]),
        said=Said(lost_on=lost_on, said_by=said_by, why=why) if lost_on else None,
        contract_ends=contract_ends,
        missing_rates=tuple(sorted({row[6] for row in rows if row[5] is None})),
    )


def names_of(sellers: Iterable[int | None], facts: CustomerFacts) -> list[str]:
    """Sellers by name; None is us."""
    return [facts.sellers[key] if key is not None else "us directly" for key in sellers]


PLAN = """
plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
)
"""

# Our whole billed revenue of both routes, by month; what has no plan rate is left out.
REVENUE = f"""
WITH {PLAN}
SELECT summed.month, sum(summed.amount * plan.rate) FROM (
  SELECT s.month, s.currency, sum(s.amount) AS amount
  FROM sales_customer_month s
  WHERE s.measure IN ('billed', 'two-tier') AND s.known_on <= %(as_of)s
    AND s.month BETWEEN %(first)s AND %(last)s
  GROUP BY s.month, s.currency
) AS summed JOIN plan USING (currency)
GROUP BY summed.month
"""  # noqa: S608 - statements of our own

# First every customer's sum, then the months of those few whose sum can matter. Two-tier billing
# counts only where nothing was sold through (docs/decisions/0005).
PURCHASES = f"""
WITH {PLAN}, root AS ({CUSTOMER_ROOTS}), bought AS MATERIALIZED (
  SELECT s.customer_id, s.currency, sum(greatest(s.amount, 0)) AS amount
  FROM sales_customer_month s
  WHERE s.customer_id IS NOT NULL AND s.known_on <= %(as_of)s
    AND s.month BETWEEN %(first)s AND %(last)s
  GROUP BY s.customer_id, s.currency
), candidate AS MATERIALIZED (
  SELECT root.root FROM bought JOIN root ON root.id = bought.customer_id
  LEFT JOIN plan USING (currency)
  GROUP BY root.root
  HAVING NOT bool_or(root.placeholder)
    AND sum(bought.amount * coalesce(plan.rate, 1)) >= %(least)s
), named AS MATERIALIZED (
  SELECT root.id, root.root FROM root JOIN candidate USING (root) WHERE NOT root.placeholder
), month_of AS MATERIALIZED (
  SELECT named.root, s.month, s.feed_id, s.measure, s.currency, s.partner_id,
         sum(s.amount) AS amount, sum(s.lines) AS lines
  FROM named JOIN sales_customer_month s ON s.customer_id = named.id
  WHERE s.known_on <= %(as_of)s AND s.month BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3, 4, 5, 6
  HAVING sum(s.lines) <> 0 OR sum(s.amount) <> 0
), sold_through AS (
  SELECT DISTINCT root FROM month_of WHERE measure = 'sold-through'
), reported AS (
  SELECT root, coalesce(array_agg(DISTINCT feed_id) FILTER (WHERE month >= %(since)s),
    array_agg(DISTINCT feed_id)) AS feeds
  FROM month_of GROUP BY root
)
SELECT m.root, m.month, seller.id, seller.name,
  coalesce(standing.status = %(ended)s, false), sum(m.amount * plan.rate), m.currency,
  count(*), reported.feeds
FROM month_of m
LEFT JOIN plan USING (currency)
LEFT JOIN reported USING (root)
LEFT JOIN partners_partner p ON p.id = m.partner_id
LEFT JOIN partners_partner seller
  ON seller.id = CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END
LEFT JOIN partners_partnerstatus standing
  ON standing.partner_id = seller.id AND standing.valid @> %(as_of)s::date
WHERE m.measure <> 'two-tier' OR m.root NOT IN (SELECT root FROM sold_through)
GROUP BY m.root, m.month, seller.id, seller.name, standing.status, m.currency, reported.feeds
ORDER BY m.root, m.month, seller.id
"""  # noqa: S608

# What was said of the customer itself, or of one merged into it, as known then.
STATEMENTS = """
WITH wanted AS (SELECT unnest(%(customers)s::bigint[]) AS root), self AS (
  SELECT root, root AS id FROM wanted
  UNION ALL
  SELECT root, c.id FROM wanted
  JOIN customers_customer c ON c.merged_into_id = root AND c.merged_on <= %(as_of)s
)
SELECT wanted.root, loss.lost_on, loss.said_by, loss.why, contract.ends_on
FROM wanted
LEFT JOIN LATERAL (
  SELECT l.lost_on, l.said_by, l.why
  FROM customers_customerloss l JOIN self ON self.id = l.customer_id
  WHERE self.root = wanted.root AND l.known_on <= %(as_of)s AND l.lost_on <= %(as_of)s
    AND (l.withdrawn_on IS NULL OR l.withdrawn_on > %(as_of)s)
  ORDER BY l.lost_on DESC LIMIT 1
) loss ON true
LEFT JOIN LATERAL (
  SELECT c.ends_on FROM customers_customercontract c JOIN self ON self.id = c.customer_id
  WHERE self.root = wanted.root AND c.known_on <= %(as_of)s
  ORDER BY c.known_on DESC, c.ends_on DESC LIMIT 1
) contract ON true
WHERE loss.lost_on IS NOT NULL OR contract.ends_on IS NOT NULL
"""
