"""Every step of a registration from every state: legal ones lead on, others change nothing."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from deals.actions import progress, reviewing
from deals.actions.drafts import submit_deal
from deals.actions.steps import locked, now, step
from deals.models import Deal, DealStep
from deals.rules.states import LEADS, IllegalStep, State, Step, after
from partners.models import Partner

# How a registration comes into a state: (who, what), from its submission on.
WAYS: dict[State, tuple[str, ...]] = {
    State.SUBMITTED: (),
    State.UNDER_REVIEW: ("take_up",),
    State.NEEDS_INFO: ("ask",),
    State.APPROVED: ("approve",),
    State.REJECTED: ("reject",),
    State.EXPIRED: ("approve", "expire"),
    State.RELEASED: ("approve", "release"),
    State.WON: ("approve", "win"),
    State.LOST: ("approve", "lose"),
    State.WITHDRAWN: ("withdraw",),
}


def verbs(ours: User, theirs: User) -> dict[str, Callable[[Deal], Any]]:
    def by_the_clock(what: Step) -> Callable[[Deal], Any]:
        def run(deal: Deal) -> None:
            with locked(deal, None) as mine:
                step(mine, what, by=None, at=now())

        return run

    def reopen(deal: Deal) -> None:
        with locked(deal, ours) as mine:
            step(mine, Step.REOPEN, by=ours, at=now())

    return {
        "submit": lambda deal: submit_deal(deal, acting_user=theirs),
        "take_up": lambda deal: reviewing.take_up(deal, acting_user=ours),
        "ask": lambda deal: reviewing.ask(deal, question="Who?", acting_user=ours),
        "answer": lambda deal: reviewing.answer(deal, text="We.", acting_user=theirs),
        "approve": lambda deal: reviewing.approve_deal(deal, acting_user=ours),
        "reject": lambda deal: reviewing.reject_deal(
            deal, code="too-early", text="Too early.", acting_user=ours
        ),
        "reopen": reopen,
        "expire": by_the_clock(Step.EXPIRE),
        "release": by_the_clock(Step.RELEASE),
        "win": lambda deal: progress.win_deal(deal, amount=Decimal(5), acting_user=theirs),
        "lose": lambda deal: progress.lose_deal(deal, reason="price", acting_user=theirs),
        "withdraw": lambda deal: progress.withdraw(deal, acting_user=theirs),
    }


STEP_OF = {"take_up": Step.TAKE_UP}
VERBS = (
    "submit", "take_up", "ask", "answer", "approve", "reject", "reopen", "expire", "release",
    "win", "lose", "withdraw",
)  # fmt: skip
CASES = [(state, verb) for state in WAYS for verb in VERBS]


def test_the_table_knows_every_verb() -> None:
    assert {STEP_OF.get(verb, verb) for verb in VERBS} == {each.value for each in LEADS}


@pytest.mark.parametrize(("state", "verb"), CASES)
def test_each_step_from_each_state(
    state: State,
    verb: str,
    submitted: Callable[..., Deal],
    partner: Partner,
    partner_rep: User,
    manager: User,
) -> None:
    deal = submitted(partner, partner_rep)
    does = verbs(manager, partner_rep)
    for name in WAYS[state]:
        does[name](deal)
    deal.refresh_from_db()
    assert deal.state == state
    what = Step(STEP_OF.get(verb, verb))
    came_from, leads_to = LEADS[what]
    before = list(Deal.objects.values())
    steps, protections = DealStep.objects.count(), list(deal.protections.values())
    if state in came_from:
        does[verb](deal)
        deal.refresh_from_db()
        assert deal.state == leads_to
        assert DealStep.objects.count() == steps + 1
        return
    with pytest.raises(IllegalStep):
        does[verb](deal)
    assert list(Deal.objects.values()) == before
    assert DealStep.objects.count() == steps
    assert list(deal.protections.values()) == protections


def test_an_illegal_step_says_where_the_registration_stands() -> None:
    with pytest.raises(IllegalStep, match="is won: it cannot be withdrawn now"):
        after(State.WON, Step.WITHDRAW)
