"""What a night knows before it judges: which months the feeds cover, and how big the channel is."""

import dataclasses
import datetime as dt
import functools
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Organisation
from channelhub.lib import months
from sales.models import Feed, Measure, PlanRate, Route
from sales.models.feeds import STALE_AFTER_DAYS
from sales.windows import covered_months, feed_params


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeedState:
    """A feed as known at the end of a day; months are named by their first day."""

    id: int
    label: str
    route: str
    months: frozenset[dt.date]
    days_late: int
    ended: bool

    @property
    def covered_to(self) -> dt.date | None:
        """The last month covered."""
        return max(self.months, default=None)

    @property
    def stale(self) -> bool:
        """Over 45 days late: what it says is not to be trusted to clear anything."""
        return self.days_late > STALE_AFTER_DAYS


@dataclasses.dataclass(frozen=True, kw_only=True)
class Night:
    """The end of the day `as_of`, as known then.

    `feeds` are those of the channel, `direct_feeds` those of our own sales.
    `channel` is what we billed to partners in the 12 months to `channel_to`, in reporting
    currency at the plan rates of the day; `rates` are those rates, and what
    was billed in a currency of `missing_rates` is left out. `window_params` are what
    `sales.windows` asks for.
    """

    as_of: dt.date
    currency: str
    rates: dict[str, Decimal]
    feeds: dict[int, FeedState]
    channel: Decimal
    channel_to: dt.date | None
    missing_rates: tuple[str, ...] = ()
    direct_feeds: dict[int, FeedState] = dataclasses.field(default_factory=dict)
    window_params: dict[str, Any] = dataclasses.field(default_factory=dict)
    # Our trailing 12 months by partner, as far as a canary of this night has reckoned them.
    known_sizes: dict[int, Decimal | None] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def told(self) -> dict[str, Any]:
        """What the evidence of every finding says of the channel: JSON."""
        return {
            "currency": self.currency,
            "channel": str(self.channel),
            "channel_to": str(months.last_day(self.channel_to)) if self.channel_to else None,
            "channel_without": list(self.missing_rates),
        }

    @property
    def rate_params(self) -> dict[str, Any]:
        """The plan rates as parallel lists, as statements unnest them."""
        return {"currencies": list(self.rates), "rates": list(self.rates.values())}


def night(as_of: dt.date) -> Night:
    """Everything that judging a day needs to know about feeds, rates and the channel."""
    currency = Organisation.current().reporting_currency
    rates = PlanRate.objects.by_currency(as_of, currency)
    known = covered_months(as_of)
    found = Feed.objects.filter(route=Route.CHANNEL).select_related("source").in_bulk()
    feeds = _states(found, known, as_of)
    direct = Feed.objects.filter(route=Route.DIRECT).select_related("source").in_bulk()
    end = channel_end(as_of, feeds)
    channel, missing = _billed(as_of, end, rates) if end else (Decimal(0), ())
    return Night(
        as_of=as_of,
        currency=currency,
        rates=rates,
        feeds=feeds,
        channel=channel,
        channel_to=end,
        missing_rates=missing,
        direct_feeds=_states(direct, covered_months(as_of, Route.DIRECT), as_of),
        window_params=feed_params(found, known, as_of),
    )


def channel_end(as_of: dt.date, feeds: dict[int, FeedState]) -> dt.date | None:
    """The last month covered by every feed that bills partners and is not stale.

    Where all are stale it is the last month that any of them covered.
    """
    billing = [feeds[key] for key in _billing_feeds(as_of) if key in feeds]
    fresh = [feed.covered_to for feed in billing if not feed.stale and not feed.ended]
    known = [month for month in fresh if month]
    if known:
        return min(known)
    return max((feed.covered_to for feed in billing if feed.covered_to), default=None)


def _states(
    feeds: dict[int, Feed], known: dict[int, set[dt.date]], as_of: dt.date
) -> dict[int, FeedState]:
    return {key: _state(feed, frozenset(known.get(key, ())), as_of) for key, feed in feeds.items()}


def _state(feed: Feed, covered: frozenset[dt.date], as_of: dt.date) -> FeedState:
    return FeedState(
        id=feed.pk,
        label=str(feed),
        route=feed.route,
        months=covered,
        days_late=feed.days_late(max(covered, default=None), as_of),
        ended=feed.has_ended(as_of),
    )


def _billing_feeds(as_of: dt.date) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM sales_feed f WHERE EXISTS (SELECT FROM sales_month s"
            " WHERE s.feed_id = f.id AND s.measure = %s AND s.known_on <= %s)",
            [Measure.BILLED, as_of],
        )
        return [key for (key,) in cursor.fetchall()]


def _billed(
    as_of: dt.date, end: dt.date, rates: dict[str, Decimal]
) -> tuple[Decimal, tuple[str, ...]]:
    """What we billed in the 12 months to `end`, and the currencies left out for want of a rate."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(s.amount * r.rate), 0),"
            " array_agg(s.currency ORDER BY s.currency) FILTER (WHERE r.rate IS NULL)"
            " FROM (SELECT currency, sum(amount) AS amount FROM sales_month"
            " WHERE measure = %s AND known_on <= %s AND month > %s AND month <= %s"
            " GROUP BY currency) AS s"
            " LEFT JOIN unnest(%s::text[], %s::numeric[]) AS r(currency, rate) USING (currency)",
            [
                Measure.BILLED,
                as_of,
                months.add_months(end, -12),
                end,
                list(rates),
                list(rates.values()),
            ],
        )
        total, missing = cursor.fetchone()
        return total, tuple(missing or ())
