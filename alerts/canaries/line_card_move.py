"""The fourth question of the first text: whether we lost or gained position on a line card."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
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
    Keeps,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from channelhub.lib import months
from partners.models import LineCardBasis, Status


class Class(models.TextChoices):
    """What became of our place on a line card."""

    ROSE = "rose", "Our rank rose"
    FELL = "fell", "Our rank fell"
    LISTED = "listed", "We are listed"
    DELISTED = "delisted", "We are no longer listed"
    SAME = "same", "Our place is the same"
    DISAGREE = "sources disagree", "Sources disagree about our place"
    AGED = "aged", "Nobody has looked for 18 months"
    NOT_KNOWN = "not known", "There are no two observations to compare"


UPWARD = {Class.ROSE, Class.LISTED}
DOWNWARD = {Class.FELL, Class.DELISTED}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sight:
    """One observation that can be trusted: our rank from 1, and whether we are named at all.

    A rank is None in a listing, and where a ranking does not name us: then it is unknown.
    """

    day: dt.date
    source: str
    basis: str
    rank: int | None
    named: bool

    @property
    def place(self) -> int | None:
        """What two observations of one basis are compared by, smaller is better; None unknown."""
        if self.basis == LineCardBasis.LISTING:
            return 0 if self.named else 1
        return self.rank


@dataclasses.dataclass(frozen=True, kw_only=True)
class Move:
    """The last two observations of one source and basis, and whether a later one took it back."""

    before: Sight
    now: Sight

    @property
    def kind(self) -> Class:
        """What happened between the two."""
        then, now = self.before.place, self.now.place
        if then is None or now is None:
            return Class.NOT_KNOWN
        if then == now:
            return Class.SAME
        if self.now.basis == LineCardBasis.LISTING:
            return Class.LISTED if now < then else Class.DELISTED
        return Class.ROSE if now < then else Class.FELL


@dataclasses.dataclass(frozen=True, kw_only=True)
class Card:
    """A line card with its observations of at least medium confidence, as known, oldest first.

    `money` is our trailing 12 months with the partner in the category, in reporting currency;
    None where no product of ours is of that family or line. `size` is all of them.
    """

    line_card: int
    public_id: str
    partner: int
    category: str
    ended: bool
    sights: tuple[Sight, ...]
    money: Decimal | None
    size: Decimal | None


class LineCardMove(Canary):
    """Our rank in a category rose or fell between two observations of the same kind."""

    name: ClassVar[str] = "line-card-move"
    question: ClassVar[str] = (
        "Have we lost or gained position on our partner's line cards (i.e. we are now #2 in"
        " supplier ranking)?"
    )
    seed: ClassVar[str] = "channel sales alignment, question 4"
    scope: ClassVar[Scope] = Scope.PRODUCT_LINE
    keeps: ClassVar[Keeps] = Keeps.EVENT
    limits: ClassVar[dict[str, Decimal]] = {"months_apart": Decimal(18), **SEVERITY_LIMITS}
    limit_labels: ClassVar[dict[str, str]] = {
        "months_apart": "Two observations are compared up to this many months apart",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Card]:
        """The line cards whose keys lie from `first` to `last`, with what was seen of them."""
        params = {
            "as_of": night.as_of,
            "first": first,
            "last": last,
            "prospect": Status.PROSPECT,
            "ended": Status.ENDED,
            **night.rate_params,
        }
        with connection.cursor() as cursor:
            cursor.execute(FACTS, params)
            rows = cursor.fetchall()
            moved = [(row[0], row[2], row[3]) for row in rows if _moves(_sights(row[5]))]
            cursor.execute(MONEY, {**params, **_category_params(night, moved)})
            at_stake = dict(cursor.fetchall())
        known = sizes(night, {partner for _, partner, _ in moved})
        for line_card, public_id, partner, category, ended, sights in rows:
            yield Card(
                line_card=line_card,
                public_id=str(public_id),
                partner=partner,
                category=category,
                ended=ended,
                sights=_sights(sights),
                money=at_stake.get(line_card),
                size=known.get(partner),
            )

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """The move of each line card, and with it the end of a move the other way."""
        for card in self.facts(night, first, last):
            verdict = self.judge(card, night, limits)
            yield verdict
            if verdict.direction and took_back(card, night.as_of, limits):
                yield dataclasses.replace(
                    verdict,
                    direction=_other(verdict.direction),
                    outcome=Outcome.CLEARS,
                    evidence={**verdict.evidence, "end_reason": "our place came back"},
                )

    def judge(self, facts: Card, night: Night, limits: Limits) -> Verdict:
        """Which way our place moved, if every source that moved says the same."""
        kind, moves = classify(facts, night.as_of, limits)
        down = kind not in UPWARD
        moved = kind in UPWARD | DOWNWARD
        return Verdict(
            scope=Scope.PRODUCT_LINE,
            subject=facts.line_card,
            partners=(facts.partner,),
            direction=(Direction.DOWN if down else Direction.UP) if moved else None,
            nature=Nature.RISK if down else Nature.OPPORTUNITY,
            outcome=outcome_of(kind, ended=facts.ended),
            finding_class=kind,
            severity=severity_of(facts.money, night.channel, limits),
            value=None,
            money=facts.money if moved else None,
            partner_size=facts.size,
            evidence=_evidence(kind, facts, moves, night, limits),
        )

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """From which rank to which."""
        category, moves = evidence["category"], evidence["moves"]
        match finding_class:
            case Class.ROSE | Class.FELL:
                turn = "Up" if finding_class == Class.ROSE else "Down"
                ranks = f"from #{moves[0]['before']} to #{moves[0]['now']}"
                return f"{turn} {ranks} on the line card for {category}"
            case Class.LISTED | Class.DELISTED:
                word = "Listed" if finding_class == Class.LISTED else "No longer listed"
                return f"{word} for {category}"
        return f"{Class(finding_class).label}: {category}"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """An event: only its reversal or a person ends it."""
        if finding_class in UPWARD:
            return "It ends when we lose the place again, or when somebody closes it."
        return "It ends when our place comes back, or when somebody closes it."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The observations that were compared, source by source."""
        rows = tuple(
            (
                text(move["source"]),
                text(LineCardBasis(move["basis"]).label),
                day(move["from"]),
                text(_place(move["before"], move["basis"])),
                day(move["to"]),
                text(_place(move["now"], move["basis"])),
            )
            for move in evidence["moves"]
        )
        head = ("Source", "Basis", "Seen", "Our place", "Seen again", "Our place then")
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="Observations compared", head=head, rows=rows) if rows else None,
            figures=(("Category", Cell("text", evidence["category"])),),
        )

    def judged_partners(self) -> str:
        """Partners of whom somebody has looked at a line card twice, the last time not long ago."""
        return f"{super().judged_partners()} AND finding_class <> '{Class.AGED}'"


def _moves(sights: Sequence[Sight]) -> list[Move]:
    """The last two observations of each source and basis."""
    found: dict[tuple[str, str], list[Sight]] = {}
    for sight in sights:
        found.setdefault((sight.source.lower(), sight.basis), []).append(sight)
    return [Move(before=seen[-2], now=seen[-1]) for seen in found.values() if len(seen) > 1]


def moves_of(card: Card, limits: Limits) -> list[Move]:
    """The moves whose observations are at most 18 calendar months apart, the newest first."""
    apart = int(limits["months_apart"])
    near = [
        move
        for move in _moves(card.sights)
        if move.before.day >= months.months_before(move.now.day, apart)
    ]
    return sorted(near, key=lambda move: (move.now.day, move.now.source), reverse=True)


def classify(card: Card, as_of: dt.date, limits: Limits) -> tuple[Class, list[Move]]:
    """What the sources together say, with the moves that say it. Unknown is not lost."""
    known = [move for move in moves_of(card, limits) if move.kind is not Class.NOT_KNOWN]
    oldest = months.months_before(as_of, int(limits["months_apart"]))
    moves = [move for move in known if move.now.day > oldest]
    if not moves:
        return (Class.AGED if known else Class.NOT_KNOWN), []
    rose = [move for move in moves if move.kind in UPWARD]
    fell = [move for move in moves if move.kind in DOWNWARD]
    if rose and fell:
        return Class.DISAGREE, moves
    moved = rose or fell
    return (moved[0].kind, moved) if moved else (Class.SAME, moves)


def took_back(card: Card, as_of: dt.date, limits: Limits) -> bool:
    """Whether the newest move brought our place back to where an earlier one took it from."""
    _, moves = classify(card, as_of, limits)
    return any(_is_reversal(card, move) for move in moves if move.kind in UPWARD | DOWNWARD)


def _is_reversal(card: Card, move: Move) -> bool:
    """Whether an earlier move of the same source and basis went the other way, and all the way."""
    same = [
        sight.place
        for sight in card.sights
        if (sight.source.lower(), sight.basis) == (move.now.source.lower(), move.now.basis)
        and sight.place is not None
    ]
    up = move.kind in UPWARD
    now = same[-1]
    for earlier, later in pairwise(same[:-1]):
        turned = later > earlier if up else later < earlier
        back = now <= earlier if up else now >= earlier
        if turned and back:
            return True
    return False


def outcome_of(kind: Class, *, ended: bool) -> Outcome:
    """A move fires; sources that disagree, and what cannot be compared, say nothing."""
    if kind in UPWARD | DOWNWARD:
        return Outcome.HOLDS if ended else Outcome.FIRES
    return Outcome.QUIET if kind in {Class.SAME, Class.AGED} else Outcome.UNKNOWN


def _other(direction: Direction) -> Direction:
    return Direction.UP if direction == Direction.DOWN else Direction.DOWN


def _place(place: int | None, basis: str) -> str:
    if basis == LineCardBasis.LISTING:
        return "listed" if place == 0 else "not listed"
    return f"#{place}" if place is not None else "unknown"


def _evidence(
    kind: Class, card: Card, moves: list[Move], night: Night, limits: Limits
) -> dict[str, Any]:
    task = {}
    if kind is Class.DISAGREE:
        title = f"Clear up our place on the line card for {card.category}: sources disagree"
        task = {"task": title, "task_id": card.public_id}
    return evidence_of(
        night,
        limits,
        reason=_reason(kind, card, moves),
        category=card.category,
        moves=[
            {
                "source": move.now.source,
                "basis": move.now.basis,
                "from": str(move.before.day),
                "before": move.before.place,
                "to": str(move.now.day),
                "now": move.now.place,
            }
            for move in moves
        ],
        **task,
    )


def _reason(kind: Class, card: Card, moves: list[Move]) -> str:
    if kind in UPWARD | DOWNWARD:
        move = moves[0]
        places = [_place(sight.place, sight.basis) for sight in (move.before, move.now)]
        return (
            f"{move.now.source} has us {places[1]} on {move.now.day:%-d %B %Y}, after {places[0]}"
            f" on {move.before.day:%-d %B %Y}."
        )
    if kind is Class.DISAGREE:
        return "One source has us rising and another falling: find out before acting on either."
    return f"{kind.label}."


def _sights(found: str) -> tuple[Sight, ...]:
    return tuple(
        Sight(
            day=dt.date.fromisoformat(row["day"]),
            source=row["source"],
            basis=row["basis"],
            rank=row["rank"],
            named=row["named"],
        )
        for row in json.loads(found)
    )


def _category_params(night: Night, moved: list[tuple[int, int, str]]) -> dict[str, Any]:
    to = night.channel_to or months.last_closed(night.as_of)
    return {
        "cards": [card for card, _, _ in moved],
        "partners": [partner for _, partner, _ in moved],
        "categories": [category.lower() for _, _, category in moved],
        "from_day": months.add_months(to, -11),
        "to_day": months.last_day(to),
    }


# Line cards of partners that stand for themselves, and of those merged into them.
FACTS = """
SELECT card.id, card.public_id, root.id, card.category,
  coalesce(s.status = %(ended)s, false), seen.sights
FROM partners_linecard card
JOIN partners_partner p ON p.id = card.partner_id
JOIN partners_partner root
  ON root.id = CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END
LEFT JOIN partners_partnerstatus s ON s.partner_id = root.id AND s.valid @> %(as_of)s::date
JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_object('day', o.observed_on, 'source', o.source, 'basis', o.basis,
    'rank', us.rank, 'named', us.id IS NOT NULL) ORDER BY o.observed_on, o.id) AS sights
  FROM partners_linecardobservation o
  LEFT JOIN partners_linecardsupplier us ON us.observation_id = o.id AND us.ours
  WHERE o.line_card_id = card.id AND o.observed_on <= %(as_of)s AND o.known_on <= %(as_of)s
    AND o.confidence <> 'low'
) seen ON seen.sights IS NOT NULL
WHERE card.id BETWEEN %(first)s AND %(last)s AND s.status IS DISTINCT FROM %(prospect)s
ORDER BY card.id
"""

# Our trailing 12 months in the category: a product's family, or its line.
MONEY = """
WITH plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), wanted AS (
  SELECT * FROM unnest(%(cards)s::bigint[], %(partners)s::bigint[], %(categories)s::text[])
    AS w(card, partner, category)
), kind_of AS (
  SELECT wanted.card, wanted.partner, product.id AS product
  FROM wanted JOIN (
    SELECT own.id, lower(p.family) AS family, lower(l.name) AS line
    FROM sales_product own
    JOIN sales_product p
      ON p.id = CASE WHEN own.merged_on <= %(as_of)s THEN own.merged_into_id ELSE own.id END
    LEFT JOIN sales_productline l ON l.id = p.line_id
  ) product ON wanted.category IN (product.family, product.line)
), member AS (
  SELECT DISTINCT partner AS root, partner AS id FROM wanted
  UNION
  SELECT m.merged_into_id, m.id FROM partners_partner m
  JOIN wanted ON wanted.partner = m.merged_into_id AND m.merged_on <= %(as_of)s
), sold AS (
  SELECT member.root, line.product_id, line.currency, line.amount
  FROM member JOIN sales_line line ON line.reseller_id = member.id
  WHERE line.date BETWEEN %(from_day)s AND %(to_day)s AND line.known_on <= %(as_of)s
    AND (line.kind = 'sell-through' OR (line.kind = 'billing' AND line.distributor_id IS NULL))
  UNION ALL
  SELECT member.root, line.product_id, line.currency, line.amount
  FROM member JOIN sales_line line ON line.distributor_id = member.id
  WHERE line.date BETWEEN %(from_day)s AND %(to_day)s AND line.known_on <= %(as_of)s
    AND line.kind = 'billing'
)
SELECT kind_of.card, coalesce(sum(sold.amount * plan.rate), 0)
FROM kind_of
LEFT JOIN sold ON sold.root = kind_of.partner AND sold.product_id = kind_of.product
LEFT JOIN plan USING (currency)
GROUP BY kind_of.card
"""
