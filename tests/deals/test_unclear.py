"""Why it is unclear who works something, now and as of a day."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Role, User
from customers.models import Customer, Level
from deals.actions import progress, reviewing
from deals.actions.direct import log_direct, touch_direct
from deals.models import Deal, DealRole, DirectOpportunity, RoleKind
from deals.unclear import Facts, Question, facts, why
from partners.actions.persons import add_person, record_departure
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]


def asked(question: Question | None = None) -> dict[tuple[str, int], Facts]:
    return {(each.kind, each.id): each for each in facts(question or Question.about_now())}


def reasons(record: Deal | DirectOpportunity, question: Question | None = None) -> set[str]:
    kind = "registration" if isinstance(record, Deal) else "direct"
    return set(asked(question)[kind, record.pk].reasons)


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


@pytest.fixture
def logged(deal: Deal, direct: User, storage: ProductLine) -> DirectOpportunity:
    """Our own, at the same customer for the same line."""
    return log_direct(
        customer=deal.customer, product_line=storage, acting_user=direct, account_name="Fenwick"
    )


def test_what_one_leads_and_nobody_else_touches_is_clear(deal: Deal, partner_rep: User) -> None:
    about = asked()["registration", deal.pk]
    assert about.reasons == ()
    assert about.lead_id == partner_rep.pk
    assert why(about) == []


def test_nobody_leads_once_the_role_is_over(deal: Deal, clock: Any) -> None:
    day = clock.turn(days=1).date()
    DealRole.objects.filter(deal=deal, leads=True).update(
        valid=DateRange(day - dt.timedelta(days=1), day)
    )
    assert reasons(deal) == {"nobody-leads"}
    assert reasons(deal, Question.as_of(day - dt.timedelta(days=1))) == set()


def test_a_direct_opportunity_on_the_same_customer_and_line_makes_two_leads(
    deal: Deal, logged: DirectOpportunity, network: ProductLine, direct: User
) -> None:
    elsewhere = log_direct(
        customer=deal.customer, product_line=network, acting_user=direct, account_name="Fenwick"
    )
    assert reasons(deal) == {"two-lead"}
    assert reasons(logged) == {"two-lead"}
    assert reasons(elsewhere) == set()
    told = "Two lead: 1 direct opportunity for the same customer and product line."
    assert why(asked()["registration", deal.pk]) == [told]


def test_a_site_counts_as_its_legal_entity(deal: Deal, direct: User, storage: ProductLine) -> None:
    site = Customer.objects.create(name="Mill 2", level=Level.SITE, parent=deal.customer)
    row = log_direct(customer=site, product_line=storage, acting_user=direct, account_name="Mill 2")
    assert reasons(deal) == {"two-lead"}
    assert reasons(row) == {"two-lead"}


def test_what_is_closed_makes_nothing_unclear(
    deal: Deal, logged: DirectOpportunity, direct: User
) -> None:
    touch_direct(logged, acting_user=direct, state="lost")
    assert reasons(deal) == set()
    assert ("direct", logged.pk) not in asked()


def test_registrations_overlap_and_those_of_one_tender_do_not(
    submitted: Make, deal: Deal, other_partner: Partner, other_partner_admin: User
) -> None:
    second = submitted(other_partner, other_partner_admin)
    assert reasons(deal) == reasons(second) == {"overlap"}
    Deal.objects.update(tender=True)
    assert reasons(deal) == reasons(second) == set()


@pytest.mark.parametrize(("days", "late"), [(1.99, False), (2.01, True)])
def test_a_decision_past_its_clock(deal: Deal, clock: Any, days: float, late: bool) -> None:  # noqa: FBT001 - pytest's table
    clock.turn(days=days)
    assert ("late" in reasons(deal)) is late


def test_the_clock_stands_still_while_the_partner_is_asked(
    deal: Deal, clock: Any, manager: User
) -> None:
    reviewing.ask(deal, question="When?", acting_user=manager)
    clock.turn(days=5)
    assert reasons(deal) == set()


@pytest.mark.parametrize(("days", "silent"), [(19, False), (20, True)])
def test_silence_of_twenty_days(
    deal: Deal,
    clock: Any,
    manager: User,
    days: int,
    silent: bool,  # noqa: FBT001 - pytest's table
) -> None:
    reviewing.approve_deal(deal, acting_user=manager)
    clock.turn(days=days)
    assert ("silent" in reasons(deal)) is silent


def test_our_own_is_silent_too(logged: DirectOpportunity, clock: Any, direct: User) -> None:
    clock.turn(days=21)
    assert "silent" in reasons(logged)
    touch_direct(logged, acting_user=direct)
    assert "silent" not in reasons(logged)


def test_a_lead_whose_account_is_closed_has_left(deal: Deal, partner_rep: User) -> None:
    User.objects.filter(pk=partner_rep.pk).update(is_active=False)
    assert reasons(deal) == {"lead-left"}


def test_a_lead_of_whom_we_learnt_that_they_left(
    deal: Deal, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    person = add_person(partner, name="Rolf", email=partner_rep.email.upper(), acting_user=manager)
    before = clock.now.date()
    clock.turn(days=1)
    record_departure(person, left_on=before, acting_user=manager)
    assert reasons(deal) == {"lead-left"}
    assert reasons(deal, Question.as_of(before)) == set()


def test_a_flag_stands_until_it_is_settled(
    deal: Deal, partner_rep: User, manager: User, clock: Any
) -> None:
    flag = progress.flag_unclear(deal, text="Who calls them?", acting_user=partner_rep)
    assert reasons(deal) == {"flagged"}
    assert why(asked()["registration", deal.pk]) == ["Flagged on 2 Mar 2026: Who calls them?"]
    flagged = clock.now.date()
    clock.turn(days=1)
    progress.settle_flag(flag, answer="Rolf does.", acting_user=manager)
    assert "flagged" not in reasons(deal)
    assert "flagged" in reasons(deal, Question.as_of(flagged))


def test_it_stands_as_of_a_day_as_it_stood_then(
    deal: Deal, partner_rep: User, manager: User, clock: Any
) -> None:
    """Late on Wednesday, asked on Thursday, answered late and so with a clock begun anew."""
    days = [clock.now.date() + dt.timedelta(days=n) for n in range(30)]
    clock.turn(days=3)
    reviewing.ask(deal, question="When?", acting_user=manager)
    clock.turn(days=20)
    reviewing.answer(deal, text="In May.", acting_user=partner_rep)
    clock.turn(days=1)
    reviewing.approve_deal(deal, acting_user=manager)
    clock.turn(days=2)
    progress.win_deal(deal, amount=Decimal(5), acting_user=partner_rep)
    assert ("registration", deal.pk) not in asked()

    then = {day: asked(Question.as_of(day)).get(("registration", deal.pk)) for day in days}
    told = {day: (row.state, set(row.reasons)) for day, row in then.items() if row}
    assert told[days[0]] == ("submitted", set())
    assert told[days[1]] == ("submitted", set())
    assert told[days[2]] == ("submitted", {"late"})
    assert told[days[3]] == ("needs-info", set())
    assert told[days[22]] == ("needs-info", {"silent"})
    assert told[days[23]] == ("under-review", set())
    assert told[days[24]] == ("approved", set())
    assert set(told) == set(days[:26])


def test_our_own_of_another_owner_without_account_is_led_by_name(
    logged: DirectOpportunity,
) -> None:
    DirectOpportunity.objects.update(owner=None, owner_name="Kim")
    assert "nobody-leads" not in reasons(logged)
    DirectOpportunity.objects.update(owner_name="")
    assert "nobody-leads" in reasons(logged)


def test_a_scope_asks_about_some_and_counts_what_the_others_do(
    deal: Deal, logged: DirectOpportunity
) -> None:
    nothing = DirectOpportunity.objects.none()
    only = Question.about_now(registrations=Deal.objects.filter(pk=deal.pk), directs=nothing)
    assert set(asked(only)) == {("registration", deal.pk)}
    assert reasons(deal, only) == {"two-lead"}
    percent = Question.about_now(
        registrations=Deal.objects.filter(account_name__contains="100%"), directs=nothing
    )
    assert asked(percent) == {}


@pytest.mark.parametrize("count", [25, 200])
def test_the_facts_are_one_statement_at_any_size(
    count: int, deal: Deal, make_user: Callable[..., User], django_assert_num_queries: Any
) -> None:
    reps = [make_user(f"Rep {n}", Role.DIRECT) for n in range(5)]
    line, moment = deal.lines.get().product_line, deal.submitted_at
    assert moment
    DirectOpportunity.objects.bulk_create(
        DirectOpportunity(
            account_name=f"A{n}", customer=deal.customer, product_line=line,
            owner=reps[n % 5], opened_on="2026-03-02", active_on="2026-03-02",
            logged_at=moment,
        )
        for n in range(count)
    )  # fmt: skip
    question = Question.about_now()
    with django_assert_num_queries(1):
        found = list(facts(question))
    assert len(found) == count + 1


def test_whoever_led_before_is_told_with_the_days(
    deal: Deal, manager: User, partner_rep: User, clock: Any
) -> None:
    clock.turn(days=1)
    progress.set_lead(deal, lead=manager, acting_user=manager)
    assert asked()["registration", deal.pk].lead_id == manager.pk
    yesterday = Question.as_of(clock.now.date() - dt.timedelta(days=1))
    assert asked(yesterday)["registration", deal.pk].lead_id == partner_rep.pk
    kinds = set(DealRole.objects.filter(deal=deal).values_list("kind", flat=True))
    assert kinds == {RoleKind.PARTNER_REP, RoleKind.MANAGER}
