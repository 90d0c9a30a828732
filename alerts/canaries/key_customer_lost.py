"""The third question of the first text: whether we lost a customer that mattered."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any, ClassVar

from django.db import models

from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.customers import CustomerFacts, customers, names_of, years
from alerts.explanations import Cell, Explanation, Period, Table, amount, day, money, percent, text
from alerts.night import Night
from alerts.revenue import percent_of
from alerts.verdicts import (
    Direction,
    Keeps,
    Limits,
    Nature,
    Outcome,
    Scope,
    Severity,
    Verdict,
    severity_of,
)
from channelhub.lib import figures, months
from customers.models import Witness
from sales.windows import REPORTING_MONTHS

NEEDED_GAPS = 3


class Class(models.TextChoices):
    """What became of a customer that mattered."""

    LOST = "lost", "Lost"
    ASK = "ask", "Silent: ask, it has bought too seldom to tell"
    SHRUNK = "shrunk", "Shrunk to a fifth of its best year or less"
    MOVED = "moved", "Buys elsewhere now"
    BUYS = "buys", "Buys"
    NOT_KNOWN = "not known", "Not known: a feed is late, or a plan rate is missing"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Best:
    """The 12 months, ending with `to`, in which a customer bought most.

    `revenue` is all that we billed in them.
    """

    to: dt.date
    bought: Decimal
    revenue: Decimal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Silence:
    """Since when a customer has bought nothing, on any route, and how long is too long.

    Days are counted from the end of its last purchase month to the last covered day.
    """

    last_month: dt.date
    days: int
    limit: Decimal
    gaps: int

    @property
    def too_long(self) -> bool:
        """Longer than the limit."""
        return self.days > self.limit


class KeyCustomerLost(Canary):
    """A customer that brought 1% or more of our revenue in its best year is gone."""

    name: ClassVar[str] = "key-customer-lost"
    question: ClassVar[str] = (
        "Did we lose a customer that bought through the channel and contributed 1% or more to our"
        " revenue?"
    )
    seed: ClassVar[str] = "channel sales alignment, question 3"
    scope: ClassVar[Scope] = Scope.CUSTOMER
    keeps: ClassVar[Keeps] = Keeps.EVENT
    limits: ClassVar[dict[str, Decimal]] = {
        "share": Decimal(1),
        "shrunk_to": Decimal(20),
        "contract_days": Decimal(60),
        "gaps": Decimal(2),
        "least_days": Decimal(90),
        "most_days": Decimal(450),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "share": "Matters from this share of our billed revenue in its best 12 months, in percent",
        "shrunk_to": "Shrunk when the last 12 months are at most this part of the best, in percent",
        "contract_days": "Gone this many days after its contract ended without a purchase",
        "gaps": "Silent for longer than this many times its usual gap between purchases",
        "least_days": "But never before this many days",
        "most_days": "And always after this many days",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[CustomerFacts]:
        """The customers that may have mattered, of all: they are few."""
        yield from customers(night, share=self.limits["share"])

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """Of the customers that bought through the channel and reached the share."""
        for facts in customers(night, share=limits["share"]):
            if facts.through_channel and reaches(best_of(facts), limits):
                yield self.judge(facts, night, limits)

    def judge(self, facts: CustomerFacts, night: Night, limits: Limits) -> Verdict:
        """What became of the customer; its best 12 months are at stake."""
        best, silence = best_of(facts), silence_of(facts, limits)
        kind = classify(facts, night.as_of, limits)
        known = kind is not Class.NOT_KNOWN
        severity = severity_of(best.bought, night.channel, limits)
        return Verdict(
            scope=Scope.CUSTOMER,
            subject=facts.customer,
            partners=tuple(sorted(facts.sellers)),
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=outcome_of(kind, facts),
            finding_class=kind,
            severity=Severity.WATCH if kind is Class.ASK else severity,
            value=change_of(facts, best) if known else None,
            money=best.bought if known else None,
            partner_size=best.bought,
            evidence=_evidence(kind, facts, best, silence, night, limits),
        )

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """What became of it."""
        share = f"{figures.percent(Decimal(evidence['share']))} of our revenue in its best year"
        words = {
            Class.LOST: f"A customer with {share} is lost",
            Class.ASK: f"A customer with {share} has gone silent: ask",
            Class.SHRUNK: f"A customer with {share} shrank by"
            f" {figures.percent(abs(value or Decimal(0)))}",
            Class.MOVED: f"A customer with {share} buys from {evidence['now_from']} now",
        }
        return words.get(Class(finding_class), Class(finding_class).label)

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """An event: only a purchase, or a person, ends it."""
        return "It ends when the customer buys again as it did, or when somebody closes it."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """Its best 12 months and its last, and how long it has been silent."""
        rows = tuple(
            (text(each["label"]), day(each["from"]), day(each["to"]), money(each["amount"]))
            for each in evidence["bought"]
        )
        head = ("12 months", "From", "To", f"Bought ({evidence['currency']})")
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="What it bought", head=head, rows=rows),
            figures=(
                ("Share of our revenue in its best 12 months", percent(evidence["share"])),
                ("Last bought in", text(evidence["last_month"])),
                ("Silent for, in days", Cell("number", evidence["silent_days"])),
                ("Too long after, in days", Cell("number", Decimal(evidence["silent_limit"]))),
            ),
            lines=Period(
                first=dt.date.fromisoformat(evidence["bought"][0]["from"]),
                last=dt.date.fromisoformat(evidence["bought"][1]["to"]),
            ),
        )

    def judged_partners(self) -> str:
        """Partners whose lines name their customers, where our sales with them were judged."""
        return JUDGED_PARTNERS


def best_of(facts: CustomerFacts) -> Best:
    """Its best 12 months of the last 36."""
    by_month = facts.by_month
    first, last = min(facts.revenue), max(facts.revenue)
    last = max(last, max(by_month, default=last))
    first = min(first, months.add_months(last, -35))
    revenue = dict(years(facts.revenue, first, last))
    to, bought = max(years(by_month, first, last), key=lambda year: (year[1], year[0]))
    return Best(to=to, bought=bought, revenue=revenue[to])


def reaches(best: Best, limits: Limits) -> bool:
    """Whether it brought 1% of what we billed in the same 12 months."""
    return best.bought > 0 and best.bought * 100 >= limits["share"] * best.revenue


def silence_of(facts: CustomerFacts, limits: Limits) -> Silence | None:
    """How long it has bought nothing on any route; None where that is not known."""
    bought = [month for month, total in facts.by_month.items() if total > 0]
    return _silence(bought, facts.covered_to, limits)


def _silence(
    bought: Collection[dt.date], covered_to: dt.date | None, limits: Limits
) -> Silence | None:
    """Too long is clamp(2 x the median gap between purchase months, 90, 450 days)."""
    if not bought or covered_to is None:
        return None
    ordered = sorted(bought)
    gaps = [(later - earlier).days for earlier, later in pairwise(ordered)]
    usual = limits["gaps"] * Decimal(median(gaps)) if gaps else Decimal(0)
    silent = (months.last_day(covered_to) - months.last_day(ordered[-1])).days
    return Silence(
        last_month=ordered[-1],
        days=max(silent, 0),
        limit=min(max(usual, limits["least_days"]), limits["most_days"]),
        gaps=len(gaps),
    )


def classify(facts: CustomerFacts, as_of: dt.date, limits: Limits) -> Class:
    """What became of it: what people said first, then silence, then what it buys and where."""
    silence = silence_of(facts, limits)
    if facts.missing_rates:
        return Class.NOT_KNOWN
    if _is_said_lost(facts, as_of, limits):
        return Class.LOST
    if silence is None or facts.stale:
        return Class.NOT_KNOWN
    if silence.too_long:
        return Class.LOST if silence.gaps >= NEEDED_GAPS else Class.ASK
    if moved_from(facts, limits):
        return Class.MOVED
    best = best_of(facts)
    small = last_12(facts) * 100 <= limits["shrunk_to"] * best.bought
    return Class.SHRUNK if small else Class.BUYS


def _is_said_lost(facts: CustomerFacts, as_of: dt.date, limits: Limits) -> bool:
    """Somebody said so, or its contract ended 60 days ago; unless it has bought since."""
    last = max((month for month, total in facts.by_month.items() if total > 0), default=None)
    days = dt.timedelta(days=int(limits["contract_days"]))
    ended = facts.contract_ends or None
    since = [facts.said.lost_on] if facts.said else []
    since += [ended] if ended and ended + days <= as_of else []
    return any(last is None or last <= months.first_day(day_) for day_ in since)


def last_12(facts: CustomerFacts) -> Decimal:
    """What it bought in the 12 months to the last covered month."""
    to = facts.covered_to
    if to is None:
        return Decimal(0)
    span = months.between(months.add_months(to, -11), to)
    return sum((facts.by_month.get(month, Decimal(0)) for month in span), Decimal(0))


def change_of(facts: CustomerFacts, best: Best) -> Decimal:
    """From its best 12 months to its last, in percent."""
    return (last_12(facts) - best.bought) * 100 / best.bought


def moved_from(facts: CustomerFacts, limits: Limits) -> int | None:
    """The partner that was its main seller and has sold it nothing for too long.

    Main is half or more of what it bought in the 12 months to that partner's last sale, in the
    last 24; too long is by the gaps between that partner's sales. None where there is none.
    """
    to = facts.covered_to
    if to is None:
        return None
    for partner in sorted(facts.sellers):
        own = {each.month for each in facts.purchases if each.seller == partner and each.amount > 0}
        silence = _silence(own, to, limits)
        if silence is None or silence.gaps < NEEDED_GAPS or not silence.too_long:
            continue
        last = silence.last_month
        sold = _by_seller(facts, months.add_months(last, -11), last)
        recent = last > months.add_months(to, -REPORTING_MONTHS)
        if recent and sold[partner] * 2 >= sum(sold.values()):
            return partner
    return None


def sellers_now(facts: CustomerFacts, silence: Silence) -> list[int | None]:
    """Who has sold to it within the time that is not too long, largest first."""
    if facts.covered_to is None:
        return []
    day_ = months.last_day(facts.covered_to) - dt.timedelta(days=int(silence.limit))
    sold = _by_seller(facts, months.first_day(day_), facts.covered_to)
    return sorted(sold, key=lambda seller: -sold[seller])


def _by_seller(facts: CustomerFacts, first: dt.date, last: dt.date) -> dict[int | None, Decimal]:
    found: dict[int | None, Decimal] = {}
    for each in facts.purchases:
        if first <= each.month <= last and each.amount > 0:
            found[each.seller] = found.get(each.seller, Decimal(0)) + each.amount
    return found


def outcome_of(kind: Class, facts: CustomerFacts) -> Outcome:
    """What the class does to alerts; only ended partners raise nothing."""
    if kind is Class.NOT_KNOWN:
        return Outcome.UNKNOWN
    if kind is Class.BUYS:
        return Outcome.CLEARS
    only_ended = bool(facts.sellers) and facts.ended.issuperset(facts.sellers)
    return Outcome.HOLDS if only_ended else Outcome.FIRES


def _evidence(  # noqa: PLR0917 - what there is to tell
    kind: Class,
    facts: CustomerFacts,
    best: Best,
    silence: Silence | None,
    night: Night,
    limits: Limits,
) -> dict[str, Any]:
    to = facts.covered_to or best.to
    now = names_of(sellers_now(facts, silence), facts) if silence else []
    return evidence_of(
        night,
        limits,
        reason=_reason(kind, facts, silence, now, night, limits),
        end_reason="it buys again",
        share=str(percent_of(best.bought, best.revenue) or Decimal(100)),
        bought=[
            _year("Its best of the last 36", best.to, best.bought),
            _year("The last covered", to, last_12(facts)),
        ],
        last_month=f"{silence.last_month:%B %Y}" if silence else figures.UNKNOWN,
        last_bought=str(silence.last_month) if silence else None,
        silent_days=silence.days if silence else None,
        silent_limit=str(silence.limit if silence else limits["least_days"]),
        now_from=", ".join(now[:3]),
    )


def _year(label: str, to: dt.date, bought: Decimal) -> dict[str, str]:
    return {
        "label": label,
        "from": str(months.add_months(to, -11)),
        "to": str(months.last_day(to)),
        "amount": str(bought),
    }


def _reason(  # noqa: PLR0917 - what there is to tell
    kind: Class,
    facts: CustomerFacts,
    silence: Silence | None,
    now: list[str],
    night: Night,
    limits: Limits,
) -> str:
    if kind in {Class.LOST, Class.ASK}:
        said = _is_said_lost(facts, night.as_of, limits)
        return _why_said(facts) if said else _why_silent(kind, silence)
    bought = amount(last_12(facts), night.currency)
    unrated = ", ".join(facts.missing_rates)
    late = "A feed that reports it is late, so its silence may be ours."
    return {
        Class.NOT_KNOWN: f"There is no plan rate for {unrated}: load one." if unrated else late,
        Class.SHRUNK: f"In the last 12 months it bought {bought}: a fifth of its best, or less.",
        Class.MOVED: f"It still buys, from {', '.join(now)}, and no longer where it bought most.",
    }.get(kind, "It buys as it used to.")


def _why_silent(kind: Class, silence: Silence | None) -> str:
    days = f"{silence.days} days" if silence else "an unknown time"
    limit = f"{silence.limit.normalize():f}" if silence else figures.UNKNOWN
    words = f"It has bought nothing on any route for {days}; more than {limit} is too long for it."
    if kind is Class.ASK:
        words += " It bought too seldom to know its rhythm: ask before you call it lost."
    return words


def _why_said(facts: CustomerFacts) -> str:
    if facts.said:
        who = Witness(facts.said.said_by).label
        why = f": {facts.said.why}" if facts.said.why else "."
        return f"Lost on {facts.said.lost_on:%-d %B %Y}. {who} said so{why}"
    return (
        f"Its contract ended on {facts.contract_ends:%-d %B %Y}, and it has bought nothing since."
    )


JUDGED_PARTNERS = """
SELECT f.subject AS partner
FROM alerts_finding f
WHERE f.run_id = %(run)s AND f.canary = %(our_sales_shift)s AND f.outcome <> 'unknown'
  AND f.subject IN (
    SELECT CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END
    FROM partners_partner p WHERE EXISTS (
      SELECT FROM customers_customerpartner sold
      JOIN customers_customer c ON c.id = sold.customer_id AND NOT c.placeholder
      WHERE sold.partner_id = p.id))
"""
