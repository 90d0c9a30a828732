"""A partner's people sign in, register and update less than they did.

Days on which something was done in the last 90 are compared with the 365 before, by the exact
conditional test of two Poisson rates: given both counts together, the recent one is binomial
(Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series",
Biometrika 31, 1940).
"""

import dataclasses
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection, models

from accounts.models import Organisation
from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.explanations import Cell, Explanation, Table, day, percent, text
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
from channelhub.lib import figures
from partners.models import Status

RECENT_DAYS, BASE_DAYS = 90, 365
KINDS = {
    "sign-in": "Signing in",
    "registration": "Registering a deal",
    "update": "Telling how a deal goes",
    "upkeep": "People and results kept up to date",
}


class Class(models.TextChoices):
    """How much a partner's people do."""

    QUIET = "quiet", "Gone quiet"
    AS_BEFORE = "as before", "About as active as before"
    TOO_LITTLE = "too little", "Too little was ever done to tell"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Activity:
    """Days on which a partner's people did something: {kind: (recent, before)}, and of any kind."""

    partner: int
    recent: int
    before: int
    kinds: dict[str, tuple[int, int]]
    size: Decimal | None
    last: str | None = None


class GoneQuiet(Canary):
    """Logins, registrations and updates fell away."""

    name: ClassVar[str] = "gone-quiet"
    question: ClassVar[str] = "Has a partner that used to work with us gone quiet?"
    seed: ClassVar[str] = "ours, beyond the two texts"
    scope: ClassVar[Scope] = Scope.PARTNER
    in_health: ClassVar[bool] = False
    asks_both_ways: ClassVar[bool] = False
    limits: ClassVar[dict[str, Decimal]] = {
        "fall": Decimal(60),
        "active_days": Decimal(12),
        "doubt": Decimal("0.5"),
        "clears_under": Decimal(75),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "fall": "Fall of active days, to the last 90 days from the year before, in percent",
        "active_days": "Active days needed in the year before",
        "doubt": "Fires where chance alone would do it in less than this percent of cases",
        "clears_under": "Ends under this part of the fall, in percent",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Activity]:
        """What people of partners with keys from `first` to `last` did: one statement."""
        params: dict[str, Any] = {
            "as_of": night.as_of,
            "first": first,
            "last": last,
            "recent": RECENT_DAYS,
            "all": RECENT_DAYS + BASE_DAYS,
            "zone": Organisation.current().zone().key,
            "standing": [Status.ACTIVE, Status.ON_NOTICE],
        }
        with connection.cursor() as cursor:
            cursor.execute(FACTS, params)
            rows = cursor.fetchall()
        known = sizes(night, [row[0] for row in rows])
        for partner, recent, before, newest, *counts in rows:
            kinds = {
                kind: (counts[2 * place], counts[2 * place + 1]) for place, kind in enumerate(KINDS)
            }
            yield Activity(
                partner=partner,
                recent=recent,
                before=before,
                kinds=kinds,
                size=known.get(partner),
                last=str(newest) if newest else None,
            )

    def judge(self, facts: Activity, night: Night, limits: Limits) -> Verdict:
        """Whether it fell away; at stake are our trailing 12 months with it times the fall."""
        fall = fall_of(facts)
        kind = classify(facts, limits)
        value = None if kind is Class.TOO_LITTLE else fall
        at_stake = None
        if value is not None and value > 0 and facts.size is not None:
            at_stake = facts.size * value / 100
        return Verdict(
            scope=Scope.PARTNER,
            subject=facts.partner,
            partners=(facts.partner,),
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=outcome_of(kind, fall, limits),
            finding_class=kind,
            severity=severity_of(at_stake, night.channel, limits),
            value=value,
            money=at_stake,
            partner_size=facts.size,
            evidence=evidence_of(
                night,
                limits,
                reason=_reason(facts, fall, kind, limits),
                last=facts.last,
                kinds=[[KINDS[name], *counts] for name, counts in facts.kinds.items()],
            ),
        )

    def is_kept(self, verdict: Verdict) -> bool:
        """Many partners never used the portal."""
        return verdict.finding_class != Class.TOO_LITTLE

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """By how much."""
        if value is None or finding_class != Class.QUIET:
            return Class(finding_class).label
        return f"Gone quiet: active on {figures.percent(value)} fewer days than before"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """Under 75% of the fall."""
        under = (limits["fall"] * limits["clears_under"] / 100).normalize()
        return f"It ends when active days are less than {under:f}% fewer than in the year before."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """What was done less."""
        rows = tuple(
            (text(label), Cell("number", recent), Cell("number", before))
            for label, recent, before in evidence["kinds"]
        )
        head = (
            "Days on which somebody was",
            f"Last {RECENT_DAYS} days",
            f"{BASE_DAYS} days before",
        )
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="Active days", head=head, rows=rows),
            figures=(
                ("Fall", percent(value)),
                ("Threshold", percent(evidence["threshold"]["fall"])),
                ("Last active", day(evidence["last"])),
            ),
        )


def fall_of(facts: Activity) -> Decimal:
    """The fall of active days a day, in percent of before; zero where nothing was done before."""
    if not facts.before:
        return Decimal(0)
    return 100 - Decimal(facts.recent * BASE_DAYS * 100) / (facts.before * RECENT_DAYS)


def chance_of(recent: int, before: int) -> float:
    """How likely so few of all these days, or fewer, fall in the recent ones, by chance alone."""
    count, part = recent + before, RECENT_DAYS / (RECENT_DAYS + BASE_DAYS)
    return math.fsum(
        math.comb(count, each) * part**each * (1 - part) ** (count - each)
        for each in range(recent + 1)
    )


def classify(facts: Activity, limits: Limits) -> Class:
    """Quiet is a fall of the threshold that chance would hardly make."""
    if facts.before < limits["active_days"]:
        return Class.TOO_LITTLE
    unlikely = chance_of(facts.recent, facts.before) * 100 < limits["doubt"]
    return Class.QUIET if fall_of(facts) >= limits["fall"] and unlikely else Class.AS_BEFORE


def outcome_of(kind: Class, fall: Decimal, limits: Limits) -> Outcome:
    """Quiet fires, under 75% of the threshold clears."""
    if kind is Class.TOO_LITTLE:
        return Outcome.UNKNOWN
    if kind is Class.QUIET:
        return Outcome.FIRES
    clears = fall * 100 < limits["fall"] * limits["clears_under"]
    return Outcome.CLEARS if clears else Outcome.HOLDS


def _reason(facts: Activity, fall: Decimal, kind: Class, limits: Limits) -> str:
    words = (
        f"Its people were active on {facts.recent} of the last {RECENT_DAYS} days, after"
        f" {facts.before} of the {BASE_DAYS} before"
    )
    if kind is Class.TOO_LITTLE:
        return f"{words}: {limits['active_days'].normalize():f} are needed to compare."
    turn = "fewer" if fall >= 0 else "more"
    return (
        f"{words}: {figures.percent(abs(fall))} {turn} a day. Chance alone would make it so few in"
        f" {chance_of(facts.recent, facts.before):.2%} of cases."
    )


# What partners' people do, by the day on which they do it. Registrations, updates and upkeep by
# our own people, or by files, are not theirs.
DONE = """
SELECT m.partner_id, 'sign-in' AS kind, s.day FROM accounts_signin s
JOIN partners_membership m ON m.user_id = s.user_id
UNION ALL
SELECT s.partner_id, CASE s.step WHEN 'submit' THEN 'registration' ELSE 'update' END,
  (s.at AT TIME ZONE %(zone)s)::date
FROM deals_dealstep s
JOIN partners_membership m ON (m.user_id, m.partner_id) = (s.by_id, s.partner_id)
UNION ALL
SELECT partner_id, 'upkeep', known_on FROM partners_ownresult WHERE source = 'The partner'
"""
FACTS = f"""
WITH standing AS (
  SELECT p.id AS root FROM partners_partner p
  JOIN partners_partnerstatus s ON s.partner_id = p.id AND s.valid @> %(as_of)s::date
  WHERE p.id BETWEEN %(first)s AND %(last)s AND s.status = ANY(%(standing)s)
    AND (p.merged_into_id IS NULL OR p.merged_on > %(as_of)s)
), member AS (
  SELECT root, root AS id FROM standing
  UNION ALL
  SELECT m.merged_into_id, m.id FROM partners_partner m
  JOIN standing ON root = m.merged_into_id AND m.merged_on <= %(as_of)s
), done AS (
  SELECT DISTINCT member.root, said.kind, said.day, said.day > %(as_of)s::date - %(recent)s AS late
  FROM member JOIN ({DONE}) AS said ON said.partner_id = member.id
  WHERE said.day <= %(as_of)s AND said.day > %(as_of)s::date - %(all)s
)
SELECT root, count(DISTINCT day) FILTER (WHERE late), count(DISTINCT day) FILTER (WHERE NOT late),
  max(day),
  {
    ", ".join(
        f"count(*) FILTER (WHERE kind = '{kind}' AND late),"
        f" count(*) FILTER (WHERE kind = '{kind}' AND NOT late)"
        for kind in KINDS
    )
}
FROM done GROUP BY root ORDER BY root
"""  # noqa: S608 - statements of our own
