"""The second question of the first text: whether our sales with a partner moved by a fifth."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection, models

from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.explanations import Explanation, Period, Table, amount, day, money, percent, text
from alerts.night import Night
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
from partners.models import Status
from sales.windows import FEEDS, KNOWN_WINDOW, OF_MEMBERS, REPORTED

NEEDED_MONTHS = 24


class Class(models.TextChoices):
    """What happened to our sales with a partner."""

    UP = "up", "Up"
    DOWN = "down", "Down"
    WITHIN = "within", "Within the threshold"
    LOST = "lost", "Lost: bought before, now nothing"
    NEW = "new", "New: nothing before"
    INACTIVE = "inactive", "Inactive: nothing in both windows"
    NO_COMPARABLE_BASE = "no comparable base", "No comparable base: returns ate what it bought"
    NOT_ENOUGH_HISTORY = "not enough history", "Not enough history: fewer than 24 months reported"
    NO_PLAN_RATE = "no plan rate", "No plan rate for a currency it buys in"


NOT_COMPARABLE = {
    Class.INACTIVE,
    Class.NO_COMPARABLE_BASE,
    Class.NOT_ENOUGH_HISTORY,
    Class.NO_PLAN_RATE,
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class OurSales:
    """Our sales with one partner, those merged into it included, as known at the end of a day.

    Our sales = billing lines that bill it + sell-through lines that name it as reseller, in
    reporting currency at the day's plan rates. `current` is the 12 whole calendar months to `end`,
    `prior` the 12 before; each `..._returns` is the negative part of its window. `end` is the last
    month covered by all feeds that reported the partner in the last 24 months, and `covered` how
    many of the 24 months to `end` every one of them covered; `bought_earlier` is whether it bought
    anything before those.
    """

    partner: int
    ended: bool
    feeds: tuple[str, ...]
    end: dt.date | None
    covered: int
    days_late: int
    stale: bool
    current: Decimal
    current_returns: Decimal
    prior: Decimal
    prior_returns: Decimal
    bought_earlier: bool
    missing_rates: tuple[str, ...]

    @property
    def size(self) -> Decimal | None:
        """The trailing 12 months; None where no month is covered or a rate is missing."""
        return self.current if self.end and not self.missing_rates else None

    @property
    def bought(self) -> Decimal:
        """Purchases of the current window, returns left out."""
        return self.current - self.current_returns

    @property
    def bought_before(self) -> Decimal:
        """Purchases of the prior window, returns left out."""
        return self.prior - self.prior_returns


class OurSalesShift(Canary):
    """Our sales with the partner moved by 20% or more: 12 whole months against the 12 before."""

    name: ClassVar[str] = "our-sales-shift"
    question: ClassVar[str] = (
        "Did any of our partners experience a 20% change in sales results for our products"
        " in the last 12 months?"
    )
    seed: ClassVar[str] = "channel sales alignment, question 2"
    scope: ClassVar[Scope] = Scope.PARTNER
    limits: ClassVar[dict[str, Decimal]] = {
        "change": Decimal(20),
        "clears_under": Decimal(75),
        "material_share": Decimal("0.02"),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "change": "Change of the trailing 12 months that fires, in percent",
        "clears_under": "Ends under this part of the change, in percent of it",
        "material_share": "Smallest change worth an alert, in percent of the channel",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[OurSales]:
        """Our sales with the partners whose keys lie from `first` to `last`: one statement."""
        with connection.cursor() as cursor:
            cursor.execute(FACTS, _params(night, first, last))
            covered = functools.cache(functools.partial(_covered, night))
            for row in cursor.fetchall():
                facts = _our_sales(row, night, covered)
                night.known_sizes[facts.partner] = facts.size
                yield facts

    def judge(self, facts: OurSales, night: Night, limits: Limits) -> Verdict:
        """The class of the shift, what is at stake and what it does to alerts."""
        kind = classify(facts, limits)
        comparable = kind not in NOT_COMPARABLE
        change = facts.current - facts.prior
        at_stake = abs(change) if comparable else None
        direction = _direction(change) if comparable else None
        return Verdict(
            scope=Scope.PARTNER,
            subject=facts.partner,
            partners=(facts.partner,),
            direction=direction,
            nature=Nature.OPPORTUNITY if direction == Direction.UP else Nature.RISK,
            outcome=outcome_of(kind, facts, night.channel, limits),
            finding_class=kind,
            severity=severity_of(at_stake, night.channel, limits),
            value=percent_of(facts) if comparable else None,
            money=at_stake,
            partner_size=facts.size,
            evidence=_evidence(kind, facts, night, limits),
        )

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """What happened to our sales, in a few words."""
        by = f" {figures.percent(abs(value))}" if value is not None else ""
        words = {
            Class.UP: f"Our sales rose{by}",
            Class.DOWN: f"Our sales fell{by}",
            Class.LOST: "Bought before, now nothing",
            Class.NEW: "Buys for the first time in 24 months",
        }
        return words.get(Class(finding_class), f"Our sales moved{by}")

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """What would end an alert of a class."""
        if finding_class == Class.LOST:
            return "It ends when the partner buys again, or when somebody closes it."
        under = (limits["change"] * limits["clears_under"] / 100).normalize()
        return f"It ends when the change is under {under:f}%, or turns the other way."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The two windows, their difference, and the change against the threshold."""
        limits = {name: Decimal(limit) for name, limit in evidence["threshold"].items()}
        material = limits["material_share"] * Decimal(evidence["channel"]) / 100
        windows = evidence["windows"]
        return Explanation(
            arithmetic=_arithmetic(value, evidence),
            table=_table(evidence) if windows else None,
            figures=(
                (
                    "Change",
                    percent(value) if value is not None else text("no base to compare with"),
                ),
                ("Threshold", percent(limits["change"])),
                ("At least", money(material)),
                ("Reported by", text(", ".join(evidence["feeds"]))),
            ),
            tags=("Ramping",) if evidence["ramping"] else (),
            lines=Period(
                first=dt.date.fromisoformat(windows["prior"]["from"]),
                last=dt.date.fromisoformat(windows["current"]["to"]),
            )
            if windows
            else None,
        )


def _arithmetic(value: Decimal | None, evidence: Evidence) -> str:
    if not evidence["windows"]:
        return str(evidence["reason"])
    unit = evidence["currency"]
    current, prior = (Decimal(evidence["windows"][name]["amount"]) for name in ("current", "prior"))
    words = f"{figures.full(current)} less {figures.full(prior)} is {amount(current - prior, unit)}"
    if value is not None:
        words += f", which is {figures.percent(value)} of {figures.full(prior)}"
    return f"{words}. {evidence['reason']}"


def _table(evidence: Evidence) -> Table:
    labels = {"current": "Last 12 months", "prior": "The 12 months before"}
    rows = [(label, evidence["windows"][name]) for name, label in labels.items()]
    return Table(
        caption="The two windows compared",
        head=("Window", "From", "To", f"Our sales ({evidence['currency']})"),
        rows=tuple(
            (text(label), day(window["from"]), day(window["to"]), money(window["amount"]))
            for label, window in rows
        ),
    )


def classify(facts: OurSales, limits: Limits) -> Class:
    """The class of a shift. Compared without dividing: exactly 20% fires, 19.96% does not."""
    if facts.end is None or facts.covered < NEEDED_MONTHS:
        return Class.NOT_ENOUGH_HISTORY
    if facts.missing_rates:
        return Class.NO_PLAN_RATE
    if facts.bought_before == 0 and facts.prior_returns == 0:
        return _class_without_base(facts)
    if facts.prior <= 0 or facts.bought <= 0:
        return Class.NO_COMPARABLE_BASE if facts.prior <= 0 else Class.LOST
    return _class_of_change(facts, limits)


def _class_without_base(facts: OurSales) -> Class:
    if facts.bought <= 0:
        return Class.INACTIVE
    return Class.NEW if facts.current > 0 else Class.NO_COMPARABLE_BASE


def _class_of_change(facts: OurSales, limits: Limits) -> Class:
    change = facts.current - facts.prior
    if abs(change) * 100 < limits["change"] * facts.prior:
        return Class.WITHIN
    return Class.UP if change > 0 else Class.DOWN


def outcome_of(kind: Class, facts: OurSales, channel: Decimal, limits: Limits) -> Outcome:
    """What the class does to alerts.

    A stale feed says nothing; an ended partner raises no "lost"; a change under 0.02% of the
    channel opens nothing; under 75% of the threshold it clears.
    """
    if facts.stale or kind in NOT_COMPARABLE:
        return Outcome.UNKNOWN
    change = abs(facts.current - facts.prior)
    if kind is Class.WITHIN:
        clears = change * 10000 < limits["change"] * limits["clears_under"] * facts.prior
        return Outcome.CLEARS if clears else Outcome.HOLDS
    if kind is Class.LOST and facts.ended:
        return Outcome.HOLDS
    material = change * 100 >= limits["material_share"] * channel
    return Outcome.FIRES if material else Outcome.HOLDS


def percent_of(facts: OurSales) -> Decimal | None:
    """The change in percent of the prior window, unrounded; None where there is no base."""
    return (facts.current - facts.prior) * 100 / facts.prior if facts.prior > 0 else None


def _direction(change: Decimal) -> Direction:
    return Direction.UP if change > 0 else Direction.DOWN


def _is_ramping(kind: Class, facts: OurSales) -> bool:
    """Up, and its first purchase lies inside the prior window."""
    return kind is Class.UP and not facts.bought_earlier


def _evidence(kind: Class, facts: OurSales, night: Night, limits: Limits) -> dict[str, Any]:
    return evidence_of(
        night,
        limits,
        reason=reason(kind, facts, limits),
        windows=_windows(facts),
        feeds=list(facts.feeds),
        stale=facts.stale,
        days_late=facts.days_late,
        ramping=_is_ramping(kind, facts),
    )


def _windows(facts: OurSales) -> dict[str, Any] | None:
    if facts.end is None:
        return None
    current = _window(facts.end, facts.current)
    return {
        "current": current,
        "prior": _window(months.add_months(facts.end, -12), facts.prior),
    }


def _window(end: dt.date, amount: Decimal) -> dict[str, str]:
    return {
        "from": str(months.add_months(end, -11)),
        "to": str(months.last_day(end)),
        "amount": str(amount),
    }


def reason(kind: Class, facts: OurSales, limits: Limits) -> str:
    """Why the class is what it is, in one sentence."""
    late = f" Its feed is {facts.days_late} days late." if facts.stale else ""
    match kind:
        case Class.NOT_ENOUGH_HISTORY:
            text = f"{facts.covered} of the 24 months needed are covered by every feed."
        case Class.NO_PLAN_RATE:
            text = f"There is no plan rate for {', '.join(facts.missing_rates)}: load one."
        case Class.NEW:
            text = "It bought in the last 12 months and not in the 12 before."
        case Class.INACTIVE:
            text = "It bought in neither of the two windows."
        case Class.NO_COMPARABLE_BASE:
            text = "Returns and credits ate up what it bought."
        case Class.LOST:
            text = "It bought in the prior window and nothing in the last 12 months."
        case _:
            text = f"The threshold is a change of {limits['change'].normalize():f}%."
    return text + late


def _params(night: Night, first: int, last: int) -> dict[str, Any]:
    return {
        **night.window_params,
        "first": first,
        "last": last,
        **night.rate_params,
        "prospect": Status.PROSPECT,
        "ended": Status.ENDED,
    }


def _covered(night: Night, feeds: tuple[int, ...], end: dt.date) -> int:
    """How many of the 24 months to `end` each of the feeds covered, at the least."""
    wanted = months.between(months.add_months(end, 1 - NEEDED_MONTHS), end)
    return min(sum(month in night.feeds[key].months for month in wanted) for key in feeds)


def _our_sales(
    row: tuple[Any, ...], night: Night, covered: Callable[[tuple[int, ...], dt.date], int]
) -> OurSales:
    partner, ended, feed_ids, end, *sums, bought_earlier, missing = row
    feeds = [night.feeds[key] for key in feed_ids or ()]
    live = [feed for feed in feeds if not feed.ended]
    days_late = max((feed.days_late for feed in live), default=0)
    current, current_returns, prior, prior_returns = sums
    return OurSales(
        partner=partner,
        ended=ended,
        feeds=tuple(feed.label for feed in feeds),
        end=end,
        covered=covered(tuple(feed.id for feed in live or feeds), end) if end else 0,
        days_late=days_late,
        stale=any(feed.stale for feed in live),
        current=current,
        current_returns=current_returns,
        prior=prior,
        prior_returns=prior_returns,
        bought_earlier=bought_earlier,
        missing_rates=tuple(missing or ()),
    )


# Merged partners count at their root from the day of the merge; prospects are not judged.
FACTS = f"""
WITH feed AS ({FEEDS}),
plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), standing AS (
  SELECT p.id, coalesce(s.status = %(ended)s, false) AS ended
  FROM partners_partner p
  LEFT JOIN partners_partnerstatus s ON s.partner_id = p.id AND s.valid @> %(as_of)s::date
  WHERE p.id BETWEEN %(first)s AND %(last)s
    AND (p.merged_into_id IS NULL OR p.merged_on > %(as_of)s)
    AND s.status IS DISTINCT FROM %(prospect)s
), member AS (
  SELECT id AS root, id FROM standing
  UNION ALL
  SELECT m.merged_into_id, m.id FROM partners_partner m
  JOIN standing ON standing.id = m.merged_into_id AND m.merged_on <= %(as_of)s
), monthly AS MATERIALIZED ({REPORTED}),
{KNOWN_WINDOW}, windows AS MATERIALIZED (
  SELECT root, ended, feeds, last_month,
         (last_month - interval '12 months')::date AS prior_to,
         (last_month - interval '24 months')::date AS before
  FROM standing JOIN known_window ON root = standing.id
), summed AS MATERIALIZED (
  SELECT w.root, s.currency,
    sum(s.amount) FILTER (WHERE s.month > w.prior_to) AS current,
    sum(s.returns) FILTER (WHERE s.month > w.prior_to) AS current_returns,
    sum(s.amount) FILTER (WHERE s.month <= w.prior_to AND s.month > w.before) AS prior,
    sum(s.returns) FILTER (WHERE s.month <= w.prior_to AND s.month > w.before) AS prior_returns,
    sum(s.amount - s.returns) FILTER (WHERE s.month <= w.before) AS earlier,
    sum(s.lines) FILTER (WHERE s.month > w.before) AS lines
  FROM windows w
  JOIN member ON member.root = w.root
  JOIN sales_month s ON s.partner_id = member.id AND s.month <= w.last_month
  WHERE {OF_MEMBERS} AND s.measure = ANY(%(our_sales)s) AND s.known_on <= %(as_of)s
  GROUP BY w.root, s.currency
)
SELECT w.root, w.ended, w.feeds, w.last_month,
  coalesce(sum(m.current * plan.rate), 0), coalesce(sum(m.current_returns * plan.rate), 0),
  coalesce(sum(m.prior * plan.rate), 0), coalesce(sum(m.prior_returns * plan.rate), 0),
  coalesce(bool_or(m.earlier > 0), false),
  array_agg(m.currency ORDER BY m.currency) FILTER (WHERE plan.rate IS NULL AND m.lines <> 0)
FROM windows w
LEFT JOIN summed m ON m.root = w.root
LEFT JOIN plan ON plan.currency = m.currency
GROUP BY w.root, w.ended, w.feeds, w.last_month
ORDER BY w.root
"""  # noqa: S608 - statements of our own
