"""The vendor's pages of registrations, through the door."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role, User
from customers.matching import Account, find
from customers.models import Customer
from deals.actions.direct import log_direct
from deals.actions.progress import amend, ask_extension
from deals.actions.reviewing import approve_deal, reject_deal
from deals.models import Deal, DealStep, LineState, Protection
from deals.rules.states import State
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]


def page(deal: Deal, name: str = "detail", *more: Any) -> str:
    return reverse(f"deals:{name}", args=[deal.public_id, *more])


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


def test_the_queue_shows_the_least_time_left_first(
    submitted: Make, partner: Partner, partner_rep: User, sign_in: SignIn, manager: User, clock: Any
) -> None:
    submitted(partner, partner_rep, name="Older Mill")
    clock.turn(hours=30)
    submitted(partner, partner_rep, name="Newer Mill")
    text = sign_in(manager).get("/deals/").content.decode()
    assert text.index("Older Mill") < text.index("Newer Mill")
    assert "18 h 0 min left" in text


def test_a_manager_sees_registrations_of_their_partners_only(
    deal: Deal, sign_in: SignIn, manager: User, other_manager: User, admin: User
) -> None:
    assert sign_in(other_manager).get(page(deal)).status_code == 404
    assert "Fenwick" not in sign_in(other_manager).get("/deals/").content.decode()
    for user in (manager, admin):
        assert sign_in(user).get(page(deal)).status_code == 200


def test_a_review_given_away_can_be_opened_by_its_reviewer(
    deal: Deal, sign_in: SignIn, manager: User, other_manager: User
) -> None:
    sent = sign_in(manager).post(page(deal, "reassign"), {"to": other_manager.pk})
    assert sent.status_code == 302
    assert sign_in(other_manager).get(page(deal)).status_code == 200


def test_taken_up_asked_and_approved(deal: Deal, sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    browser.post(page(deal, "take-up"))
    deal.refresh_from_db()
    assert (deal.state, deal.reviewer) == (State.UNDER_REVIEW, manager)
    line = deal.lines.get()
    told = browser.post(
        page(deal, "decide"), {"answer": "approve", "lines": [line.pk], "text": "Good luck."},
        follow=True,
    )  # fmt: skip
    assert "The registration is approved" in told.content.decode()
    assert Protection.objects.get().line == line


def test_a_rejection_without_a_reason_says_so_and_keeps_the_sentence(
    deal: Deal, sign_in: SignIn, manager: User
) -> None:
    told = sign_in(manager).post(page(deal, "decide"), {"answer": "reject", "text": "We sell it."})
    assert told.status_code == 422
    assert "Choose why." in told.content.decode()
    assert "We sell it." in told.content.decode()
    deal.refresh_from_db()
    assert deal.state == State.SUBMITTED


def test_a_decision_from_a_stale_page_changes_nothing(
    deal: Deal, sign_in: SignIn, manager: User
) -> None:
    reject_deal(deal, code="duplicate", text="Known.", acting_user=manager)
    line = deal.lines.get()
    browser = sign_in(manager)
    told = browser.post(page(deal, "decide"), {"answer": "approve", "lines": [line.pk]})
    assert told.status_code == 409
    assert "This registration is rejected" in told.content.decode()
    assert not Protection.objects.exists()
    assert browser.post(page(deal, "take-up")).status_code == 409
    assert browser.post(page(deal, "ask"), {"question": "Who buys?"}).status_code == 409


def test_both_partners_stand_side_by_side_with_the_reason(
    submitted: Make,
    deal: Deal,
    other_partner: Partner,
    other_partner_admin: User,
    sign_in: SignIn,
    admin: User,
    clock: Any,
) -> None:
    clock.turn(minutes=5)
    later = submitted(other_partner, other_partner_admin)
    text = sign_in(admin).get(page(later)).content.decode()
    assert "Alpha Systems" in text
    assert "Same customer" in text
    # Beside the customer that it is taken for, and beside the other registration.
    assert text.count("same name") == 2
    assert "was complete first" in text


def test_against_the_suggestion_is_kept_with_it(
    submitted: Make,
    deal: Deal,
    other_partner: Partner,
    other_partner_admin: User,
    sign_in: SignIn,
    admin: User,
    clock: Any,
) -> None:
    clock.turn(minutes=5)
    later = submitted(other_partner, other_partner_admin)
    sent = {"answer": "approve", "lines": [later.lines.get().pk]}
    sign_in(admin).post(page(later, "decide"), sent)
    assert DealStep.objects.get(deal=later, step="approve").data["suggested"] == "reject"


def test_a_direct_opportunity_logged_earlier_comes_first(
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    direct: User,
    sign_in: SignIn,
    manager: User,
    storage: ProductLine,
    clock: Any,
) -> None:
    log_direct(
        customer=None, product_line=storage, acting_user=direct, account_name="Fenwick Mills",
        account_country="GB",
    )  # fmt: skip
    clock.turn(hours=1)
    text = sign_in(manager).get(page(submitted(partner, partner_rep))).content.decode()
    assert "Dora Direct logged a direct opportunity earlier" in text


def test_a_note_among_us_is_internal(deal: Deal, sign_in: SignIn, manager: User) -> None:
    browser = sign_in(manager)
    browser.post(page(deal, "comment"), {"text": "Rings a bell.", "audience": "us"})
    browser.post(page(deal, "comment"), {"text": "Thank you.", "audience": "partner"})
    said = dict(deal.steps.filter(step="comment").values_list("text", "internal"))
    assert said == {"Rings a bell.": True, "Thank you.": False}


def test_the_customer_is_named_by_a_person(deal: Deal, sign_in: SignIn, manager: User) -> None:
    abroad = Customer.objects.create(name="Fenwick Mills", country="FR")
    stranger = Customer.objects.create(name="Somebody Else", country="GB")
    browser = sign_in(manager)
    browser.post(page(deal, "identify"), {"customer": stranger.public_id})
    deal.refresh_from_db()
    assert deal.customer != stranger
    browser.post(page(deal, "identify"), {"customer": abroad.public_id})
    deal.refresh_from_db()
    assert deal.customer == abroad


def test_a_customer_named_by_a_person_is_remembered(
    deal: Deal, sign_in: SignIn, manager: User, submitted: Make, partner: Partner, partner_rep: User
) -> None:
    abroad = Customer.objects.create(name="Fenwick Mills", country="FR")
    sign_in(manager).post(page(deal, "identify"), {"customer": abroad.public_id})
    said = find(Account("Fenwick Mills Ltd", "", "GB"))
    assert said.candidates[0].customer == abroad.pk
    assert said.best
    assert said.best.reason == f"{manager.name} said so"
    # The next registration of such a customer is taken for it at once.
    again = submitted(partner, partner_rep, name="Fenwick Mills", account_domain="other.example")
    assert again.customer == abroad


def test_an_extension_is_granted_on_the_page(
    deal: Deal, sign_in: SignIn, manager: User, partner_rep: User
) -> None:
    approve_deal(deal, acting_user=manager)
    ask_extension(deal, reason="The board meets in July.", acting_user=partner_rep)
    browser = sign_in(manager)
    assert "The board meets" in browser.get("/deals/requests/").content.decode()
    browser.post(page(deal, "extension"), {"answer": "yes"})
    last = max(row.during.upper for row in Protection.objects.all())
    assert last == dt.date(2026, 3, 2) + dt.timedelta(days=120)


def test_a_changed_line_is_decided_by_itself(
    deal: Deal, sign_in: SignIn, manager: User, partner_rep: User, network: ProductLine
) -> None:
    approve_deal(deal, acting_user=manager)
    one = deal.lines.get()
    amend(
        deal,
        lines={one.product_line: one.amount, network: Decimal(700)},
        acting_user=partner_rep,
    )
    added = deal.lines.get(product_line=network)
    assert "Change to review" in sign_in(manager).get("/deals/").content.decode()
    sign_in(manager).post(page(deal, "decide-change", added.pk), {"answer": "approve"})
    added.refresh_from_db()
    assert added.state == LineState.APPROVED
    assert Protection.objects.filter(line=added).exists()


def test_a_chief_reads_and_decides_nothing(deal: Deal, sign_in: SignIn, chief: User) -> None:
    browser = sign_in(chief)
    text = browser.get(page(deal)).content.decode()
    assert "Approve the ticked lines" not in text
    assert browser.post(page(deal, "decide"), {"answer": "approve"}).status_code == 404


@pytest.mark.parametrize("rows", [25, 200])
def test_lists_ask_as_often_for_many_rows_as_for_few(
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    sign_in: SignIn,
    manager: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    made = submitted(partner, partner_rep)
    copies = [
        Deal(
            **{
                field.attname: getattr(made, field.attname)
                for field in Deal._meta.fields
                if field.name not in {"id", "public_id", "number"}
            }
        )
        for _ in range(rows - 1)
    ]
    Deal.objects.bulk_create(copies)
    browser = sign_in(manager)
    browser.get("/deals/")
    # Session, user, organisation; teams of the filter; count; rows.
    with django_assert_num_queries(6):
        browser.get(f"/deals/?per={rows}")
    # The same with the ends of their protections.
    with django_assert_num_queries(7):
        browser.get(f"/deals/all/?per={rows}")


@pytest.mark.parametrize("others", [1, 20])
def test_one_registration_asks_as_often_for_many_overlaps_as_for_few(
    submitted: Make,
    deal: Deal,
    make_user: Callable[..., User],
    make_partner: Callable[..., Partner],
    sign_in: SignIn,
    admin: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    others: int,
) -> None:
    for number in range(others):
        partner = make_partner(f"X-{number}", f"Partner {number}")
        submitted(partner, make_user(f"Rep {number}", Role.PARTNER_REP, partner))
    browser = sign_in(admin)
    browser.get(page(deal))
    # 31, and its files
    with django_assert_max_num_queries(32):
        browser.get(page(deal))
