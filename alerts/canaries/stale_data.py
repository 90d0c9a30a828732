"""A feed that reports too late: what its partners do is not known."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection

from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.explanations import Cell, Explanation, day
from alerts.night import FeedState, Night
from alerts.sizes import sizes
from alerts.verdicts import (
    Direction,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from channelhub.lib import months
from sales.models.feeds import STALE_AFTER_DAYS
from sales.windows import REPORTING_MONTHS

LATE, IN_TIME, ENDED = "late", "in time", "ended"


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeedFacts:
    """A feed of the channel, the partners it reported in the last 24 months, and their sales.

    `partners` are the keys of roots; `money` is our trailing 12 months with them in reporting
    currency, None where none of them is known.
    """

    feed: FeedState
    partners: tuple[int, ...]
    money: Decimal | None


class StaleData(Canary):
    """A feed is more than 45 days late, so that its partners cannot be judged."""

    name: ClassVar[str] = "stale-data"
    question: ClassVar[str] = "Do we still know what our partners sell?"
    seed: ClassVar[str] = "ours, beyond the two texts"
    scope: ClassVar[Scope] = Scope.FEED
    in_health: ClassVar[bool] = False
    limits: ClassVar[dict[str, Decimal]] = {
        "days_late": Decimal(STALE_AFTER_DAYS),
        "clears_under": Decimal(75),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "days_late": "Fires when a report is more than this late, in days",
        "clears_under": "Ends under this part of it, in percent",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[FeedFacts]:
        """The feeds of the channel that ever reported, with their partners."""
        reported = _reported(night)
        known = sizes(night, {partner for found in reported.values() for partner in found})
        for feed in night.feeds.values():
            if first <= feed.id <= last and feed.months:
                partners = tuple(reported.get(feed.id, ()))
                amounts = [known[partner] for partner in partners if partner in known]
                money = sum(amounts, Decimal(0)) if amounts else None
                yield FeedFacts(feed=feed, partners=partners, money=money)

    def judge(self, facts: FeedFacts, night: Night, limits: Limits) -> Verdict:
        """Whether the feed is too late; one that has ended is late no more."""
        feed = facts.feed
        outcome = outcome_of(feed.days_late, ended=feed.ended, limits=limits)
        kind = ENDED if feed.ended else LATE if feed.days_late else IN_TIME
        return Verdict(
            scope=Scope.FEED,
            subject=feed.id,
            partners=facts.partners,
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=outcome,
            finding_class=kind,
            severity=severity_of(facts.money, night.channel, limits),
            value=Decimal(feed.days_late),
            money=facts.money,
            partner_size=facts.money,
            evidence=_evidence(facts, night, limits),
        )

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """How late it is."""
        return f"Reports {evidence['days_late']} days late"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """What would end it: the report."""
        under = limits["days_late"] * limits["clears_under"] / 100
        return f"It ends when the missing months are loaded and it is under {under:.0f} days late."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """Up to when the feed has reported, and for whom."""
        return Explanation(
            arithmetic=evidence["reason"],
            figures=(
                ("Covered to", day(evidence["covered_to"])),
                ("Days late", Cell("number", evidence["days_late"])),
                ("Partners it reports", Cell("number", evidence["partners"])),
            ),
        )


def outcome_of(days_late: int, *, ended: bool, limits: Limits) -> Outcome:
    """More than 45 days late fires; a quarter less, or the end of the feed, clears."""
    if ended or days_late * 100 < limits["days_late"] * limits["clears_under"]:
        return Outcome.CLEARS
    return Outcome.FIRES if days_late > limits["days_late"] else Outcome.HOLDS


def _evidence(facts: FeedFacts, night: Night, limits: Limits) -> dict[str, Any]:
    feed = facts.feed
    to = feed.covered_to
    ending = {"end_reason": "it reports no more" if feed.ended else "its report has come"}
    return evidence_of(
        night,
        limits,
        reason=_reason(feed, to),
        covered_to=str(months.last_day(to)) if to else None,
        days_late=feed.days_late,
        partners=len(facts.partners),
        **ending,
    )


def _reason(feed: FeedState, to: dt.date | None) -> str:
    if feed.ended or to is None:
        return "It has ended and reports no more."
    words = f"It has reported to {to:%B %Y}"
    if not feed.days_late:
        return f"{words}, and nothing is overdue."
    return (
        f"{words}; its next report is {feed.days_late} days overdue. Until it comes, no alert of"
        " its partners ends."
    )


def _reported(night: Night) -> dict[int, list[int]]:
    """By feed: the roots of the partners it reported in the last 24 months."""
    params = {
        "as_of": night.as_of,
        "since": months.add_months(months.first_day(night.as_of), 1 - REPORTING_MONTHS),
        "our_sales": night.window_params["our_sales"],
    }
    with connection.cursor() as cursor:
        cursor.execute(REPORTED, params)
        return dict(cursor.fetchall())


REPORTED = """
SELECT feed_id, array_agg(DISTINCT root ORDER BY root) FROM (
  SELECT s.feed_id,
    CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS root
  FROM (
    SELECT feed_id, partner_id, sum(lines) AS lines FROM sales_month
    WHERE month >= %(since)s AND known_on <= %(as_of)s AND measure = ANY(%(our_sales)s)
    GROUP BY feed_id, partner_id
  ) AS s JOIN partners_partner p ON p.id = s.partner_id
  GROUP BY 1, 2 HAVING sum(s.lines) <> 0
) AS reported
GROUP BY feed_id
"""
