"""How much hangs on the channel, and on one partner of it."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

from django.db import models

from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.explanations import Cell, Explanation, Table, day, money, percent, text
from alerts.night import Night
from alerts.revenue import NEEDED_MONTHS, Revenue, Weight, percent_of, revenue, weights
from alerts.verdicts import (
    Direction,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from channelhub.lib import figures, months

CHANNEL = 0
# Shown beside the channel's share: what the first text says of most companies.
USUAL_SHARE = Decimal(30)


class Class(models.TextChoices):
    """What of our revenue hangs on whom."""

    MORE_CHANNEL = "more channel", "The channel's share of our revenue rose"
    LESS_CHANNEL = "less channel", "The channel's share of our revenue fell"
    STEADY = "steady", "The channel's share of our revenue is about the same"
    NOT_KNOWN = "not known", "The channel's share of our revenue is not known"
    ONE_PARTNER = "one partner", "Much of the channel hangs on one partner"
    SPREAD = "spread", "Less of the channel hangs on it"


class Concentration(Canary):
    """The channel's share of our revenue moved by 5 points, or one partner is over 20% of it."""

    name: ClassVar[str] = "concentration"
    question: ClassVar[str] = "How much of our revenue hangs on the channel, and on one partner?"
    seed: ClassVar[str] = "ours, after channel sales alignment: 30% or more through the channel"
    scope: ClassVar[Scope] = Scope.CHANNEL
    in_health: ClassVar[bool] = False
    limits: ClassVar[dict[str, Decimal]] = {
        "points": Decimal(5),
        "partner_share": Decimal(20),
        "clears_under": Decimal(75),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "points": "Change of the channel's share of revenue in a year, in points",
        "partner_share": "One partner's share of the channel, in percent",
        "clears_under": "Ends under this part of either, in percent",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Revenue | Weight]:
        """The revenue of both routes, and the partners that weigh most in the channel."""
        yield revenue(night)
        yield from weights(night)

    def judge(self, facts: Revenue | Weight, night: Night, limits: Limits) -> Verdict:
        """Of the whole channel, or of one partner."""
        if isinstance(facts, Weight):
            return _judge_partner(facts, night, limits)
        return _judge_channel(facts, night, limits)

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """What hangs on whom."""
        if value is None:
            return Class(finding_class).label
        if finding_class in {Class.ONE_PARTNER, Class.SPREAD}:
            return f"{figures.percent(value)} of the channel hangs on this partner"
        turn = "rose" if value > 0 else "fell"
        points = figures.percent(abs(value)).removesuffix("%")
        return f"The channel's share of our revenue {turn} by {points} points"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """Under 75% of the threshold."""
        one = finding_class in {Class.ONE_PARTNER, Class.SPREAD}
        name, unit = ("partner_share", "%") if one else ("points", " points")
        under = (limits[name] * limits["clears_under"] / 100).normalize()
        what = "its share" if one else "the change within a year"
        return f"It ends when {what} is under {under:f}{unit}."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The shares that were compared."""
        rows = tuple(
            (
                text(window["label"]),
                day(window["from"]),
                day(window["to"]),
                percent(window["share"]),
                money(window["amount"]),
            )
            for window in evidence["shares"]
        )
        head = ("Share of", "From", "To", "Share", f"Amount ({evidence['currency']})")
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="Shares compared", head=head, rows=rows) if rows else None,
            figures=(("Threshold", Cell("text", evidence["limit"])),),
        )


def outcome_of(value: Decimal, threshold: Decimal, limits: Limits) -> Outcome:
    """At or over the threshold fires; under 75% of it clears."""
    if value >= threshold:
        return Outcome.FIRES
    clears = value * 100 < threshold * limits["clears_under"]
    return Outcome.CLEARS if clears else Outcome.HOLDS


def classify(facts: Revenue, limits: Limits) -> Class:
    """Which way the channel's share moved, if both years of both routes are known."""
    now, before = facts.share, facts.share_before
    unknown = facts.end is None or facts.covered < NEEDED_MONTHS or facts.missing
    if now is None or before is None or unknown:
        return Class.NOT_KNOWN
    if abs(now - before) < limits["points"]:
        return Class.STEADY
    return Class.MORE_CHANNEL if now > before else Class.LESS_CHANNEL


def _judge_channel(facts: Revenue, night: Night, limits: Limits) -> Verdict:
    kind = classify(facts, limits)
    now, before = facts.share, facts.share_before
    known = kind is not Class.NOT_KNOWN and now is not None and before is not None
    value = now - before if known and now is not None and before is not None else None
    at_stake = None if value is None else abs(value) * (facts.channel + facts.direct) / 100
    outcome = Outcome.UNKNOWN
    if value is not None and not facts.stale:
        outcome = outcome_of(abs(value), limits["points"], limits)
    return Verdict(
        scope=Scope.CHANNEL,
        subject=CHANNEL,
        partners=(),
        direction=None if not value else Direction.UP if value > 0 else Direction.DOWN,
        nature=Nature.RISK,
        outcome=outcome,
        finding_class=kind,
        severity=severity_of(at_stake, night.channel, limits),
        value=value,
        money=at_stake,
        partner_size=night.channel,
        evidence=evidence_of(
            night,
            limits,
            reason=_reason(kind, facts),
            limit=f"{limits['points'].normalize():f} points in a year",
            shares=_shares(facts) if known else [],
        ),
    )


def _reason(kind: Class, facts: Revenue) -> str:
    if kind is Class.NOT_KNOWN:
        return _why_not_known(facts)
    now, before = facts.share, facts.share_before
    words = (
        f"{figures.percent(now or Decimal(0))} of what we billed went through the channel, after"
        f" {figures.percent(before or Decimal(0))} in the 12 months before. Most companies rely on"
        f" the channel for {USUAL_SHARE:f}% or more."
    )
    more = " The more goes through it, the more hangs on its health."
    less = " What is missing there was lost, or went direct: partners will notice."
    return words + {Class.MORE_CHANNEL: more, Class.LESS_CHANNEL: less}.get(kind, "")


def _why_not_known(facts: Revenue) -> str:
    if facts.missing:
        return f"There is no plan rate for {', '.join(facts.missing)}: load one."
    if facts.end is None:
        return "Both our direct sales and the channel's billing must be reported to know it."
    if facts.covered < NEEDED_MONTHS:
        return f"{facts.covered} of the 24 months needed are covered by both routes."
    return "Nothing was billed in one of the two years."


def _shares(facts: Revenue) -> list[dict[str, str]]:
    end = facts.end
    if end is None:
        return []
    return [
        _share("The last 12 months", end, facts.share, facts.channel),
        _share(
            "The 12 months before",
            months.add_months(end, -12),
            facts.share_before,
            facts.channel_before,
        ),
    ]


def _share(label: str, end: dt.date, share: Decimal | None, amount: Decimal) -> dict[str, str]:
    return {
        "label": label,
        "from": str(months.add_months(end, -11)),
        "to": str(months.last_day(end)),
        "share": str(share),
        "amount": str(amount),
    }


def _judge_partner(facts: Weight, night: Night, limits: Limits) -> Verdict:
    share = percent_of(facts.billed, night.channel) or Decimal(0)
    outcome = outcome_of(share, limits["partner_share"], limits)
    kind = Class.ONE_PARTNER if outcome is Outcome.FIRES else Class.SPREAD
    end = night.channel_to
    return Verdict(
        scope=Scope.PARTNER,
        subject=facts.partner,
        partners=(facts.partner,),
        direction=Direction.UP,
        nature=Nature.RISK,
        outcome=outcome,
        finding_class=kind,
        severity=severity_of(facts.billed, night.channel, limits),
        value=share,
        money=facts.billed,
        partner_size=facts.billed,
        evidence=evidence_of(
            night,
            limits,
            reason=(
                f"We billed it {figures.percent(share)} of what we billed all partners. Losing it"
                " would be felt at once."
            ),
            limit=f"{limits['partner_share'].normalize():f}% of the channel",
            shares=[_share("The channel's 12 months", end, share, facts.billed)] if end else [],
        ),
    )
