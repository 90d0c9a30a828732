"""A registration from its submission to a decision."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from deals.actions import reviewing
from deals.actions.drafts import begin_draft, discard_draft, save_draft, submit_deal
from deals.actions.protecting import AlreadyProtected
from deals.models import Deal, DealRole, LineState, Notice, Protection, ReviewTeam
from deals.rules.states import IllegalStep, State, Step
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]


def test_a_submitted_registration_has_its_clock_its_rules_and_its_lead(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    deal = submitted(partner, partner_rep)
    assert deal.state == State.SUBMITTED
    assert deal.told_state == "Received, under review"
    assert deal.complete_at == clock.now
    assert deal.due_at == clock.now + dt.timedelta(days=2)
    assert deal.escalates_at == clock.now + dt.timedelta(days=1)
    assert deal.misses_at == clock.now + dt.timedelta(days=3)
    assert deal.rules is not None
    assert deal.rules.version == 1
    roles = {(role.user, role.leads) for role in DealRole.objects.filter(deal=deal)}
    assert roles == {(partner_rep, True), (manager, False)}


def test_what_is_missing_is_named_by_field(partner: Partner, partner_rep: User, clock: Any) -> None:
    deal = begin_draft(partner, acting_user=partner_rep, lines={}, account_name="Fenwick")
    with pytest.raises(ValidationError) as told:
        submit_deal(deal, acting_user=partner_rep)
    assert set(told.value.message_dict) == {
        "account_domain", "account_country", "expected_close", "effort", "product_line"
    }  # fmt: skip
    deal.refresh_from_db()
    assert deal.state == State.DRAFT


def test_a_submitted_registration_is_no_draft_any_more(
    submitted: Make, partner: Partner, partner_rep: User
) -> None:
    deal = submitted(partner, partner_rep)
    with pytest.raises(ValidationError, match="submitted already"):
        save_draft(deal, acting_user=partner_rep, effort="More")
    with pytest.raises(ValidationError, match="submitted already"):
        discard_draft(deal, acting_user=partner_rep)
    with pytest.raises(IllegalStep):
        submit_deal(deal, acting_user=partner_rep)


def test_a_draft_is_thrown_away_without_a_trace(
    draft: Make, partner: Partner, partner_rep: User
) -> None:
    discard_draft(draft(partner, partner_rep), acting_user=partner_rep)
    assert not Deal.objects.exists()


def test_approval_protects_each_line_for_ninety_days(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    deal = reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)
    protection = Protection.objects.get()
    today = clock.now.date()
    assert deal.state == State.APPROVED
    assert (protection.during.lower, protection.during.upper) == (
        today, today + dt.timedelta(days=90)
    )  # fmt: skip
    assert Notice.objects.filter(to=partner_rep, subject="Approved").count() == 1


def test_lines_are_approved_one_by_one(
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    manager: User,
    storage: ProductLine,
    network: ProductLine,
) -> None:
    deal = submitted(partner, partner_rep, lines={storage: 10, network: 20})
    one = deal.lines.get(product_line=storage)
    with pytest.raises(ValidationError, match="why the other lines"):
        reviewing.approve_deal(deal, lines=[one], acting_user=manager)
    reviewing.approve_deal(deal, lines=[one], code="not-authorised", acting_user=manager)
    states = dict(deal.lines.values_list("product_line__name", "state"))
    assert states == {"Storage": LineState.APPROVED, "Network": LineState.REJECTED}
    assert Protection.objects.get().product_line == storage


def test_the_second_approval_for_a_customer_and_line_stays_under_review(
    submitted: Make,
    partner: Partner,
    other_partner: Partner,
    partner_rep: User,
    other_partner_admin: User,
    manager: User,
) -> None:
    first = submitted(partner, partner_rep)
    second = submitted(other_partner, other_partner_admin)
    assert first.customer == second.customer
    reviewing.approve_deal(first, acting_user=manager)
    with pytest.raises(AlreadyProtected):
        reviewing.approve_deal(second, acting_user=manager)
    second.refresh_from_db()
    assert second.state == State.SUBMITTED
    assert Protection.objects.count() == 1


def test_tenders_are_approved_beside_each_other(
    submitted: Make,
    partner: Partner,
    other_partner: Partner,
    partner_rep: User,
    other_partner_admin: User,
    manager: User,
) -> None:
    for who, user in ((partner, partner_rep), (other_partner, other_partner_admin)):
        reviewing.approve_deal(submitted(who, user, tender=True), acting_user=manager)
    assert Protection.objects.filter(exclusive=False).count() == 2


def test_another_line_of_the_same_customer_is_free(
    submitted: Make,
    partner: Partner,
    other_partner: Partner,
    partner_rep: User,
    other_partner_admin: User,
    manager: User,
    network: ProductLine,
) -> None:
    reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)
    other = submitted(other_partner, other_partner_admin, lines={network: 5})
    assert reviewing.approve_deal(other, acting_user=manager).state == State.APPROVED


def test_a_rejection_has_a_code_and_a_sentence(
    submitted: Make, partner: Partner, partner_rep: User, manager: User
) -> None:
    deal = submitted(partner, partner_rep)
    with pytest.raises(ValidationError, match="Choose why"):
        reviewing.reject_deal(deal, code="", text="No.", acting_user=manager)
    with pytest.raises(ValidationError, match="sentence"):
        reviewing.reject_deal(deal, code="duplicate", text=" ", acting_user=manager)
    rejected = reviewing.reject_deal(
        deal, code="duplicate", text="Registered on 2 March.", acting_user=manager
    )
    assert rejected.state == State.REJECTED
    last = rejected.steps.first()
    assert last is not None
    assert (last.step, last.code, last.by) == (Step.REJECT, "duplicate", manager)


def test_an_answer_in_time_keeps_the_place_and_the_time_that_was_left(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    deal = submitted(partner, partner_rep)
    complete = deal.complete_at
    clock.turn(hours=36)
    reviewing.ask(deal, question="Which site?", acting_user=manager)
    clock.turn(days=2)
    answered = reviewing.answer(deal, text="Leeds.", acting_user=partner_rep)
    assert answered.complete_at == complete
    assert answered.due_at == clock.now + dt.timedelta(hours=12)
    assert answered.state == State.UNDER_REVIEW


def test_an_answer_too_late_counts_from_then_on(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    deal = submitted(partner, partner_rep)
    reviewing.ask(deal, question="Which site?", acting_user=manager)
    clock.turn(days=8)
    answered = reviewing.answer(deal, text="Leeds.", acting_user=partner_rep)
    assert answered.complete_at == clock.now
    assert answered.due_at == clock.now + dt.timedelta(days=2)


def test_the_team_of_the_country_reviews(
    submitted: Make, partner: Partner, partner_rep: User, team: ReviewTeam
) -> None:
    iberia = ReviewTeam.objects.create(name="Iberia", countries=["ES", "PT"], time_zone="UTC")
    assert submitted(partner, partner_rep, account_country="ES").team == iberia
    assert submitted(partner, partner_rep, account_country="FR").team == team
