"""First-line service of a partner under the criterion, two months in a row."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping
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
from alerts.explanations import Cell, Explanation, Table, day, text
from alerts.night import Night
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
from channelhub.lib import figures, months
from partners.models import Status


class Class(models.TextChoices):
    """How first-line service does."""

    UNDER = "under", "First-line service is under the criterion"
    WITHIN = "within", "First-line service is within the criterion"
    ONE_MONTH = "one month", "One month under the criterion"
    TOO_FEW = "too few", "Too few tickets in the quarter"
    NOT_TOLD = "not told", "No service metrics of the last two months"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Month:
    """A month's tickets and what was measured of them: {measure: value}; unknown is missing.

    `csat_answers` is how many answers the CSAT is of.
    """

    month: dt.date
    tickets: int
    measured: Mapping[str, Decimal]
    csat_answers: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    """A partner's newest months of service, the last closed ones, newest first; up to three."""

    partner: int
    months: tuple[Month, ...]
    size: Decimal | None


@dataclasses.dataclass(frozen=True)
class Measure:
    """Something measured of a month: its name, the limit that is its criterion, its unit."""

    name: str
    label: str
    limit: str
    unit: str
    # Whether more is worse.
    ceiling: bool = True

    def excess(self, value: Decimal, limits: Limits) -> Decimal:
        """By how much it is beyond the criterion, in percent of it; zero is just within."""
        bar = limits[self.limit]
        beyond = value - bar if self.ceiling else bar - value
        return beyond * 100 / bar if bar else Decimal(0)


MEASURES = (
    Measure("response", "First response, median", "response_hours", "h"),
    Measure("resolution", "Resolution, median", "resolution_hours", "h"),
    Measure("reopened", "Reopened", "reopened_share", "%"),
    Measure("escalated", "Escalated to us", "escalated_share", "%"),
    Measure("csat", "CSAT", "csat", "", ceiling=False),
)


class ServiceDecline(Canary):
    """First-line service was under the criterion in both of the last two months."""

    name: ClassVar[str] = "service-decline"
    question: ClassVar[str] = "Does a partner's first-line service let our customers down?"
    seed: ClassVar[str] = "ours, after channel sales alignment: quality of first-line support"
    scope: ClassVar[Scope] = Scope.PARTNER
    in_health: ClassVar[bool] = False
    asks_both_ways: ClassVar[bool] = False
    limits: ClassVar[dict[str, Decimal]] = {
        "response_hours": Decimal(8),
        "resolution_hours": Decimal(72),
        "reopened_share": Decimal(15),
        "escalated_share": Decimal(25),
        "csat": Decimal("3.5"),
        "csat_answers": Decimal(10),
        "tickets": Decimal(20),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "response_hours": "Criterion: median first response, in hours at most",
        "resolution_hours": "Criterion: median resolution, in hours at most",
        "reopened_share": "Criterion: reopened, in percent of tickets at most",
        "escalated_share": "Criterion: escalated to us, in percent of tickets at most",
        "csat": "Criterion: CSAT at least",
        "csat_answers": "Answers a month from which CSAT counts",
        "tickets": "Tickets needed in the quarter",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Service]:
        """The newest months of partners with keys from `first` to `last`: one statement."""
        closed = months.last_closed(night.as_of)
        params: dict[str, Any] = {
            "as_of": night.as_of,
            "first": first,
            "last": last,
            "since": months.add_months(closed, -3),
            "to": closed,
            "prospect": Status.PROSPECT,
        }
        with connection.cursor() as cursor:
            cursor.execute(FACTS, params)
            rows = cursor.fetchall()
        known = sizes(night, [partner for partner, _ in rows])
        for partner, told in rows:
            found = tuple(_month(each) for each in json.loads(told))
            yield Service(partner=partner, months=found, size=known.get(partner))

    def judge(self, facts: Service, night: Night, limits: Limits) -> Verdict:
        """Whether a measure is beyond its criterion twice; at stake is what we sell with it."""
        facts = without_few(facts, limits)
        kind = classify(facts, night.as_of, limits)
        worst = _worst(facts, limits) if kind in OUTCOMES else None
        value = worst[1] if worst else None
        at_stake = facts.size if kind is Class.UNDER else None
        return Verdict(
            scope=Scope.PARTNER,
            subject=facts.partner,
            partners=(facts.partner,),
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=OUTCOMES.get(kind, Outcome.UNKNOWN),
            finding_class=kind,
            severity=severity_of(at_stake, night.channel, limits),
            value=value,
            money=at_stake,
            partner_size=facts.size,
            evidence=evidence_of(
                night,
                limits,
                reason=_reason(kind, facts, limits),
                end_reason="two months within the criterion",
                months=[_told(each) for each in facts.months],
                worst=worst[0].label if worst else "",
            ),
        )

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """Which measure is furthest beyond its criterion."""
        if finding_class != Class.UNDER or value is None:
            return Class(finding_class).label
        worst = evidence["worst"][:1].lower() + evidence["worst"][1:]
        return (
            f"First-line service two months under the criterion: {worst},"
            f" {figures.percent(value)} beyond it"
        )

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """Two months within."""
        return "It ends when the last two months are within the criterion in every measure."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The months, each measure beside its criterion."""
        bars = evidence["threshold"]
        rows = tuple(
            (
                day(each["month"]),
                Cell("number", each["tickets"]),
                *(text(_shown(each["measured"].get(m.name), m.unit)) for m in MEASURES),
            )
            for each in evidence["months"]
        )
        head = (
            "Month",
            "Tickets",
            *(
                f"{m.label} ({'at most' if m.ceiling else 'at least'} {bars[m.limit]}{m.unit})"
                for m in MEASURES
            ),
        )
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="First-line service", head=head, rows=rows) if rows else None,
        )


OUTCOMES = {
    Class.UNDER: Outcome.FIRES,
    Class.ONE_MONTH: Outcome.HOLDS,
    Class.WITHIN: Outcome.CLEARS,
}


def without_few(facts: Service, limits: Limits) -> Service:
    """The same without the CSAT of months in which too few answered."""
    least = limits["csat_answers"]
    counted = tuple(
        month
        if month.csat_answers >= least
        else dataclasses.replace(
            month, measured={k: v for k, v in month.measured.items() if k != "csat"}
        )
        for month in facts.months
    )
    return dataclasses.replace(facts, months=counted)


def classify(facts: Service, as_of: dt.date, limits: Limits) -> Class:
    """What the last two told months say, where they follow each other and are not old."""
    newest = _last_two(facts, as_of)
    if newest is None:
        return Class.NOT_TOLD
    quarter = sum(each.tickets for each in facts.months[:3])
    if quarter < limits["tickets"]:
        return Class.TOO_FEW
    if all(beyond(each, limits) for each in newest) and _worst(facts, limits):
        return Class.UNDER
    return Class.ONE_MONTH if any(beyond(each, limits) for each in newest) else Class.WITHIN


def _last_two(facts: Service, as_of: dt.date) -> tuple[Month, Month] | None:
    """Two months in a row, the newer one closed last or the month before that."""
    found = facts.months[:2]
    if len(found) < 2 or months.add_months(found[1].month, 1) != found[0].month:
        return None
    late = months.add_months(found[0].month, 1) < months.last_closed(as_of)
    return None if late else (found[0], found[1])


def beyond(month: Month, limits: Limits) -> set[str]:
    """The measures that are beyond their criterion."""
    return {
        each.name
        for each in MEASURES
        if each.name in month.measured and each.excess(month.measured[each.name], limits) > 0
    }


def _worst(facts: Service, limits: Limits) -> tuple[Measure, Decimal] | None:
    """The measure furthest beyond its criterion in the better of the two months, if in both."""
    newest = facts.months[:2]
    found = [
        (each, min(each.excess(month.measured[each.name], limits) for month in newest))
        for each in MEASURES
        if all(each.name in month.measured for month in newest)
    ]
    both = [(each, excess) for each, excess in found if excess > 0]
    return max(both, key=lambda pair: pair[1]) if both else None


def _reason(kind: Class, facts: Service, limits: Limits) -> str:
    if kind is Class.TOO_FEW:
        count = sum(each.tickets for each in facts.months[:3])
        return f"{count} tickets in three months; {limits['tickets'].normalize():f} are needed."
    if kind not in OUTCOMES:
        return f"{kind.label}."
    newer, older = facts.months[:2]
    both = [m.label for m in MEASURES if m.name in beyond(newer, limits) & beyond(older, limits)]
    span = f"{older.month:%B} and {newer.month:%B %Y}"
    if kind is Class.UNDER:
        return f"In {span} beyond the criterion both times: {', '.join(both)}."
    return f"{kind.label}: {span}."


def _told(month: Month) -> dict[str, Any]:
    return {
        "month": str(month.month),
        "tickets": month.tickets,
        "measured": {name: str(value) for name, value in month.measured.items()},
    }


def _shown(value: str | None, unit: str) -> str:
    return figures.UNKNOWN if value is None else f"{Decimal(value):.1f}{unit}"


def _month(row: dict[str, Any]) -> Month:
    measured = {name: row[name] for name in (each.name for each in MEASURES)}
    return Month(
        month=dt.date.fromisoformat(row["month"]),
        tickets=row["tickets"],
        csat_answers=row["csat_answers"] or 0,
        measured={k: Decimal(value) for k, value in measured.items() if value is not None},
    )


# A month of a root and of those merged into it is told by the one with most tickets: medians of
# two desks cannot be added. Prospects are judged by no canary.
FACTS = """
WITH standing AS (
  SELECT p.id AS root FROM partners_partner p
  LEFT JOIN partners_partnerstatus s ON s.partner_id = p.id AND s.valid @> %(as_of)s::date
  WHERE p.id BETWEEN %(first)s AND %(last)s
    AND (p.merged_into_id IS NULL OR p.merged_on > %(as_of)s)
    AND s.status IS DISTINCT FROM %(prospect)s
), member AS (
  SELECT root, root AS id FROM standing
  UNION ALL
  SELECT m.merged_into_id, m.id FROM partners_partner m
  JOIN standing ON root = m.merged_into_id AND m.merged_on <= %(as_of)s
), known AS (
  SELECT DISTINCT ON (member.root, s.month) member.root, s.*
  FROM member JOIN satisfaction_servicemonth s ON s.partner_id = member.id
  WHERE s.known_on <= %(as_of)s AND (s.known_until IS NULL OR s.known_until > %(as_of)s)
    AND s.month BETWEEN %(since)s AND %(to)s
  ORDER BY member.root, s.month, s.tickets DESC, s.id
)
SELECT root, jsonb_agg(jsonb_build_object(
    'month', month, 'tickets', tickets,
    'response', first_response_median::text, 'resolution', resolution_median::text,
    'reopened', (reopened * 100.0 / nullif(tickets, 0))::text,
    'escalated', (escalated * 100.0 / nullif(tickets, 0))::text,
    'csat', csat::text, 'csat_answers', csat_answers
  ) ORDER BY month DESC)
FROM known GROUP BY root ORDER BY root
"""
