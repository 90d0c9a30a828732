"""Appeals against rejections: in time, once, and decided by somebody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from deals.actions.appeals import appeal_until, decide_appeal, file_appeal
from deals.actions.reviewing import approve_deal, reject_deal
from deals.models import Appeal, Deal, LineState, Notice, RequestState
from deals.rules.states import State, Step
from partners.models import Partner


@pytest.fixture
def rejected(
    submitted: Callable[..., Deal], partner: Partner, partner_rep: User, manager: User
) -> Deal:
    deal = submitted(partner, partner_rep)
    return reject_deal(deal, code="too-early", text="No project yet.", acting_user=manager)


def test_it_is_filed_within_five_working_days(
    rejected: Deal, partner_rep: User, manager: User, clock: Any
) -> None:
    until = appeal_until(rejected)
    # From Monday morning to Monday morning: Saturday and Sunday are no working days.
    assert (until - clock.now).days == 7
    clock.now = until
    appeal = file_appeal(rejected, reason="There is a budget.", acting_user=partner_rep)
    assert appeal.state == RequestState.OPEN
    assert rejected.steps.filter(step=Step.APPEAL, text="There is a budget.").count() == 1
    assert Notice.objects.filter(to=manager, subject="An appeal was filed").count() == 1


def test_later_it_is_refused(rejected: Deal, partner_rep: User, clock: Any) -> None:
    clock.now = appeal_until(rejected)
    clock.turn(seconds=1)
    with pytest.raises(ValidationError, match="time to appeal is over"):
        file_appeal(rejected, reason="There is a budget.", acting_user=partner_rep)
    assert not Appeal.objects.exists()


def test_a_holiday_of_the_team_gives_a_day_more(rejected: Deal, clock: Any) -> None:
    assert rejected.team is not None
    before = appeal_until(rejected)
    rejected.team.holidays.create(day=clock.now.date().replace(day=5), name="Fair")
    assert (appeal_until(rejected) - before).days == 1


def test_only_what_is_rejected_is_appealed_and_once(
    rejected: Deal, submitted: Callable[..., Deal], partner: Partner, partner_rep: User
) -> None:
    waiting = submitted(partner, partner_rep, name="Quarrystone Hospital")
    with pytest.raises(ValidationError, match="Only a rejected"):
        file_appeal(waiting, reason="Hurry.", acting_user=partner_rep)
    file_appeal(rejected, reason="There is a budget.", acting_user=partner_rep)
    with pytest.raises(ValidationError, match="filed already"):
        file_appeal(rejected, reason="Again.", acting_user=partner_rep)


def test_whoever_rejected_does_not_decide(rejected: Deal, partner_rep: User, manager: User) -> None:
    appeal = file_appeal(rejected, reason="There is a budget.", acting_user=partner_rep)
    with pytest.raises(ValidationError, match="Somebody else decides"):
        decide_appeal(appeal, uphold=True, text="Right.", acting_user=manager)
    appeal.refresh_from_db()
    assert appeal.state == RequestState.OPEN


def test_upheld_it_is_reviewed_again_in_its_old_place(
    rejected: Deal, partner_rep: User, manager: User, other_manager: User, clock: Any
) -> None:
    complete = rejected.complete_at
    appeal = file_appeal(rejected, reason="There is a budget.", acting_user=partner_rep)
    clock.turn(days=2)
    with pytest.raises(ValidationError, match="Say why"):
        decide_appeal(appeal, uphold=True, text=" ", acting_user=other_manager)
    decide_appeal(appeal, uphold=True, text="There is.", acting_user=other_manager)
    rejected.refresh_from_db()
    assert (rejected.state, rejected.complete_at) == (State.UNDER_REVIEW, complete)
    assert rejected.due_at is not None
    assert (rejected.due_at - clock.now).days == 2
    line = rejected.lines.get()
    assert (line.state, line.code) == (LineState.UNDER_REVIEW, "")
    assert Notice.objects.filter(to=partner_rep, subject="Your appeal is decided").count() == 1
    assert approve_deal(rejected, acting_user=manager).state == State.APPROVED
    with pytest.raises(ValidationError, match="decided already"):
        decide_appeal(appeal, uphold=False, text="No.", acting_user=other_manager)


def test_refused_it_stays_rejected(rejected: Deal, partner_rep: User, other_manager: User) -> None:
    appeal = file_appeal(rejected, reason="There is a budget.", acting_user=partner_rep)
    decide_appeal(appeal, uphold=False, text="No order is planned.", acting_user=other_manager)
    rejected.refresh_from_db()
    assert rejected.state == State.REJECTED
    last = rejected.steps.first()
    assert last is not None
    assert (last.step, last.by) == (Step.DECIDE_APPEAL, other_manager)
