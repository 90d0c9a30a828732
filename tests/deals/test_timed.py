"""What time does to registrations: once each, whatever the beat does."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Organisation, User
from deals.actions import notices, progress, reviewing, timed
from deals.actions.direct import log_direct
from deals.models import Deal, Ground, Notice, Protection
from deals.rules.states import State, Step
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]


def tick() -> None:
    """Two beats at once: the second finds nothing to do."""
    for _ in range(2):
        timed.keep_the_clock()
        timed.age_protections()


def happened(deal: Deal, what: Step) -> int:
    return int(deal.steps.filter(step=what).count())


def told(user: User, subject: str) -> int:
    return int(Notice.objects.filter(to=user, subject__startswith=subject).count())


@pytest.fixture
def waiting(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


@pytest.fixture
def approved(waiting: Deal, manager: User) -> Deal:
    return reviewing.approve_deal(waiting, acting_user=manager)


def live(deal: Deal, clock: Any) -> bool:
    return bool(Protection.objects.on(clock.now.date()).filter(deal=deal).exists())


def test_after_one_working_day_it_is_escalated_once(
    waiting: Deal, manager: User, clock: Any
) -> None:
    clock.turn(hours=23, minutes=59)
    tick()
    assert happened(waiting, Step.ESCALATE) == 0
    clock.turn(minutes=1)
    tick()
    assert happened(waiting, Step.ESCALATE) == 1
    assert told(manager, "Waits for a decision") == 1


def test_after_three_the_chief_is_told_and_it_is_protected_provisionally(
    waiting: Deal, chief: User, partner_rep: User, clock: Any
) -> None:
    clock.turn(days=3)
    tick()
    assert happened(waiting, Step.MISS) == 1
    assert told(chief, "Decision late") == 1
    assert told(partner_rep, "Protected provisionally") == 1
    assert Protection.objects.get().ground == Ground.PROVISIONAL
    waiting.refresh_from_db()
    assert waiting.state == State.SUBMITTED


def test_nothing_is_protected_provisionally_where_another_registers_too(
    waiting: Deal,
    submitted: Make,
    other_partner: Partner,
    other_partner_admin: User,
    clock: Any,
) -> None:
    submitted(other_partner, other_partner_admin)
    clock.turn(days=3)
    tick()
    assert happened(waiting, Step.MISS) == 1
    assert not Protection.objects.exists()


def test_nor_where_our_own_sales_works(
    waiting: Deal, direct: User, storage: ProductLine, clock: Any
) -> None:
    log_direct(
        customer=waiting.customer, product_line=storage, acting_user=direct,
        account_name="Fenwick Mills",
    )  # fmt: skip
    clock.turn(days=3)
    tick()
    assert not Protection.objects.exists()


def test_an_approval_takes_the_place_of_provisional_protection(
    waiting: Deal, manager: User, clock: Any
) -> None:
    clock.turn(days=3)
    tick()
    clock.turn(days=1)
    reviewing.approve_deal(waiting, acting_user=manager)
    day = clock.now.date()
    (row,) = Protection.objects.on(day)
    assert row.ground == Ground.APPROVAL
    assert row.during.upper == day + dt.timedelta(days=90)


def test_the_clock_stands_still_while_a_question_waits(
    waiting: Deal, manager: User, clock: Any
) -> None:
    reviewing.ask(waiting, question="Which site?", acting_user=manager)
    clock.turn(days=4)
    tick()
    assert happened(waiting, Step.ESCALATE) == happened(waiting, Step.MISS) == 0


@pytest.mark.parametrize("left", [30, 14, 7, 1])
def test_reminders_come_so_many_days_before_the_end(
    approved: Deal, partner_rep: User, clock: Any, left: int
) -> None:
    clock.turn(days=89 - left)
    before = told(partner_rep, "Protection ends")
    tick()
    assert told(partner_rep, "Protection ends") == before + 1
    assert told(partner_rep, "Protection ends on 30 May 2026") == before + 1


def test_after_a_long_silence_of_the_beat_one_reminder_comes_not_four(
    approved: Deal, partner_rep: User, clock: Any
) -> None:
    clock.turn(days=87)
    tick()
    assert told(partner_rep, "Protection ends") == 1


def test_protection_expires_the_day_after_its_last(
    approved: Deal, manager: User, partner_rep: User, clock: Any
) -> None:
    for _ in range(3):
        clock.turn(days=29)
        progress.update_progress(approved, text="Alive.", acting_user=partner_rep)
    clock.turn(days=2)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.APPROVED
    clock.turn(days=1)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.EXPIRED
    assert happened(approved, Step.EXPIRE) == 1
    assert not live(approved, clock)


def test_the_organisations_days_count(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    Organisation.objects.update(time_zone="Pacific/Auckland")
    deal = submitted(partner, partner_rep)
    clock.turn(hours=6)  # 15:00 UTC is the next day in Auckland
    reviewing.approve_deal(deal, acting_user=manager)
    assert Protection.objects.get().during.lower == dt.date(2026, 3, 3)


def test_a_pending_extension_keeps_it_alive_and_a_refusal_ends_it(
    approved: Deal, manager: User, partner_rep: User, clock: Any
) -> None:
    clock.turn(days=85)
    request = progress.ask_extension(approved, reason="The board.", acting_user=partner_rep)
    clock.turn(days=10)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.APPROVED
    assert live(approved, clock)
    progress.decide_extension(request, grant=False, text="No.", acting_user=manager)
    assert not live(approved, clock)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.EXPIRED


def test_a_request_that_nobody_answers_protects_for_as_long_as_it_waits(
    approved: Deal,
    submitted: Make,
    other_partner: Partner,
    other_partner_admin: User,
    manager: User,
    partner_rep: User,
    clock: Any,
) -> None:
    clock.turn(days=85)
    request = progress.ask_extension(approved, reason="The board.", acting_user=partner_rep)
    for _ in range(6):
        clock.turn(days=10)
        tick()
        progress.update_progress(approved, text="Alive.", acting_user=partner_rep)
    assert live(approved, clock)
    other = submitted(other_partner, other_partner_admin)
    with pytest.raises(Exception, match="Another registration holds"):
        reviewing.approve_deal(other, acting_user=manager)
    progress.decide_extension(request, grant=True, acting_user=manager)
    day = clock.now.date()
    last = max(row.during.upper for row in Protection.objects.all())
    assert last == day + dt.timedelta(days=30)


def test_granted_it_lasts_thirty_days_more_and_once(
    approved: Deal, manager: User, partner_rep: User, clock: Any
) -> None:
    request = progress.ask_extension(approved, reason="The board.", acting_user=partner_rep)
    progress.decide_extension(request, grant=True, acting_user=manager)
    assert max(row.during.upper for row in Protection.objects.all()) == dt.date(2026, 6, 30)
    with pytest.raises(Exception, match="asked for already"):
        progress.ask_extension(approved, reason="Again.", acting_user=partner_rep)


def test_nobody_else_slips_in_behind_a_pending_extension(
    approved: Deal,
    submitted: Make,
    other_partner: Partner,
    other_partner_admin: User,
    partner_rep: User,
    manager: User,
    clock: Any,
) -> None:
    clock.turn(days=85)
    progress.ask_extension(approved, reason="The board.", acting_user=partner_rep)
    clock.turn(days=7)
    other = submitted(other_partner, other_partner_admin)
    with pytest.raises(Exception, match="Another registration holds"):
        reviewing.approve_deal(other, acting_user=manager)


def test_silence_is_asked_about_announced_and_ends_in_release(
    approved: Deal, partner_rep: User, manager: User, clock: Any
) -> None:
    clock.turn(days=19, hours=23)
    tick()
    assert happened(approved, Step.SILENCE) == 0
    clock.turn(hours=1)
    tick()
    assert happened(approved, Step.SILENCE) == 1
    clock.turn(days=18)
    tick()
    assert happened(approved, Step.NOTICE) == 1
    clock.turn(days=6, hours=23)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.APPROVED
    clock.turn(hours=1)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.RELEASED
    assert not live(approved, clock)
    assert told(partner_rep, "Protection released") == told(manager, "Protection released") == 1


def test_after_a_dead_beat_the_notice_still_comes_seven_days_before(
    approved: Deal, clock: Any
) -> None:
    clock.turn(days=60)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.APPROVED
    assert happened(approved, Step.NOTICE) == 1
    clock.turn(days=7)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.RELEASED


def test_a_sign_of_life_begins_the_count_anew(
    approved: Deal, partner_rep: User, clock: Any
) -> None:
    clock.turn(days=40)
    tick()
    progress.update_progress(approved, text="A quote is out.", acting_user=partner_rep)
    clock.turn(days=10)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.APPROVED
    assert approved.notice_at is None


def test_a_failure_in_the_middle_leaves_the_rest_and_is_done_later(
    approved: Deal,
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    manager: User,
    network: ProductLine,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = submitted(partner, partner_rep, lines={network: 3})
    reviewing.approve_deal(other, acting_user=manager)
    clock.turn(days=91)
    write = notices.tell_partner

    def fail_for_one(deal: Deal, *args: Any) -> None:
        if deal.pk == approved.pk:
            raise RuntimeError("the power went")
        write(deal, *args)

    monkeypatch.setattr(timed, "tell_partner", fail_for_one)
    timed.age_protections()
    states = dict(Deal.objects.values_list("pk", "state"))
    assert states == {approved.pk: State.APPROVED, other.pk: State.EXPIRED}
    monkeypatch.setattr(timed, "tell_partner", write)
    tick()
    approved.refresh_from_db()
    assert approved.state == State.EXPIRED
    assert happened(approved, Step.EXPIRE) == 1


def test_growth_of_a_quarter_is_reviewed_and_less_is_not(
    approved: Deal, partner_rep: User, storage: ProductLine
) -> None:
    progress.amend(approved, lines={storage: Decimal("62499.99")}, acting_user=partner_rep)
    line = approved.lines.get()
    assert (line.state, line.amount) == ("approved", Decimal("62499.99"))
    progress.amend(approved, lines={storage: Decimal("78124.9875")}, acting_user=partner_rep)
    line.refresh_from_db()
    assert (line.state, line.proposed_amount) == ("under-review", Decimal("78124.9875"))
    assert line.amount == Decimal("62499.99")


def test_taken_back_on_its_first_day_it_protects_no_day(approved: Deal, partner_rep: User) -> None:
    progress.withdraw(approved, acting_user=partner_rep)
    assert Protection.objects.get().during == DateRange(empty=True)


def test_a_beat_touches_only_what_is_due(
    approved: Deal, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else many that are merely near their end keep the beat from reaching the others."""
    touched: list[str] = []
    each = timed._each

    def noted(deals: Any, act: Any) -> None:
        touched.extend(act.__name__ for _ in deals)
        each(deals, act)

    monkeypatch.setattr(timed, "_each", noted)
    clock.turn(days=62)
    timed.age_protections()
    assert touched == ["_remind", "_silence"]
    touched.clear()
    clock.turn(days=1)
    timed.age_protections()
    assert touched == []
