"""The five questions of the first text, asked of the whole channel."""

import dataclasses
from decimal import Decimal
from typing import Any

from django.db import connection, models

from alerts.canaries import CANARIES, Canary
from alerts.canaries.key_customer_lost import Class as CustomerClass
from alerts.canaries.key_customer_lost import KeyCustomerLost
from alerts.canaries.key_talent_loss import KeyTalentLoss
from alerts.canaries.line_card_move import LineCardMove
from alerts.canaries.our_sales_shift import OurSalesShift
from alerts.canaries.own_sales_shift import OwnSalesShift
from alerts.models import Run

QUESTIONS: tuple[type[Canary], ...] = (
    OwnSalesShift,
    OurSalesShift,
    KeyCustomerLost,
    LineCardMove,
    KeyTalentLoss,
)
# Yes where moving partners hold this part of channel revenue; no only where this part is judged.
YES_FROM = Decimal("0.05")
NO_FROM = Decimal("0.5")


class Reply(models.TextChoices):
    """What a question is answered with. Without data it is never a no."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_KNOWN = "not known", "Not known"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one question: how many of how many were judged, and how many moved.

    `moving_share` is the part of channel revenue that moving partners hold, `without_share` the
    part of which nothing is known; both are fractions, None where there is no revenue. They weigh
    partners by the larger of our last 12 months with them and the 12 before.
    """

    number: int
    canary: Canary
    reply: Reply
    what: str
    judged: int
    of: int
    moving: int
    moving_share: Decimal | None
    without_share: Decimal | None


def reply_of(moving_share: Decimal | None, judged_share: Decimal | None) -> Reply:
    """Yes from 5% of channel revenue on; no where at least half was judged; else not known."""
    if moving_share is not None and moving_share >= YES_FROM:
        return Reply.YES
    enough = judged_share is not None and judged_share >= NO_FROM
    return Reply.NO if enough else Reply.NOT_KNOWN


def five_questions() -> list[Answer]:
    """The answers as the newest night has them; none before the first."""
    run = Run.objects.newest()
    if run is None:
        return []
    rows = _partners()
    answers = []
    for number, canary in enumerate(QUESTIONS, start=1):
        if canary is KeyCustomerLost:
            answers.append(_customers(number, run, rows.get(canary.name)))
        else:
            answers.append(_answer(number, CANARIES[canary.name], rows.get(canary.name)))
    return answers


def _answer(number: int, canary: Canary, row: tuple[Any, ...] | None) -> Answer:
    of, judged, moving, weight, weight_judged, weight_moving = row or (0, 0, 0, 0, 0, 0)
    moving_share = _part(weight_moving, weight)
    judged_share = _part(weight_judged, weight)
    return Answer(
        number=number,
        canary=canary,
        reply=reply_of(moving_share, judged_share),
        what="partners",
        judged=judged,
        of=of,
        moving=moving,
        moving_share=moving_share,
        without_share=None if judged_share is None else 1 - judged_share,
    )


def _customers(number: int, run: Run, row: tuple[Any, ...] | None) -> Answer:
    """Whether a customer that mattered was lost; unknown where lines name no customer."""
    with connection.cursor() as cursor:
        cursor.execute(KEY_CUSTOMERS, {"run": run.pk, "lost": CustomerClass.LOST})
        of, judged, lost = cursor.fetchone()
    _, _, _, weight, weight_judged, _ = row or (0, 0, 0, 0, 0, 0)
    judged_share = _part(weight_judged, weight)
    return Answer(
        number=number,
        canary=CANARIES[KeyCustomerLost.name],
        reply=Reply.YES if lost else reply_of(None, judged_share),
        what="customers that matter",
        judged=judged,
        of=of,
        moving=lost,
        moving_share=None,
        without_share=None if judged_share is None else 1 - judged_share,
    )


def _part(part: Any, whole: Any) -> Decimal | None:
    return Decimal(part or 0) / Decimal(whole) if whole else None


def _partners() -> dict[str, tuple[Any, ...]]:
    names = [canary.name for canary in QUESTIONS]
    with connection.cursor() as cursor:
        cursor.execute(PARTNERS, {"canaries": names})
        return {
            name: (int(of), int(judged), int(moving), *weights)
            for name, of, judged, moving, *weights in cursor.fetchall()
        }


# Partners differ in few ways in what was judged and what moves: those are counted first.
PARTNERS = """
WITH alike AS (
  SELECT judged, moving, count(*) AS partners,
    sum(greatest(coalesce(sales_12, 0), coalesce(sales_prior_12, 0), 0)) AS weight
  FROM alerts_partnerhealth WHERE current GROUP BY judged, moving
)
SELECT asked.canary, sum(partners),
  coalesce(sum(partners) FILTER (WHERE asked.canary = ANY(judged)), 0),
  coalesce(sum(partners) FILTER (WHERE asked.canary = ANY(moving)), 0),
  sum(weight),
  sum(weight) FILTER (WHERE asked.canary = ANY(judged)),
  sum(weight) FILTER (WHERE asked.canary = ANY(moving))
FROM alike CROSS JOIN unnest(%(canaries)s::text[]) AS asked(canary)
GROUP BY asked.canary
"""

KEY_CUSTOMERS = """
SELECT count(*), count(*) FILTER (WHERE outcome <> 'unknown'),
  count(*) FILTER (WHERE outcome = 'fires' AND finding_class = %(lost)s)
FROM alerts_finding WHERE run_id = %(run)s AND canary = 'key-customer-lost'
"""
