"""Our place on partners' line cards: what is compared, what is not, and what a move does."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import actions
from alerts.canaries.line_card_move import Card, Class, LineCardMove, Sight
from alerts.models import Alert, PartnerHealth
from alerts.night import Night
from alerts.verdicts import Direction, Nature, Outcome, Scope, Verdict
from partners.models import Action, LineCard, LineCardObservation, LineCardSupplier, Partner
from sales.models import Product

from .conftest import monthly

CANARY = LineCardMove()
NIGHT = Night(
    as_of=dt.date(2026, 6, 30), currency="USD", rates={"USD": Decimal(1)}, feeds={},
    channel=Decimal(1_000_000), channel_to=dt.date(2026, 6, 1),
)  # fmt: skip
ABSENT = -1
Make = Callable[..., Partner]


def seen(day: str, rank: int | None, source: str = "Call", basis: str = "revenue") -> Sight:
    named = rank != ABSENT
    place = None if basis == "listing" or not named else rank
    return Sight(
        day=dt.date.fromisoformat(day), source=source, basis=basis, rank=place, named=named
    )


def judged(*sights: Sight, ended: bool = False) -> Verdict:
    card = Card(
        line_card=1, public_id="5b6a7e0a-0000-4000-8000-000000000001", partner=7, category="Phones",
        ended=ended, sights=sights, money=Decimal(800), size=Decimal(5000),
    )  # fmt: skip
    return CANARY.judge(card, NIGHT, CANARY.limits)


@pytest.mark.parametrize(
    ("sights", "kind"),
    [
        ((), Class.NOT_KNOWN),
        ((seen("2026-05-01", 1),), Class.NOT_KNOWN),
        ((seen("2026-01-01", 2), seen("2026-05-01", 1)), Class.ROSE),
        ((seen("2026-01-01", 1), seen("2026-05-01", 2)), Class.FELL),
        ((seen("2026-01-01", 2), seen("2026-05-01", 2)), Class.SAME),
        # Another source, another basis: nothing to compare.
        ((seen("2026-01-01", 1), seen("2026-05-01", 2, "Survey")), Class.NOT_KNOWN),
        ((seen("2026-01-01", 1), seen("2026-05-01", 2, basis="preference")), Class.NOT_KNOWN),
        ((seen("2026-01-01", 1, "call"), seen("2026-05-01", 2, "CALL")), Class.FELL),
        # Unknown is not lost.
        ((seen("2026-01-01", 1), seen("2026-05-01", ABSENT)), Class.NOT_KNOWN),
        # A listing names us, or no longer does.
        (
            (seen("2026-01-01", 0, basis="listing"), seen("2026-05-01", ABSENT, basis="listing")),
            Class.DELISTED,
        ),
        (
            (seen("2026-01-01", ABSENT, basis="listing"), seen("2026-05-01", 0, basis="listing")),
            Class.LISTED,
        ),
        # 18 calendar months apart, and a day more.
        ((seen("2024-11-01", 1), seen("2026-05-01", 2)), Class.FELL),
        ((seen("2024-10-31", 1), seen("2026-05-01", 2)), Class.NOT_KNOWN),
        # Seen last 18 months ago: it has aged.
        ((seen("2024-06-01", 1), seen("2024-12-30", 2)), Class.AGED),
        ((seen("2024-06-01", 1), seen("2024-12-31", 2)), Class.FELL),
    ],
)
def test_only_like_is_compared_with_like(sights: tuple[Sight, ...], kind: Class) -> None:
    assert judged(*sights).finding_class == kind


def test_sources_that_disagree_are_a_task_and_never_an_alert() -> None:
    verdict = judged(
        seen("2026-01-01", 1), seen("2026-01-01", 3, "Survey"),
        seen("2026-05-01", 2), seen("2026-05-01", 2, "Survey"),
    )  # fmt: skip
    assert (verdict.finding_class, verdict.outcome) == (Class.DISAGREE, Outcome.UNKNOWN)
    assert verdict.evidence["task_id"]


def test_a_move_has_a_direction_and_our_sales_there_at_stake() -> None:
    fell = judged(seen("2026-01-01", 1), seen("2026-05-01", 3))
    assert (fell.direction, fell.nature, fell.money) == (
        Direction.DOWN, Nature.RISK, Decimal(800)
    )  # fmt: skip
    assert CANARY.headline(Class.FELL, None, fell.evidence) == (
        "Down from #1 to #3 on the line card for Phones"
    )
    rose = judged(seen("2026-01-01", 3), seen("2026-05-01", 1))
    assert rose.nature == Nature.OPPORTUNITY
    assert judged(seen("2026-01-01", 1), seen("2026-05-01", 3), ended=True).outcome == Outcome.HOLDS


sights = st.lists(
    st.builds(
        seen,
        st.dates(dt.date(2024, 1, 1), dt.date(2026, 6, 30)).map(str),
        st.sampled_from([ABSENT, 1, 2, 3]),
        st.sampled_from(["Call", "Survey"]),
        st.sampled_from(["revenue", "preference", "listing"]),
    ),
    max_size=8,
)


@given(sights)
def test_every_history_has_a_verdict_that_explains_itself(found: list[Sight]) -> None:
    verdict = judged(*sorted(found, key=lambda sight: sight.day))
    told = CANARY.explain(verdict.finding_class, None, verdict.evidence)
    assert told.arithmetic
    assert CANARY.headline(verdict.finding_class, None, verdict.evidence)
    fires = verdict.outcome == Outcome.FIRES
    assert fires == (verdict.direction is not None)
    assert fires == bool(told.table and verdict.finding_class not in {Class.SAME, Class.DISAGREE})


# --- Through nights ----------------------------------------------------------------------------


def look(partner: Partner, day: str, rank: int | None, **more: Any) -> LineCardObservation:
    card, _ = LineCard.objects.get_or_create(partner=partner, category="Phones")
    when = dt.date.fromisoformat(day)
    facts = {"observed_on": when, "known_on": when, "source": "Call", "basis": "revenue"}
    row: LineCardObservation = LineCardObservation.objects.create(
        line_card=card, **{**facts, **more}
    )
    if rank:
        LineCardSupplier.objects.create(observation=row, rank=rank, name="We", ours=True)
    return row


def judge(day: str) -> None:
    actions.recompute(dt.date.fromisoformat(day))


def open_directions() -> set[str]:
    found = Alert.objects.open().filter(canary=CANARY.name)
    return set(found.values_list("direction", flat=True))


def test_a_fall_is_an_event_and_coming_back_reverses_it(partner: Partner) -> None:
    look(partner, "2026-01-05", 1)
    look(partner, "2026-02-05", 3)
    judge("2026-02-05")
    assert open_directions() == {Direction.DOWN}
    # Half-way back is a chance of its own, and the fall has not healed.
    look(partner, "2026-03-05", 2)
    judge("2026-03-05")
    assert Direction.UP in open_directions()
    fall = Alert.objects.get(canary=CANARY.name, direction=Direction.DOWN)
    assert fall.ended_on is None
    look(partner, "2026-04-05", 1)
    judge("2026-04-05")
    fall.refresh_from_db()
    assert fall.ended_on == dt.date(2026, 4, 5)
    assert fall.end_reason == "our place came back"


def test_low_confidence_moves_nothing(partner: Partner) -> None:
    look(partner, "2026-01-05", 1)
    look(partner, "2026-02-05", 3, confidence="low")
    judge("2026-02-05")
    assert not Alert.objects.exists()


def test_what_was_learnt_late_was_not_known_then(partner: Partner) -> None:
    look(partner, "2026-01-05", 1)
    look(partner, "2026-02-05", 3, known_on=dt.date(2026, 3, 1))
    judge("2026-02-28")
    assert not Alert.objects.exists()
    judge("2026-03-01")
    assert open_directions() == {Direction.DOWN}


def test_disagreeing_sources_make_one_task_for_the_manager(partner: Partner) -> None:
    for source, then, now in (("Call", 1, 2), ("Survey", 3, 2)):
        look(partner, "2026-01-05", then, source=source)
        look(partner, "2026-02-05", now, source=source)
    judge("2026-02-05")
    judge("2026-02-06")
    task = Action.objects.get()
    assert task.owner == partner.managers.get().manager
    assert task.due_on == dt.date(2026, 2, 19)
    assert "Phones" in task.title
    assert not Alert.objects.exists()


def test_at_stake_are_our_sales_in_the_category(
    make_known: Make, sell: Callable[..., None]
) -> None:
    partner = make_known("A")
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    Product.objects.update(family="phones")
    look(partner, "2025-11-05", 1)
    look(partner, "2025-12-05", 2)
    judge("2025-12-31")
    alert = Alert.objects.get(canary=CANARY.name)
    assert alert.money == Decimal(1200)
    assert alert.scope == Scope.PRODUCT_LINE
    assert alert.partners.get() == partner


@pytest.mark.parametrize(("merged_on", "money"), [("2025-12-31", 1200), ("2026-01-01", 0)])
def test_a_merged_product_counts_in_the_family_of_its_root_from_the_day_of_the_merge(
    merged_on: str, money: int, make_known: Make, sell: Callable[..., None]
) -> None:
    partner = make_known("A")
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    root = Product.objects.create(sku="ROOT", name="Root", family="Phones")
    Product.objects.exclude(pk=root.pk).update(merged_into=root, merged_on=merged_on)
    look(partner, "2025-11-05", 1)
    look(partner, "2025-12-05", 2)
    judge("2025-12-31")
    assert Alert.objects.get(canary=CANARY.name).money == Decimal(money)


def test_a_category_of_no_product_of_ours_is_worth_an_unknown_sum(partner: Partner) -> None:
    look(partner, "2025-11-05", 1)
    look(partner, "2025-12-05", 2)
    judge("2025-12-31")
    assert Alert.objects.get(canary=CANARY.name).money is None


def test_an_old_look_is_no_knowledge(partner: Partner) -> None:
    look(partner, "2024-01-05", 1)
    look(partner, "2024-02-05", 2)
    judge("2024-02-05")
    assert PartnerHealth.objects.current().get().judged == [CANARY.name]
    judge("2025-08-05")
    assert PartnerHealth.objects.current().get().judged == []
    assert Alert.objects.archived().count() == 1
