"""What was said about partners, counted: the facts behind satisfaction-decline."""

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from alerts.night import Night
from alerts.sizes import sizes
from channelhub.lib import months
from partners.lists import territories, tiers
from partners.models import Status
from satisfaction.rules.declines import Block, Scores
from satisfaction.rules.quarters import add_quarters, quarter_of
from satisfaction.rules.words import Cause, Respondent

BEFORE_QUARTERS = 8
RESPONDENTS, CAUSES = list(Respondent), list(Cause)
CHANNEL_POOL = ("channel", "")


class Question(NamedTuple):
    """Who answered about what."""

    respondent: str
    cause: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Series:
    """What respondents said about one cause, on one scale.

    Of one partner it is one block; of a `pool` (kind and name) each partner that has too few
    answers of its own is one, and so are answers about no partner. `partners` are the keys of the
    roots, `questions` how many are judged at once of the same partner or pool. `money` is our
    trailing 12 months with the accounts that answered, in reporting currency; None is unknown.
    """

    subject: int
    question: Question
    scale: str
    blocks: tuple[Block, ...]
    partners: tuple[int, ...]
    pool: tuple[str, str] | None = None
    questions: int = 1
    size: Decimal | None = None
    money: Decimal | None = None


class Told(NamedTuple):
    """A row of the statement: one partner, or None, one question and one scale."""

    partner: int | None
    question: Question
    scale: str
    block: Block
    tier: str
    territory: str
    judged: bool

    @property
    def answers(self) -> int:
        """All its answers."""
        return self.block.before.n + self.block.recent.n


def told(night: Night) -> list[Told]:
    """What was said in the current quarter and the 9 before, as known then.

    Of each partner and question it is what was said on the scale that most answers are on.
    """
    current = quarter_of(night.as_of)
    params: dict[str, Any] = {
        "as_of": night.as_of,
        "first": add_quarters(current, -1 - BEFORE_QUARTERS),
        "previous": add_quarters(current, -1),
        "current": current,
        "prospect": Status.PROSPECT,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOLD, params)
        return [_told(row) for row in cursor.fetchall()]


def _told(row: tuple[Any, ...]) -> Told:
    partner, respondent, cause, scale, tier, territory, judged, *counted = row
    scores = [Scores(*counted[place : place + 3]) for place in (0, 3, 6)]
    return Told(
        partner=partner,
        question=Question(respondent, cause),
        scale=scale,
        block=Block(*scores),
        tier=tier,
        territory=territory,
        judged=judged,
    )


def pools_of(row: Told) -> Iterator[tuple[str, str]]:
    """The pools that a partner with too few answers counts in."""
    yield CHANNEL_POOL
    if row.tier:
        yield "tier", row.tier
    if row.territory:
        yield "region", row.territory


def pooled(rows: Iterable[Told]) -> Iterator[Series]:
    """Partners that have too few answers of their own, by tier, region and channel."""
    found: dict[tuple[tuple[str, str], Question], list[Told]] = defaultdict(list)
    for row in rows:
        for pool in pools_of(row):
            found[pool, row.question].append(row)
    for (pool, question), members in found.items():
        scale = most_used(members)
        same = [row for row in members if row.scale == scale]
        yield Series(
            subject=pool_key(pool, question),
            question=question,
            scale=scale,
            blocks=tuple(row.block for row in same),
            partners=tuple(sorted(row.partner for row in same if row.partner is not None)),
            pool=pool,
        )


def most_used(rows: Iterable[Told]) -> str:
    """The scale that most answers are on."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.scale] += row.answers
    return max(sorted(counts), key=lambda scale: counts[scale])


# --- Subjects ----------------------------------------------------------------------------------

# A partner's series has no record of its own: its key is the partner's, and its question.
PER_PARTNER = 16


def series_key(partner: int, question: Question) -> int:
    """The key of what respondents say about a cause at a partner."""
    respondent = RESPONDENTS.index(Respondent(question.respondent))
    return partner * PER_PARTNER + respondent * len(CAUSES) + CAUSES.index(Cause(question.cause))


def series_of(key: int) -> tuple[int, Question]:
    """The partner and the question of a key."""
    partner, rest = divmod(key, PER_PARTNER)
    respondent, cause = divmod(rest, len(CAUSES))
    return partner, Question(RESPONDENTS[respondent], CAUSES[cause])


def pool_key(pool: tuple[str, str], question: Question) -> int:
    """The key of a pool, drawn from its name: never negative, within the range of all subjects."""
    text = "\0".join((*pool, *question)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest()) & (2**62 - 1)


def pool_names(keys: Collection[int]) -> dict[int, str]:
    """The names of pools by their keys."""
    wanted = set(keys)
    pools = [CHANNEL_POOL, *(("tier", name) for name, _ in tiers())]
    pools += [("region", name) for name, _ in territories()]
    questions = [Question(who, cause) for who in Respondent for cause in Cause]
    named = {pool_key(pool, each): pool_name(pool) for pool in pools for each in questions}
    return {key: name for key, name in named.items() if key in wanted}


def pool_name(pool: tuple[str, str]) -> str:
    """How people call a pool."""
    kind, name = pool
    return f"Partners of {kind} {name}" if name else "Partners with few answers"


# --- Money -------------------------------------------------------------------------------------


def with_money(night: Night, series: Iterable[Series]) -> list[Series]:
    """Series with our trailing 12 months with the accounts that answered in the two quarters.

    Of customers it is what they bought through the partner, unknown where no answer names one; of
    a partner's people it is what the partner bought. The public buys nothing that we know of.
    """
    found = list(series)
    partners = sorted({partner for each in found for partner in each.partners})
    known = sizes(night, partners)
    bought = _bought(night, partners) if partners else {}
    return [_weighed(each, known, bought) for each in found]


def _weighed(
    each: Series, known: dict[int, Decimal], bought: dict[tuple[int, str], Decimal]
) -> Series:
    size = _sum(known.get(partner) for partner in each.partners)
    money = None
    if each.question.respondent == Respondent.PARTNER:
        money = size
    elif each.question.respondent == Respondent.CUSTOMER:
        money = _sum(bought.get((partner, each.question.cause)) for partner in each.partners)
    return dataclasses.replace(each, size=size, money=money)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _bought(night: Night, partners: Collection[int]) -> dict[tuple[int, str], Decimal]:
    last = months.last_closed(night.as_of)
    params = {
        "as_of": night.as_of,
        "since": add_quarters(quarter_of(night.as_of), -1),
        "partners": list(partners),
        "first": months.add_months(last, -11),
        "last": last,
        **night.rate_params,
    }
    with connection.cursor() as cursor:
        cursor.execute(BOUGHT, params)
        return {(partner, cause): amount for partner, cause, amount in cursor.fetchall()}


# Answers to surveys and to the pulse as known then, each partner counted at its root.
SAID = """
SELECT partner_id, respondent, cause, scale, answered_on, score::bigint AS score, customer_id
FROM satisfaction_surveyanswer
WHERE known_on <= %(as_of)s AND (known_until IS NULL OR known_until > %(as_of)s)
UNION ALL
SELECT partner_id, 'partner', asked.cause, 'csat', answered_on, asked.score, NULL
FROM satisfaction_pulseanswer
CROSS JOIN LATERAL (VALUES ('not-stated', overall), ('product', product), ('support', support))
  AS asked(cause, score)
WHERE answered_on <= %(as_of)s AND asked.score IS NOT NULL
"""
WINDOWS = {
    "before": "answered_on < %(previous)s",
    "previous": "answered_on >= %(previous)s AND answered_on < %(current)s",
    "current": "answered_on >= %(current)s",
}
COUNTED = ",\n  ".join(
    f"count(*) FILTER (WHERE {when}), coalesce(sum(score) FILTER (WHERE {when}), 0)::bigint,"
    f" coalesce(sum(score * score) FILTER (WHERE {when}), 0)::bigint"
    for when in WINDOWS.values()
)
TOLD = f"""
WITH said AS ({SAID}), counted AS (
  SELECT CASE WHEN p.merged_on <= %(as_of)s THEN p.merged_into_id ELSE p.id END AS root,
    respondent, cause, scale, count(*) AS answers, array[{COUNTED}] AS scores
  FROM said LEFT JOIN partners_partner p ON p.id = said.partner_id
  WHERE answered_on BETWEEN %(first)s AND %(as_of)s
  GROUP BY 1, 2, 3, 4
), chosen AS (
  SELECT DISTINCT ON (root, respondent, cause) * FROM counted
  ORDER BY root, respondent, cause, answers DESC, scale
)
SELECT root, respondent, cause, scale, coalesce(tier.tier, ''), coalesce(place.territory, ''),
  root IS NOT NULL AND standing.status IS DISTINCT FROM %(prospect)s,
  {", ".join(f"scores[{place}]" for place in range(1, 10))}
FROM chosen
LEFT JOIN partners_partnertier tier
  ON tier.partner_id = root AND tier.valid @> %(as_of)s::date
LEFT JOIN LATERAL (SELECT territory FROM partners_partnerterritory t
  WHERE t.partner_id = root AND t.valid @> %(as_of)s::date ORDER BY territory LIMIT 1) place ON true
LEFT JOIN partners_partnerstatus standing
  ON standing.partner_id = root AND standing.valid @> %(as_of)s::date
ORDER BY root, respondent, cause
"""  # noqa: S608 - statements of our own

# What each customer that answered bought through the partner it answered about. Two-tier billing
# counts only where nothing was sold through (docs/decisions/0005).
BOUGHT = f"""
WITH said AS ({SAID}), plan AS (
  SELECT * FROM unnest(%(currencies)s::text[], %(rates)s::numeric[]) AS r(currency, rate)
), member AS (
  SELECT id AS root, id FROM partners_partner WHERE id = ANY(%(partners)s)
  UNION ALL
  SELECT merged_into_id, id FROM partners_partner
  WHERE merged_into_id = ANY(%(partners)s) AND merged_on <= %(as_of)s
), account AS (
  SELECT DISTINCT member.root, said.cause, said.customer_id
  FROM said JOIN member ON member.id = said.partner_id
  WHERE said.respondent = 'customer' AND said.customer_id IS NOT NULL
    AND said.answered_on BETWEEN %(since)s AND %(as_of)s
)
SELECT account.root, account.cause,
  coalesce(sum(s.amount * plan.rate), 0)
FROM account
LEFT JOIN (
  SELECT member.root, s.customer_id, s.currency, s.amount, s.measure = 'two-tier' AS two_tier,
    bool_or(s.measure = 'sold-through') OVER (PARTITION BY member.root, s.customer_id) AS sold
  FROM sales_customer_month s JOIN member ON member.id = s.partner_id
  WHERE s.known_on <= %(as_of)s AND s.month BETWEEN %(first)s AND %(last)s
) AS s ON s.root = account.root AND s.customer_id = account.customer_id
  AND NOT (s.two_tier AND s.sold)
LEFT JOIN plan ON plan.currency = s.currency
GROUP BY account.root, account.cause
"""  # noqa: S608
