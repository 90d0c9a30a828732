"""Our revenue by route, and how much of the channel's each partner brings. Billing only."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection

from alerts.night import FeedState, Night
from channelhub.lib import months
from sales.models import Measure, Route

NEEDED_MONTHS = 24
# In percent of the channel: who is smaller in both years is far from any threshold.
WORTH_A_LOOK = 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class Revenue:
    """What we billed in the 12 months to `end` and in the 12 before, in reporting currency.

    `end` is the last month that every live feed that bills, of either route, covers; None where
    one of the routes is not reported. `covered` is how many of the 24 months to it all of them
    cover; `missing` are currencies without a plan rate.
    """

    end: dt.date | None = None
    covered: int = 0
    stale: bool = False
    channel: Decimal = Decimal(0)
    direct: Decimal = Decimal(0)
    channel_before: Decimal = Decimal(0)
    direct_before: Decimal = Decimal(0)
    missing: tuple[str, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """The channel's part of the last 12 months, in percent."""
        return percent_of(self.channel, self.channel + self.direct)

    @property
    def share_before(self) -> Decimal | None:
        """Its part of the 12 months before, in percent."""
        return percent_of(self.channel_before, self.channel_before + self.direct_before)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Weight:
    """What we billed one partner in the channel's trailing 12 months, in reporting currency."""

    partner: int
    billed: Decimal


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part in percent of a whole, unrounded; None of nothing."""
    return part * 100 / whole if whole > 0 else None


def revenue(night: Night) -> Revenue:
    """Both routes over the 24 months to the last one that both cover, as known that night."""
    feeds = _billing_feeds(night)
    ends = [feed.covered_to for feed in feeds if feed.covered_to]
    if {feed.route for feed in feeds} != set(Route) or len(ends) != len(feeds):
        return Revenue()
    end = min(ends)
    wanted = months.between(months.add_months(end, 1 - NEEDED_MONTHS), end)
    channel, direct, channel_before, direct_before, missing = _billed(night, end)
    return Revenue(
        end=end,
        covered=min(sum(month in feed.months for month in wanted) for feed in feeds),
        stale=any(feed.stale for feed in feeds),
        channel=channel,
        direct=direct,
        channel_before=channel_before,
        direct_before=direct_before,
        missing=tuple(missing or ()),
    )


def _billing_feeds(night: Night) -> list[FeedState]:
    """The live feeds of both routes that ever billed anything."""
    with connection.cursor() as cursor:
        cursor.execute(BILLING_FEEDS, {"as_of": night.as_of})
        keys = {key for (key,) in cursor.fetchall()}
    feeds = {**night.feeds, **night.direct_feeds}
    return [feed for key, feed in feeds.items() if key in keys and not feed.ended]


def _billed(night: Night, end: dt.date) -> tuple[Any, ...]:
    params = {
        "as_of": night.as_of,
        "end": end,
        "prior_to": months.add_months(end, -12),
        "before": months.add_months(end, -NEEDED_MONTHS),
        **night.rate_params,
    }
    with connection.cursor() as cursor:
        cursor.execute(BILLED, params)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def weights(night: Night) -> Iterator[Weight]:
    """The partners that weigh, or weighed a year before, in what we bill the channel."""
    if night.channel_to is None or night.channel <= 0:
        return
    params = {
        "as_of": night.as_of,
        "billed": Measure.BILLED,
        "end": night.channel_to,
        "prior_to": months.add_months(night.channel_to, -12),
        "before": months.add_months(night.channel_to, -NEEDED_MONTHS),
        "least": WORTH_A_LOOK,
        **night.rate_params,
    }
    with connection.cursor() as cursor:
        cursor.execute(WEIGHTS, params)
        for partner, billed in cursor.fetchall():
            yield Weight(partner=partner, billed=billed)


BILLING_FEEDS = """
SELECT f.id FROM sales_feed f WHERE EXISTS (
  SELECT FROM sales_customer_month s
  WHERE s.feed_id = f.id AND s.measure IN ('billed', 'two-tier') AND s.known_on <= %(as_of)s)
"""

PLAN = """
plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
)
"""

BILLED = f"""
WITH {PLAN}, summed AS (
  SELECT f.route, s.month > %(prior_to)s AS now, s.currency, sum(s.amount) AS amount,
         sum(s.lines) AS lines
  FROM sales_customer_month s JOIN sales_feed f ON f.id = s.feed_id
  WHERE s.measure IN ('billed', 'two-tier') AND s.known_on <= %(as_of)s
    AND s.month > %(before)s AND s.month <= %(end)s
  GROUP BY 1, 2, 3
)
SELECT
  coalesce(sum(amount * rate) FILTER (WHERE route = 'channel' AND now), 0),
  coalesce(sum(amount * rate) FILTER (WHERE route = 'direct' AND now), 0),
  coalesce(sum(amount * rate) FILTER (WHERE route = 'channel' AND NOT now), 0),
  coalesce(sum(amount * rate) FILTER (WHERE route = 'direct' AND NOT now), 0),
  array_agg(DISTINCT summed.currency) FILTER (WHERE rate IS NULL AND lines <> 0)
FROM summed LEFT JOIN plan USING (currency)
"""  # noqa: S608 - statements of our own

WEIGHTS = f"""
WITH {PLAN}, summed AS (
  SELECT s.partner_id, s.currency,
    sum(s.amount) FILTER (WHERE s.month > %(prior_to)s) AS now,
    sum(s.amount) FILTER (WHERE s.month <= %(prior_to)s) AS before
  FROM sales_month s
  WHERE s.measure = %(billed)s AND s.known_on <= %(as_of)s
    AND s.month > %(before)s AND s.month <= %(end)s
  GROUP BY s.partner_id, s.currency
), billed AS (
  SELECT CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS root,
    coalesce(sum(summed.now * plan.rate), 0) AS now,
    coalesce(sum(summed.before * plan.rate), 0) AS before
  FROM summed
  JOIN partners_partner p ON p.id = summed.partner_id
  JOIN plan ON plan.currency = summed.currency
  GROUP BY 1
), totalled AS (
  SELECT billed.*, sum(now) OVER () AS all_now, sum(before) OVER () AS all_before FROM billed
)
SELECT root, now FROM totalled
WHERE now * 100 >= %(least)s * all_now OR before * 100 >= %(least)s * all_before
ORDER BY root
"""  # noqa: S608
