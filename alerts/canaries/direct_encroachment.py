"""Taking deals that partners are working on direct."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection, models

from alerts.canaries.base import Canary, Evidence, evidence_of
from alerts.explanations import Cell, Explanation, Table, day, money, text
from alerts.night import Night
from alerts.sizes import sizes
from alerts.teams import NO_TEAM, TEAM_KEY
from alerts.verdicts import (
    Direction,
    Keeps,
    Limits,
    Nature,
    Outcome,
    Scope,
    Severity,
    Verdict,
)
from channelhub.lib import months
from deals.models import BreachKind, BreachState
from deals.rules.breaches import MANY
from deals.unclear import Question

SHOWN = 20


class Class(models.TextChoices):
    """What our direct sales did, as far as somebody has decided it."""

    CONFIRMED = "confirmed", "Our direct sales broke the rules of engagement"
    SUSPECTED = "suspected", "A breach is suspected, and not decided yet"
    NONE = "none", "No breach within the months that count"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the breach ledger as it stood at the end of a day: suspected or confirmed.

    Entries of one `incident` count once. `value` is the deal's, in reporting currency.
    """

    incident: int
    kind: str
    state: str
    happened_on: dt.date
    partner: str
    team: str
    customer: str
    product_line: str
    deal: str
    value: Decimal | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ledger:
    """What was entered against a partner, those merged into it included, or by a direct team."""

    scope: Scope
    subject: int
    team: str
    entries: tuple[Entry, ...]
    size: Decimal | None


class DirectEncroachment(Canary):
    """Our own direct sales worked on, or took, what a partner had registered or sold."""

    name: ClassVar[str] = "direct-encroachment"
    question: ClassVar[str] = "Are we taking deals that partners are working on direct?"
    seed: ClassVar[str] = "canaries in the coal mine, 3"
    scope: ClassVar[Scope] = Scope.PARTNER
    at_once: ClassVar[bool] = True
    keeps: ClassVar[Keeps] = Keeps.EVENT
    limits: ClassVar[dict[str, Decimal]] = {
        "months": Decimal(12),
        "warning": Decimal(1),
        "critical": Decimal(MANY),
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "months": "Breaches of the last months count",
        "warning": "Warning from this many confirmed, whatever the money",
        "critical": "Critical from this many confirmed, whatever the money",
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Ledger]:
        """The ledgers of every partner and direct team that have entries: one statement."""
        params = {
            "end": Question.as_of(night.as_of).at,
            "as_of": night.as_of,
            "waived": BreachState.WAIVED,
            "suspected": BreachState.SUSPECTED,
            "confirmed": BreachState.CONFIRMED,
            **night.rate_params,
        }
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, params)
            rows = cursor.fetchall()
        partners: dict[int, list[Entry]] = {}
        teams: dict[int, list[Entry]] = {}
        for partner, team, *columns in rows:
            entry = Entry(**dict(zip(COLUMNS, columns, strict=True)))
            partners.setdefault(partner, []).append(entry)
            if entry.team:
                teams.setdefault(team, []).append(entry)
        known = sizes(night, partners)
        for key, entries in partners.items():
            yield Ledger(
                scope=Scope.PARTNER,
                subject=key,
                team="",
                entries=tuple(entries),
                size=known.get(key),
            )
        for key, entries in teams.items():
            yield Ledger(
                scope=Scope.DIRECT_TEAM,
                subject=key,
                team=entries[0].team,
                entries=tuple(entries),
                size=None,
            )

    def judge(self, facts: Ledger, night: Night, limits: Limits) -> Verdict:
        """One confirmed is a warning, three are critical: the money only ranks them."""
        entries = recent(facts.entries, night.as_of, limits)
        confirmed = incidents(entries, BreachState.CONFIRMED)
        kind = Class.CONFIRMED if confirmed else Class.SUSPECTED if entries else Class.NONE
        return Verdict(
            scope=facts.scope,
            subject=facts.subject,
            partners=(facts.subject,) if facts.scope is Scope.PARTNER else (),
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=outcome_of(confirmed, limits),
            finding_class=kind,
            severity=severity_of_breaches(confirmed, limits),
            value=Decimal(confirmed),
            money=at_stake(entries),
            partner_size=facts.size,
            evidence=_evidence(facts, kind, entries, night, limits),
        )

    def judged_partners(self) -> str:
        """Partners that had registered something: nothing can be taken from the others."""
        return JUDGED

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """How many breaches were confirmed."""
        number = int(value or 0)
        if not number:
            return Class(finding_class).label
        noun = "breach" if number == 1 else "breaches"
        return f"{number} confirmed {noun} of the rules of engagement by our direct sales"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """An event: only a person ends it."""
        return (
            f"It ends when somebody closes it. After {limits['months'].normalize():f} months"
            " without another one it is archived: age does not heal it."
        )

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The entries of the ledger, suspected and confirmed apart."""
        rows = tuple(
            (
                text(BreachKind(each["kind"]).label),
                text(BreachState(each["state"]).label),
                day(each["day"]),
                text(each["partner"]),
                text(each["team"] or NO_TEAM),
                text(_about(each)),
                money(each["value"]),
            )
            for each in evidence["entries"]
        )
        head = ("What happened", "State", "On", "Partner", "By", "About",
                f"Deal value ({evidence['currency']})")  # fmt: skip
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="The breach ledger", head=head, rows=rows) if rows else None,
            figures=(
                ("Confirmed", Cell("number", evidence["confirmed"])),
                ("Suspected", Cell("number", evidence["suspected"])),
                ("Critical from", Cell("number", int(Decimal(evidence["threshold"]["critical"])))),
            ),
        )


def recent(entries: Sequence[Entry], as_of: dt.date, limits: Limits) -> list[Entry]:
    """Those of the last 12 calendar months, the newest first."""
    since = months.months_before(as_of, int(limits["months"]))
    within = [each for each in entries if since < each.happened_on <= as_of]
    return sorted(within, key=lambda each: (each.happened_on, each.incident), reverse=True)


def incidents(entries: Sequence[Entry], state: str) -> int:
    """How many incidents stand so: worked on and then won is one."""
    return len({each.incident for each in entries if each.state == state})


def outcome_of(confirmed: int, limits: Limits) -> Outcome:
    """A confirmed one fires; a suspicion counts when somebody has confirmed it."""
    return Outcome.FIRES if confirmed >= limits["warning"] else Outcome.QUIET


def severity_of_breaches(confirmed: int, limits: Limits) -> Severity:
    """It only takes a few incidents, whatever the money."""
    if confirmed >= limits["critical"]:
        return Severity.CRITICAL
    return Severity.WARNING if confirmed >= limits["warning"] else Severity.WATCH


def at_stake(entries: Sequence[Entry]) -> Decimal | None:
    """The deal value of confirmed incidents, each once; None where none is known."""
    values: dict[int, Decimal] = {}
    for each in entries:
        if each.state == BreachState.CONFIRMED and each.value is not None:
            values[each.incident] = max(each.value, values.get(each.incident, each.value))
    return sum(values.values(), Decimal(0)) if values else None


def _about(entry: Evidence) -> str:
    parts = [entry["customer"], entry["product_line"], entry["deal"]]
    return ", ".join(part for part in parts if part) or "not said"


def _evidence(
    facts: Ledger, kind: Class, entries: list[Entry], night: Night, limits: Limits
) -> dict[str, Any]:
    confirmed = incidents(entries, BreachState.CONFIRMED)
    suspected = incidents(entries, BreachState.SUSPECTED)
    return evidence_of(
        night,
        limits,
        reason=_reason(facts, kind, confirmed, suspected, limits),
        team=facts.team,
        confirmed=confirmed,
        suspected=suspected,
        entries=[
            {
                "kind": each.kind,
                "state": each.state,
                "day": str(each.happened_on),
                "partner": each.partner,
                "team": each.team,
                "customer": each.customer,
                "product_line": each.product_line,
                "deal": each.deal,
                "value": None if each.value is None else str(each.value),
            }
            for each in entries[:SHOWN]
        ],
    )


def _reason(facts: Ledger, kind: Class, confirmed: int, suspected: int, limits: Limits) -> str:
    if kind is Class.NONE:
        return f"{kind.label}."
    span = f"in the last {limits['months'].normalize():f} months"
    whom = "against this partner" if facts.scope is Scope.PARTNER else "by this team"
    waiting = f" {suspected} more {'is' if suspected == 1 else 'are'} suspected and not decided."
    return (
        f"{confirmed} confirmed {whom} {span}; {limits['warning'].normalize():f} is a warning,"
        f" {limits['critical'].normalize():f} are critical, whatever the money."
    ) + (waiting if suspected else "")


COLUMNS = ("incident", "kind", "state", "happened_on", "partner", "team", "customer",
           "product_line", "deal", "value")  # fmt: skip

# As the ledger stood at the end of the day: what was decided later was suspected then.
ENTRIES = f"""
WITH plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), ledger AS (
  SELECT b.*, CASE
      WHEN b.decided_at < %(end)s AND b.taken_back_at >= %(end)s THEN %(confirmed)s
      WHEN b.decided_at < %(end)s THEN b.state
      ELSE %(suspected)s
    END AS stood
  FROM deals_breach b WHERE b.filed_at < %(end)s AND b.happened_on <= %(as_of)s
), valued AS (
  SELECT ledger.id, sum(l.amount) * plan.rate AS value
  FROM ledger JOIN deals_deal d ON d.id = ledger.deal_id
  JOIN deals_dealline l ON l.deal_id = d.id AND l.state <> 'rejected'
    AND (ledger.product_line_id IS NULL OR l.product_line_id = ledger.product_line_id)
  LEFT JOIN plan ON plan.currency = d.currency
  GROUP BY ledger.id, plan.rate
)
SELECT root.id, {TEAM_KEY.format(team="b.direct_team")},
  coalesce(b.direct_opportunity_id, 0 - b.id), b.kind, b.stood, b.happened_on, root.name,
  b.direct_team, coalesce(c.name, ''), coalesce(line.name, ''), coalesce(d.number, ''),
  coalesce(valued.value, b.amount)
FROM ledger b
JOIN partners_partner p ON p.id = b.partner_id
JOIN partners_partner root
  ON root.id = CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END
LEFT JOIN valued ON valued.id = b.id
LEFT JOIN customers_customer c ON c.id = b.customer_id
LEFT JOIN sales_productline line ON line.id = b.product_line_id
LEFT JOIN deals_deal d ON d.id = b.deal_id
WHERE b.stood <> %(waived)s
ORDER BY root.id, b.happened_on, b.id
"""  # noqa: S608 - an expression of our own

JUDGED = """
SELECT DISTINCT CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS partner
FROM deals_deal d JOIN partners_partner p ON p.id = d.partner_id
WHERE (d.submitted_at AT TIME ZONE (SELECT time_zone FROM accounts_organisation))::date
  <= %(as_of)s
UNION
SELECT DISTINCT unnest(partners) AS partner FROM alerts_finding
WHERE run_id = %(run)s AND canary = 'direct-encroachment'
"""
