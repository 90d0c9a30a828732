"""Sales management not completely clear on who is working the opportunities."""

import dataclasses
from collections.abc import Iterator, Sequence
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
from alerts.explanations import Cell, Explanation, Table, money, text
from alerts.night import Night
from alerts.sizes import sizes
from alerts.teams import TEAM_KEY
from alerts.verdicts import (
    Direction,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from deals.unclear import SILENCE_DAYS, Question, why
from deals.unclear import facts as open_opportunities

# As many are named in the evidence; the rest is counted.
SHOWN = 20


class Class(models.TextChoices):
    """Whether it is clear who works what is open."""

    UNCLEAR = "unclear", "It is not clear who works it"
    CLEAR = "clear", "It is clear who works what is open"
    NOTHING_OPEN = "nothing open", "Nothing is open"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Opportunity:
    """An open registration, or a direct opportunity of ours, and why it is unclear, in words.

    `value` is in reporting currency; None where the amount or its plan rate is not known.
    """

    name: str
    customer: str
    why: tuple[str, ...]
    value: Decimal | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ownership:
    """What is open at a partner, those merged into it included, or in a direct team."""

    scope: Scope
    subject: int
    team: str
    open: tuple[Opportunity, ...]
    size: Decimal | None

    @property
    def unclear(self) -> list[Opportunity]:
        """Those of which it is not clear who works them, the largest first."""
        found = [each for each in self.open if each.why]
        return sorted(found, key=lambda each: (each.value is None, -(each.value or 0), each.name))


class UnclearOwnership(Canary):
    """Nobody or two lead an open opportunity, others claim it, we are late, or it is silent."""

    name: ClassVar[str] = "unclear-ownership"
    question: ClassVar[str] = "Is it completely clear who is working which opportunity?"
    seed: ClassVar[str] = "canaries in the coal mine, 2"
    scope: ClassVar[Scope] = Scope.PARTNER
    at_once: ClassVar[bool] = True
    limits: ClassVar[dict[str, Decimal]] = {
        "opportunities": Decimal(1),
        "silence_days": Decimal(SILENCE_DAYS),
        "clears_under": Decimal(75),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "opportunities": "Fires from this many unclear opportunities",
        "silence_days": "Days without a sign of life until one is silent",
        "clears_under": "Ends under this part of the number, in percent",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Ownership]:
        """What was open at each partner that ever registered, and in each direct team."""
        yield from _facts(night, SILENCE_DAYS)

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """The same, silent by the threshold that people set."""
        for found in _facts(night, int(limits["silence_days"])):
            yield self.judge(found, night, limits)

    def judge(self, facts: Ownership, night: Night, limits: Limits) -> Verdict:
        """Whether too many are unclear."""
        unclear = facts.unclear
        at_stake = total(unclear)
        return Verdict(
            scope=facts.scope,
            subject=facts.subject,
            partners=(facts.subject,) if facts.scope is Scope.PARTNER else (),
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=outcome_of(len(unclear), limits),
            finding_class=class_of(facts),
            severity=severity_of(at_stake, night.channel, limits),
            value=Decimal(len(unclear)),
            money=at_stake,
            partner_size=facts.size,
            evidence=_evidence(facts, unclear, night, limits),
        )

    def judged_partners(self) -> str:
        """Partners at which something was open."""
        return f"{super().judged_partners()} AND finding_class <> '{Class.NOTHING_OPEN}'"

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """How many are unclear."""
        number = int(value or 0)
        if not number:
            return Class(finding_class).label
        noun = "opportunity" if number == 1 else "opportunities"
        return f"Not clear who works {number} open {noun}"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """Under 75% of the threshold: of one, when none is left."""
        under = limits["opportunities"] * limits["clears_under"] / 100
        if under <= 1:
            return "It ends when it is clear of every open opportunity who works it."
        return f"It ends when fewer than {under.normalize():f} are unclear."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """Each unclear opportunity, and why."""
        rows = tuple(
            (
                text(each["name"]),
                text(each["customer"]),
                text(" ".join(each["why"])),
                money(each["value"]),
            )
            for each in evidence["opportunities"]
        )
        head = ("Opportunity", "Customer", "Why", f"Value ({evidence['currency']})")
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="Not clear who works it", head=head, rows=rows) if rows else None,
            figures=(
                ("Open", Cell("number", evidence["open"])),
                ("Unclear", Cell("number", int(value or 0))),
                ("Threshold", Cell("number", int(Decimal(evidence["threshold"]["opportunities"])))),
            ),
        )


def outcome_of(unclear: int, limits: Limits) -> Outcome:
    """At the threshold it fires, under 75% of it clears."""
    if unclear >= limits["opportunities"]:
        return Outcome.FIRES
    clears = unclear * 100 < limits["opportunities"] * limits["clears_under"]
    return Outcome.CLEARS if clears else Outcome.HOLDS


def class_of(facts: Ownership) -> Class:
    """Whether something is open, and unclear."""
    if facts.unclear:
        return Class.UNCLEAR
    return Class.CLEAR if facts.open else Class.NOTHING_OPEN


def total(found: Sequence[Opportunity]) -> Decimal | None:
    """The value of those whose value is known; None where it is of none."""
    known = [each.value for each in found if each.value is not None]
    return sum(known, Decimal(0)) if known else None


def _evidence(
    facts: Ownership, unclear: list[Opportunity], night: Night, limits: Limits
) -> dict[str, Any]:
    kind = class_of(facts)
    ended = "nothing is open" if kind is Class.NOTHING_OPEN else "it is clear who works it"
    return evidence_of(
        night,
        limits,
        reason=_reason(facts, unclear),
        end_reason=ended,
        team=facts.team,
        open=len(facts.open),
        opportunities=[
            {
                "name": each.name,
                "customer": each.customer,
                "why": list(each.why),
                "value": None if each.value is None else str(each.value),
            }
            for each in unclear[:SHOWN]
        ],
    )


def _reason(facts: Ownership, unclear: list[Opportunity]) -> str:
    if not facts.open:
        return "Nothing is open."
    told = f"Of {len(facts.open)} open, {len(unclear)} {_are(len(unclear))} unclear."
    unknown = sum(each.value is None for each in unclear)
    if unknown:
        told += f" The value of {unknown} of them is not known."
    if len(unclear) > SHOWN:
        told += f" The {SHOWN} largest are listed."
    return told


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _facts(night: Night, silence_days: int) -> Iterator[Ownership]:
    question = Question.as_of(night.as_of, silence_days=silence_days)
    found = {(each.kind, each.id): each for each in open_opportunities(question)}
    params = {
        "as_of": night.as_of,
        "end": question.at,
        "deals": [key for kind, key in found if kind == "registration"],
        "directs": [key for kind, key in found if kind == "direct"],
        **night.rate_params,
    }
    with connection.cursor() as cursor:
        cursor.execute(SUBJECTS, params)
        rows = cursor.fetchall()
    opened: dict[tuple[str, int, str], list[Opportunity]] = {}
    for scope, subject, team, kind, key, name, customer, value in rows:
        mine = opened.setdefault((scope, subject, team), [])
        if key is not None:
            # What somebody wrote stays with the deal: a finding keeps no person's words.
            words = why(dataclasses.replace(found[kind, key], flag=""))
            told = tuple(each.removesuffix(": ") for each in words)
            mine.append(Opportunity(name=name, customer=customer, why=told, value=value))
    partners = [subject for scope, subject, _ in opened if scope == Scope.PARTNER]
    known = sizes(night, partners)
    for (scope, subject, team), listed in opened.items():
        yield Ownership(
            scope=Scope(scope),
            subject=subject,
            team=team,
            open=tuple(listed),
            size=known.get(subject) if scope == Scope.PARTNER else None,
        )


# Every partner that ever registered, and every team that ever logged: what is open no more has to
# be said, too.
SUBJECTS = f"""
WITH plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), rooted AS (
  SELECT p.id, CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS root
  FROM partners_partner p
), valued AS (
  SELECT d.id, sum(coalesce(l.proposed_amount, l.amount)) * plan.rate AS value
  FROM deals_deal d JOIN deals_dealline l ON l.deal_id = d.id AND l.state <> 'rejected'
  LEFT JOIN plan ON plan.currency = d.currency
  WHERE d.id = ANY(%(deals)s) GROUP BY d.id, plan.rate
)
SELECT '{Scope.PARTNER}', rooted.root, '', 'registration', asked.id, asked.number,
  asked.account_name, valued.value
FROM (SELECT DISTINCT partner_id FROM deals_deal WHERE submitted_at < %(end)s) AS ever
JOIN rooted ON rooted.id = ever.partner_id
LEFT JOIN deals_deal asked ON asked.partner_id = ever.partner_id AND asked.id = ANY(%(deals)s)
LEFT JOIN valued ON valued.id = asked.id
UNION ALL
SELECT '{Scope.DIRECT_TEAM}', {TEAM_KEY.format(team="ever.direct_team")}, ever.direct_team,
  'direct', asked.id, line.name, asked.account_name, asked.amount * plan.rate
FROM (SELECT DISTINCT direct_team FROM deals_directopportunity WHERE logged_at < %(end)s) AS ever
LEFT JOIN deals_directopportunity asked
  ON asked.direct_team = ever.direct_team AND asked.id = ANY(%(directs)s)
LEFT JOIN sales_productline line ON line.id = asked.product_line_id
LEFT JOIN plan ON plan.currency = asked.currency
ORDER BY 1 DESC, 2, 6, 5
"""  # noqa: S608 - names of our own
