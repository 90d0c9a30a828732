"""The fifth question of the first text: whether a partner lost key sales talent."""

import dataclasses
import datetime as dt
import json
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
from alerts.explanations import Cell, Explanation, Table, day, percent, text
from alerts.night import Night
from alerts.sizes import sizes
from alerts.verdicts import (
    Direction,
    Keeps,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from channelhub.lib import months
from deals.rules.states import OPEN
from deals.unclear import Question
from partners.models import Status


class Class(models.TextChoices):
    """What happened to a partner's key people."""

    LEFT = "left", "Key talent left"
    CAME_BACK = "came back", "Everybody who left came back"
    STAYED = "stayed", "Nobody of the key people left"
    ARRIVED = "arrived", "Key talent of another partner of ours came"
    NOBODY_KNOWN = "nobody known", "No people of this partner are recorded"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Leaver:
    """Somebody's leaving, as known at the end of a day; `returned` once they are back.

    `flagged` is whether somebody marked them as key talent. `carried` is the share, in percent, of
    what the partner registered in the 12 months before that they led; `business` is what they led
    and was open, or was won in these months, in reporting currency. Both are None where nothing
    is registered in their name.
    """

    name: str
    role: str
    left_on: dt.date
    learnt_on: dt.date
    where_to: str
    returned: bool
    flagged: bool = True
    carried: Decimal | None = None
    business: Decimal | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Talent:
    """What we knew of the people of a partner, those of partners merged into it included.

    `leavers` are people who left it, `arrivals` those who left another partner of ours for it;
    both newest first, and key or not. `size` is our trailing 12 months with it in reporting
    currency.
    """

    partner: int
    ended: bool
    people: int
    leavers: tuple[Leaver, ...]
    arrivals: tuple[Leaver, ...]
    size: Decimal | None


class KeyTalentLoss(Canary):
    """A key person left in the past 6 months, or we have just learnt of it."""

    name: ClassVar[str] = "key-talent-loss"
    question: ClassVar[str] = (
        "Have any of our partners experienced a loss of key sales talent in the past 6 months?"
    )
    seed: ClassVar[str] = "channel sales alignment, question 5"
    scope: ClassVar[Scope] = Scope.PARTNER
    keeps: ClassVar[Keeps] = Keeps.EVENT
    asks_both_ways: ClassVar[bool] = False
    limits: ClassVar[dict[str, Decimal]] = {
        "months": Decimal(6),
        "learnt_days": Decimal(60),
        "late_months": Decimal(12),
        "carried_share": Decimal(15),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "months": "Left in the last months",
        "learnt_days": "Or learnt of in the last days",
        "late_months": "Where it happened in the last months",
        "carried_share": "Key is also who carried this much of the partner's registered value, in"
        " percent",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Talent]:
        """The people of the partners whose keys lie from `first` to `last`: one statement."""
        params: dict[str, Any] = {
            "as_of": night.as_of,
            "first": first,
            "last": last,
            "prospect": Status.PROSPECT,
            "ended": Status.ENDED,
            "end": Question.as_of(night.as_of).at,
            "open": list(OPEN),
            **night.rate_params,
        }
        with connection.cursor() as cursor:
            cursor.execute(FACTS, params)
            rows = cursor.fetchall()
        moved = [row[0] for row in rows if row[3] or row[4]]
        known = sizes(night, moved)
        for partner, ended, people, left, arrived in rows:
            yield Talent(
                partner=partner,
                ended=ended,
                people=people,
                leavers=_leavers(left),
                arrivals=_leavers(arrived),
                size=known.get(partner),
            )

    def judge(self, facts: Talent, night: Night, limits: Limits) -> Verdict:
        """Whether key people left, and what business they carried."""
        facts = only_key(facts, limits)
        kind = classify(facts, night.as_of, limits)
        people = _to_tell(facts.leavers, kind, night.as_of, limits)
        outcome = outcome_of(kind, ended=facts.ended)
        return _verdict(facts, night, limits, kind=kind, outcome=outcome, people=people)

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """The losses of each partner, and what it gained from another partner of ours."""
        for facts in self.facts(night, first, last):
            yield self.judge(facts, night, limits)
            if any(is_key(each, limits) for each in facts.arrivals):
                yield self.judge_arrivals(facts, night, limits)

    def judge_arrivals(self, facts: Talent, night: Night, limits: Limits) -> Verdict:
        """A loss elsewhere that is an opportunity here."""
        facts = only_key(facts, limits)
        recent = [each for each in facts.arrivals if is_recent(each, night.as_of, limits)]
        outcome = Outcome.QUIET
        if any(not each.returned for each in recent):
            outcome = Outcome.HOLDS if facts.ended else Outcome.FIRES
        elif all(each.returned for each in facts.arrivals):
            outcome = Outcome.CLEARS
        return _verdict(facts, night, limits, kind=Class.ARRIVED, outcome=outcome, people=recent)

    def is_kept(self, verdict: Verdict) -> bool:
        """At most partners nobody is known."""
        return verdict.finding_class != Class.NOBODY_KNOWN

    def judged_partners(self) -> str:
        """Partners of whom people are known; that somebody came says nothing of who left."""
        return f"{super().judged_partners()} AND finding_class <> '{Class.ARRIVED}'"

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """Who left, or came."""
        names = [person["name"] for person in evidence["people"] if not person["returned"]]
        who = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
        if finding_class == Class.ARRIVED:
            return f"{who} came from another partner of ours"
        return f"Key talent left: {who}" if who else Class(finding_class).label

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """An event: only its reversal or a person ends it."""
        if finding_class == Class.ARRIVED:
            return "It ends when somebody closes it; with time it is archived."
        return (
            "It ends when they come back, or when somebody closes it. After"
            f" {limits['months'].normalize():f} months it is archived: age does not heal it."
        )

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """Everybody who left or came, and when we learnt it."""
        rows = tuple(
            (
                text(person["name"]),
                text(person["role"]),
                day(person["left"]),
                day(person["learnt"]),
                percent(person["carried"]),
                text("came back" if person["returned"] else person["where_to"]),
            )
            for person in evidence["people"]
        )
        head = ("Person", "Role", "Left", "Learnt on", "Carried", "Where to")
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="Key people", head=head, rows=rows) if rows else None,
            figures=(("People known", Cell("number", evidence["known"])),),
        )


def is_key(leaver: Leaver, limits: Limits) -> bool:
    """Flagged as key talent, or carried 15% or more of what the partner registered."""
    carried = leaver.carried is not None and leaver.carried >= limits["carried_share"]
    return leaver.flagged or carried


def only_key(facts: Talent, limits: Limits) -> Talent:
    """The same, of key people alone."""
    return dataclasses.replace(
        facts,
        leavers=tuple(each for each in facts.leavers if is_key(each, limits)),
        arrivals=tuple(each for each in facts.arrivals if is_key(each, limits)),
    )


def business_of(people: Sequence[Leaver]) -> Decimal | None:
    """What those who are still gone carried; None where of none anything is registered."""
    known = [each.business for each in people if not each.returned and each.business is not None]
    return sum(known, Decimal(0)) if known else None


def is_recent(leaver: Leaver, as_of: dt.date, limits: Limits) -> bool:
    """Left in (as_of - 6 calendar months, as_of], or learnt of in the last 60 days.

    What was learnt late must have happened in the last 12 months.
    """
    if leaver.left_on > as_of:
        return False
    if leaver.left_on > months.months_before(as_of, int(limits["months"])):
        return True
    learnt = leaver.learnt_on > as_of - dt.timedelta(days=int(limits["learnt_days"]))
    return learnt and leaver.left_on > months.months_before(as_of, int(limits["late_months"]))


def classify(facts: Talent, as_of: dt.date, limits: Limits) -> Class:
    """What happened: somebody is gone, all who left are back, all stayed, or nobody is known."""
    if any(is_recent(each, as_of, limits) and not each.returned for each in facts.leavers):
        return Class.LEFT
    if facts.leavers and all(each.returned for each in facts.leavers):
        return Class.CAME_BACK
    return Class.STAYED if facts.people else Class.NOBODY_KNOWN


def outcome_of(kind: Class, *, ended: bool) -> Outcome:
    """Somebody gone fires; a return reverses it; nobody known is unknown, never "fine"."""
    if kind is Class.LEFT:
        return Outcome.HOLDS if ended else Outcome.FIRES
    return {
        Class.CAME_BACK: Outcome.CLEARS,
        Class.STAYED: Outcome.QUIET,
        Class.NOBODY_KNOWN: Outcome.UNKNOWN,
    }[kind]


def _to_tell(
    people: tuple[Leaver, ...], kind: Class, as_of: dt.date, limits: Limits
) -> list[Leaver]:
    if kind is Class.CAME_BACK:
        return list(people)
    return [each for each in people if is_recent(each, as_of, limits)]


def _verdict(
    facts: Talent,
    night: Night,
    limits: Limits,
    *,
    kind: Class,
    outcome: Outcome,
    people: list[Leaver],
) -> Verdict:
    arrived = kind is Class.ARRIVED
    at_stake = business_of(people)
    return Verdict(
        scope=Scope.PARTNER,
        subject=facts.partner,
        partners=(facts.partner,),
        direction=Direction.UP if arrived else Direction.DOWN,
        nature=Nature.OPPORTUNITY if arrived else Nature.RISK,
        outcome=outcome,
        finding_class=kind,
        severity=severity_of(at_stake, night.channel, limits),
        value=None,
        money=at_stake,
        partner_size=facts.size,
        evidence=_evidence(facts, night, limits, kind, people),
    )


def _evidence(
    facts: Talent, night: Night, limits: Limits, kind: Class, people: list[Leaver]
) -> dict[str, Any]:
    return evidence_of(
        night,
        limits,
        reason=_reason(kind, people, limits),
        end_reason="they came back",
        known=facts.people,
        people=[
            {
                "name": each.name,
                "role": each.role,
                "left": str(each.left_on),
                "learnt": str(each.learnt_on),
                "where_to": each.where_to,
                "returned": each.returned,
                "carried": None if each.carried is None else str(each.carried),
            }
            for each in people
        ],
    )


def _reason(kind: Class, people: list[Leaver], limits: Limits) -> str:
    gone = sum(not each.returned for each in people)
    match kind:
        case Class.LEFT:
            span = f"in the last {limits['months'].normalize():f} months, or were learnt of lately"
            who = "key person" if gone == 1 else "key people"
            carried = "What business they carried is not known: none is registered in their name."
            if business_of(people) is not None:
                carried = "At stake is what they led: open, or won in the 12 months before."
            return f"{gone} {who} left {span}. {carried}"
        case Class.ARRIVED:
            return "Their leaving is a loss to another partner of ours, and a chance here."
        case _:
            return f"{kind.label}."


def _leavers(found: str | None) -> tuple[Leaver, ...]:
    return tuple(
        Leaver(
            name=row["name"],
            role=row["role"],
            left_on=dt.date.fromisoformat(row["left_on"]),
            learnt_on=dt.date.fromisoformat(row["known_on"]),
            where_to=row["where_to"],
            returned=row["returned"],
            flagged=row["flagged"],
            carried=_decimal(row["carried"]),
            business=_decimal(row["business"]),
        )
        for row in json.loads(found or "[]")
    )


def _decimal(told: str | None) -> Decimal | None:
    return None if told is None else Decimal(told)


# Who somebody is now is not who they were then: only what was known by the day counts. The key
# mark is a judgement and is read as it stands.
FACTS = """
WITH standing AS (
  SELECT p.id AS root, coalesce(s.status = %(ended)s, false) AS ended
  FROM partners_partner p
  LEFT JOIN partners_partnerstatus s ON s.partner_id = p.id AND s.valid @> %(as_of)s::date
  WHERE p.id BETWEEN %(first)s AND %(last)s
    AND (p.merged_into_id IS NULL OR p.merged_on > %(as_of)s)
    AND s.status IS DISTINCT FROM %(prospect)s
), rooted AS (
  SELECT p.id, CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS root
  FROM partners_partner p
), plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), departure AS MATERIALIZED (
  SELECT d.id, d.to_partner_id, d.left_on, d.known_on, d.where_to, d.returned_known_on,
    person.partner_id, person.name, person.role, person.key, r.root, u.id AS account
  FROM partners_departure d
  JOIN partners_person person ON person.id = d.person_id
  JOIN rooted r ON r.id = person.partner_id
  LEFT JOIN rooted other ON other.id = d.to_partner_id
  LEFT JOIN accounts_user u ON person.email <> '' AND lower(u.email) = lower(person.email)
  WHERE d.known_on <= %(as_of)s AND d.left_on <= %(as_of)s
    AND d.left_on > %(as_of)s::date - interval '5 years'
    AND (person.key OR u.id IS NOT NULL)
    AND (r.root BETWEEN %(first)s AND %(last)s OR other.root BETWEEN %(first)s AND %(last)s)
), registered AS MATERIALIZED (
  -- What the partners of people with an account registered, and how it stood at the end of the day.
  SELECT d.id, r.root, d.submitted_at, d.closed_at,
    CASE WHEN d.closed_at < %(end)s THEN d.closed_amount * plan.rate END AS closed,
    (SELECT sum(l.amount) FROM deals_dealline l WHERE l.deal_id = d.id) * plan.rate AS value,
    coalesce((SELECT s.from_state FROM deals_dealstep s
      WHERE s.deal_id = d.id AND s.at >= %(end)s ORDER BY s.at, s.id LIMIT 1), d.state) AS state
  FROM deals_deal d JOIN rooted r ON r.id = d.partner_id
  LEFT JOIN plan ON plan.currency = d.currency
  WHERE d.submitted_at < %(end)s
    AND r.root IN (SELECT root FROM departure WHERE account IS NOT NULL)
), led AS MATERIALIZED (
  SELECT DISTINCT departure.id AS departure, role.deal_id
  FROM departure JOIN deals_dealrole role ON role.user_id = departure.account AND role.leads
    AND role.valid && daterange((departure.left_on - interval '12 months')::date, departure.left_on)
), own AS (
  SELECT departure.id, reg.closed, led.deal_id IS NOT NULL AS led, reg.value,
    reg.submitted_at >= departure.left_on - interval '12 months'
      AND reg.submitted_at < departure.left_on + 1 AS lately,
    reg.state = ANY(%(open)s) OR (reg.state = 'won'
      AND reg.closed_at >= departure.left_on - interval '12 months') AS counts
  FROM departure JOIN registered reg ON reg.root = departure.root
  LEFT JOIN led ON led.departure = departure.id AND led.deal_id = reg.id
  WHERE departure.account IS NOT NULL
), carried AS (
  SELECT id, bool_or(led) AS leads,
    sum(value) FILTER (WHERE led AND lately) * 100 / nullif(sum(value) FILTER (WHERE lately), 0)
      AS share,
    CASE WHEN bool_or(led AND counts)
      THEN sum(coalesce(closed, value)) FILTER (WHERE led AND counts) ELSE 0 END AS business
  FROM own GROUP BY id
), gone AS (
  SELECT d.partner_id, d.to_partner_id, d.left_on, jsonb_build_object(
      'name', d.name, 'role', d.role, 'left_on', d.left_on, 'known_on', d.known_on,
      'where_to', coalesce(nullif(d.where_to, ''), other.name, ''),
      'returned', coalesce(d.returned_known_on <= %(as_of)s, false), 'flagged', d.key,
      'carried', CASE WHEN carried.leads THEN carried.share::text END,
      'business', CASE WHEN carried.leads THEN carried.business::text END) AS leaver
  FROM departure d
  LEFT JOIN carried ON carried.id = d.id
  LEFT JOIN partners_partner other ON other.id = d.to_partner_id
), people AS (
  SELECT r.root, count(*) AS known FROM partners_person person
  JOIN rooted r ON r.id = person.partner_id
  WHERE person.known_on <= %(as_of)s AND r.root BETWEEN %(first)s AND %(last)s
  GROUP BY r.root
), lost AS (
  SELECT r.root, jsonb_agg(gone.leaver ORDER BY gone.left_on DESC, gone.leaver ->> 'name') AS found
  FROM gone JOIN rooted r ON r.id = gone.partner_id
  WHERE r.root BETWEEN %(first)s AND %(last)s
  GROUP BY r.root
), won AS (
  SELECT r.root, jsonb_agg(gone.leaver ORDER BY gone.left_on DESC, gone.leaver ->> 'name') AS found
  FROM gone JOIN rooted r ON r.id = gone.to_partner_id
  WHERE r.root BETWEEN %(first)s AND %(last)s
  GROUP BY r.root
)
SELECT standing.root, standing.ended, coalesce(people.known, 0), lost.found, won.found
FROM standing
LEFT JOIN people USING (root) LEFT JOIN lost USING (root) LEFT JOIN won USING (root)
ORDER BY standing.root
"""
