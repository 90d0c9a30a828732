"""A registration's page and list: where it stands, what is offered, who sees it, what it costs."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from deals.actions import progress, reviewing
from deals.actions.protecting import AlreadyProtected
from deals.actions.timed import age_protections
from deals.models import Appeal, Breach, Deal, DealRole, ExtensionRequest, LineState, Notice, Terms
from deals.portal.acting import BY_NAME, NOT_NOW
from deals.rules.states import State
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
LIST = "/portal/deals/"
OFFERED = re.compile(r'name="form" value="([a-z]+)"')


def page_of(deal: Deal) -> str:
    return reverse("portal:deal", args=[deal.public_id])


@pytest.fixture
def approved(submitted: Make, partner: Partner, partner_rep: User, manager: User) -> Deal:
    return reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)


@pytest.fixture
def rejected(submitted: Make, partner: Partner, partner_rep: User, manager: User) -> Deal:
    deal = submitted(partner, partner_rep)
    words = {"code": "too-early", "text": "There is no project yet."}
    return reviewing.reject_deal(deal, acting_user=manager, **words)


def offered(client: Client, deal: Deal) -> set[str]:
    return set(OFFERED.findall(client.get(page_of(deal)).content.decode()))


# --- What the state allows ---------------------------------------------------------------------

ALWAYS = {"comment", "breach"}


def test_only_what_the_state_allows_is_offered(
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    partner_admin: User,
    manager: User,
    sign_in: SignIn,
    clock: Any,
) -> None:
    client, deal = sign_in(partner_rep), submitted(partner, partner_rep)
    waiting = ALWAYS | {"update", "flag", "withdraw"}
    assert offered(client, deal) == waiting
    reviewing.take_up(deal, acting_user=manager)
    assert offered(client, deal) == waiting
    reviewing.ask(deal, question="Who decides?", acting_user=manager)
    assert offered(client, deal) == waiting | {"answer"}
    reviewing.answer(deal, text="The board.", acting_user=partner_rep)
    reviewing.approve_deal(deal, acting_user=manager)
    live = waiting | {"extension", "won", "lost", "amend"}
    assert offered(client, deal) == live
    progress.ask_extension(deal, reason="A late budget", acting_user=partner_rep)
    assert offered(client, deal) == live - {"extension"}
    progress.win_deal(deal, amount=Decimal(1), acting_user=partner_rep)
    assert offered(client, deal) == ALWAYS


def test_a_rejection_is_told_and_can_be_appealed_in_time(
    rejected: Deal, partner_rep: User, sign_in: SignIn, clock: Any
) -> None:
    client = sign_in(partner_rep)
    page = client.get(page_of(rejected)).content.decode()
    assert "Too early: no evidence of a project" in page
    assert "There is no project yet." in page
    # Five working days from Monday 09:00.
    assert "until 9 Mar 09:00" in page
    assert offered(client, rejected) == ALWAYS | {"appeal"}
    clock.turn(days=7, minutes=1)
    assert offered(client, rejected) == ALWAYS
    sent = {"form": "appeal", "reason": "There is one."}
    late = client.post(page_of(rejected), sent)
    assert late.status_code == 409
    assert "The time to appeal is over." in late.content.decode()
    assert "There is one." in late.content.decode()
    assert not Appeal.objects.exists()


def test_a_stale_page_says_so_and_keeps_what_was_typed(
    approved: Deal, partner_rep: User, sign_in: SignIn
) -> None:
    progress.withdraw(approved, acting_user=partner_rep)
    sent = {"form": "won", "amount": "61000", "order_number": "SO-77", "text": "Signed today"}
    answer = sign_in(partner_rep).post(page_of(approved), sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This registration is withdrawn: it cannot be reported won now." in page
    assert "SO-77" in page
    assert "Signed today" in page
    approved.refresh_from_db()
    assert approved.state == State.WITHDRAWN


def test_whether_we_have_begun_to_look_is_told_by_no_refusal(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    untouched, begun = submitted(partner, partner_rep), submitted(partner, partner_rep, name="Hill")
    reviewing.take_up(begun, acting_user=manager)
    sent = {"form": "lost", "reason": "price"}
    errors = [
        client.post(page_of(deal), sent).context["offers"][0].form.errors
        for deal in (untouched, begun)
    ]
    assert errors[0] == errors[1]
    assert "under review" in str(errors[0])


def test_a_partner_is_never_told_that_another_one_holds_something(
    approved: Deal, partner_rep: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: Any, **__: Any) -> None:
        raise AlreadyProtected("Another registration holds this customer and product line.")

    monkeypatch.setattr(progress, "ask_extension", held)
    sent = {"form": "extension", "reason": "Budget"}
    page = sign_in(partner_rep).post(page_of(approved), sent).content.decode()
    assert NOT_NOW in page
    assert "Another registration" not in page


# --- What is done ------------------------------------------------------------------------------


def test_a_deal_from_a_question_to_won(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, sign_in: SignIn
) -> None:
    client, deal = sign_in(partner_rep), submitted(partner, partner_rep)
    reviewing.ask(deal, question="Who decides?", acting_user=manager)
    assert "Who decides?" in client.get(page_of(deal)).content.decode()
    client.post(page_of(deal), {"form": "answer", "text": "The board."})
    assert Notice.objects.filter(to=manager, subject="The partner answered").count() == 1
    reviewing.approve_deal(deal, acting_user=manager)
    client.post(page_of(deal), {"form": "update", "text": "A pilot", "expected_close": ""})
    client.post(page_of(deal), {"form": "extension", "reason": "The budget comes late"})
    client.post(page_of(deal), {"form": "flag", "text": "Two of us call them"})
    client.post(page_of(deal), {"form": "comment", "text": "By the way"})
    client.post(page_of(deal), {"form": "won", "amount": "48000", "order_number": "SO-1"})
    deal.refresh_from_db()
    assert (deal.state, deal.closed_amount, deal.order_number) == (State.WON, 48_000, "SO-1")
    assert ExtensionRequest.objects.get().reason == "The budget comes late"
    page = client.get(page_of(deal)).content.decode()
    for words in ("The board.", "A pilot", "Two of us call them", "By the way", "Won"):
        assert words in page


def test_a_lost_or_withdrawn_deal_says_why(
    approved: Deal, partner_rep: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    missing = client.post(page_of(approved), {"form": "lost", "reason": ""})
    assert missing.status_code == 200
    assert "This field is required." in missing.content.decode()
    client.post(page_of(approved), {"form": "lost", "reason": "price", "text": "By 10%"})
    approved.refresh_from_db()
    assert (approved.state, approved.loss_reason) == (State.LOST, "price")
    assert "Lost because of" in client.get(page_of(approved)).content.decode()


def test_lines_are_changed_and_only_what_grew_is_reviewed(
    approved: Deal, storage: ProductLine, network: ProductLine, partner_rep: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    change = {
        "form": "amend",
        f"line-{storage.public_id}": "51000",
        "new_line": str(network.public_id),
        "new_amount": "900",
    }
    client.post(page_of(approved), change)
    lines = {str(row): (row.amount, row.state) for row in approved.lines.all()}
    assert lines == {
        "Storage": (Decimal(51_000), LineState.APPROVED),
        "Network": (Decimal(900), LineState.UNDER_REVIEW),
    }


def test_a_higher_amount_does_not_slip_past_its_review_when_it_is_sent_again(
    approved: Deal, storage: ProductLine, partner_rep: User
) -> None:
    for amount in (80_000, 90_000):
        progress.amend(approved, lines={storage: Decimal(amount)}, acting_user=partner_rep)
    line = approved.lines.get()
    assert (line.amount, line.proposed_amount, line.state) == (
        Decimal(50_000), Decimal(90_000), LineState.UNDER_REVIEW
    )  # fmt: skip
    progress.amend(approved, lines={storage: Decimal(50_000)}, acting_user=partner_rep)
    line.refresh_from_db()
    assert (line.amount, line.proposed_amount, line.state) == (
        Decimal(50_000), None, LineState.APPROVED
    )  # fmt: skip


def test_many_small_steps_are_no_way_around_the_review(
    approved: Deal, storage: ProductLine, partner_rep: User, manager: User
) -> None:
    for amount in (60_000, 70_000):
        progress.amend(approved, lines={storage: Decimal(amount)}, acting_user=partner_rep)
    line = approved.lines.get()
    assert (line.amount, line.proposed_amount) == (Decimal(60_000), Decimal(70_000))
    reviewing.decide_change(approved, line=line, approve=True, text="Fine.", acting_user=manager)
    progress.amend(approved, lines={storage: Decimal(80_000)}, acting_user=partner_rep)
    line.refresh_from_db()
    assert (line.amount, line.proposed_amount) == (Decimal(80_000), None)


def test_a_breach_is_filed_and_answered(
    approved: Deal, partner_rep: User, other_partner_admin: User, sign_in: SignIn, clock: Any
) -> None:
    client = sign_in(partner_rep)
    told = {"form": "breach", "evidence": "Your Mr Weber called them.", "happened_on": "2026-03-01"}
    client.post(page_of(approved), told)
    breach = Breach.objects.get()
    assert (breach.deal, breach.filed_by) == (approved, partner_rep)
    assert "We look into it" in client.get(page_of(approved)).content.decode()
    ahead = client.post(page_of(approved), {**told, "happened_on": "2026-03-03"})
    assert "This day is still to come." in ahead.content.decode()


def test_sharing_lets_a_colleague_see_it_and_nobody_else(
    approved: Deal,
    partner: Partner,
    partner_rep: User,
    make_user: Callable[..., User],
    other_partner_admin: User,
    sign_in: SignIn,
) -> None:
    rita = make_user("Rita Rep", Role.PARTNER_REP, partner)
    client, hers = sign_in(partner_rep), sign_in(rita)
    assert hers.get(page_of(approved)).status_code == 404
    outside = {"form": "share", "to": str(other_partner_admin.public_id)}
    assert "Select a valid choice" in client.post(page_of(approved), outside).content.decode()
    client.post(page_of(approved), {"form": "share", "to": str(rita.public_id)})
    assert DealRole.objects.filter(user=rita, deal=approved).exists()
    assert hers.get(page_of(approved)).status_code == 200
    assert approved.number in hers.get(LIST).content.decode()


# --- Who sees it -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["other_partner_admin", "manager", "admin", "chief", "direct"])
def test_who_is_no_colleague_finds_nothing(
    role: str, approved: Deal, request: pytest.FixtureRequest, sign_in: SignIn
) -> None:
    client = sign_in(request.getfixturevalue(role))
    for path in ("", "edit/", "receipt/"):
        assert client.get(f"{page_of(approved)}{path}").status_code == 404
    for name in BY_NAME:
        sent = {"form": name, "text": "x", "reason": "price", "amount": "1"}
        assert client.post(page_of(approved), sent).status_code == 404
    assert client.post(f"{page_of(approved)}discard/").status_code == 404
    approved.refresh_from_db()
    assert approved.state == State.APPROVED


def test_an_admin_who_views_as_the_partner_reads_and_changes_nothing(
    approved: Deal, partner: Partner, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    client.post(f"/partners/{partner.public_id}/view-as/")
    assert approved.number in client.get(LIST).content.decode()
    for path in ("", "receipt/"):
        assert approved.number in client.get(f"{page_of(approved)}{path}").content.decode()
    assert client.get("/portal/deals/new/").status_code == 200
    assert client.post(page_of(approved), {"form": "withdraw"}).status_code == 403
    approved.refresh_from_db()
    assert approved.state == State.APPROVED


def test_an_admin_of_the_partner_sees_all_a_rep_their_own(
    draft: Make, partner: Partner, partner_admin: User, partner_rep: User, sign_in: SignIn
) -> None:
    draft(partner, partner_admin, name="Of the admin")
    draft(partner, partner_rep, name="Of the rep")
    assert "Of the rep" in sign_in(partner_admin).get(LIST).content.decode()
    page = sign_in(partner_rep).get(LIST).content.decode()
    assert "Of the rep" in page
    assert "Of the admin" not in page


def test_what_is_ours_alone_is_in_no_history(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, sign_in: SignIn
) -> None:
    deal = submitted(partner, partner_rep)
    reviewing.take_up(deal, acting_user=manager)
    reviewing.comment(deal, text="Beta has it, too", internal=True, acting_user=manager)
    reviewing.comment(deal, text="We are looking", internal=False, acting_user=manager)
    page = sign_in(partner_rep).get(page_of(deal)).content.decode()
    assert "We are looking" in page
    assert "Beta has it" not in page
    assert "Review begun" not in page
    assert page.count("Mia Manager") == 2  # her comment, and her role


# --- The list, the start page and the export ---------------------------------------------------


def test_the_list_tells_the_clock_the_benefit_and_what_is_asked(
    submitted: Make,
    approved: Deal,
    terms: Terms,
    partner: Partner,
    partner_rep: User,
    manager: User,
    sign_in: SignIn,
    clock: Any,
) -> None:
    Terms.objects.update(benefit="10% more discount")
    submitted(partner, partner_rep, name="Waiting Co")
    asked = submitted(partner, partner_rep, name="Asked Co")
    reviewing.ask(asked, question="?", acting_user=manager)
    client = sign_in(partner_rep)
    page = client.get(LIST).content.decode()
    assert re.search(r"in 2\sdays", page)
    assert "10% more discount" in page
    assert "days left" in page
    assert "Answer our question" in page
    home = client.get("/").content.decode()
    assert "Asked Co" in home
    assert "Waiting Co" not in home
    clock.turn(days=3)
    assert "We are late" in client.get(LIST).content.decode()


def test_silence_and_the_end_of_the_protection_are_asked_about(
    approved: Deal, partner_rep: User, sign_in: SignIn, clock: Any
) -> None:
    clock.turn(days=21)
    age_protections()
    client = sign_in(partner_rep)
    assert "Tell us how it goes" in client.get("/").content.decode()
    client.post(page_of(approved), {"form": "update", "text": "Going on"})
    assert "Nothing is asked of you." in client.get("/").content.decode()
    clock.turn(days=60)
    client.post(page_of(approved), {"form": "update", "text": "Going on"})
    assert "Protection ends in 9 days" in client.get("/").content.decode()


def test_the_list_is_narrowed_and_sorted(
    draft: Make, submitted: Make, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    draft(partner, partner_rep, name="Alder", lines=None)
    submitted(partner, partner_rep, name="Birch")
    client = sign_in(partner_rep)

    def named(**query: str) -> list[str]:
        page = client.get(LIST, query).context["page"]
        return [standing.deal.account_name for standing in page]

    assert named(state="under-review") == ["Birch"]
    assert named(state="draft") == ["Alder"]
    assert named(q="alde") == ["Alder"]
    assert named(q="nobody") == []
    assert named(sort="customer") == ["Alder", "Birch"]
    assert named(sort="-customer") == ["Birch", "Alder"]
    for sort in ("amount", "decision", "-protection", "submitted", "nonsense"):
        assert sorted(named(sort=sort)) == ["Alder", "Birch"]
    assert sorted(named(state="nonsense")) == ["Alder", "Birch"]


@pytest.mark.parametrize("count", [25, 200])
def test_the_list_costs_the_same_however_long_it_is(
    count: int,
    draft: Make,
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    manager: User,
    sign_in: SignIn,
) -> None:
    for number in range(count):
        deal = submitted(partner, partner_rep, name=f"Customer {number}")
        if number % 3 == 0:
            reviewing.approve_deal(deal, acting_user=manager)
        elif number % 3 == 1:
            reviewing.reject_deal(deal, code="other", text="No.", acting_user=manager)
    client = sign_in(partner_rep)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(LIST, {"per": "200"})
    assert len(page.context["page"].object_list) == count
    # session, user, organisation, partner, count; rows, lines, protections, terms, holidays,
    # appeals; and of the frame whether the person views as somebody. The second wall: 5.
    assert len(queries) <= 18, [query["sql"][:120] for query in queries]


def test_the_export_holds_the_list_as_it_is_narrowed(
    submitted: Make,
    draft: Make,
    partner: Partner,
    partner_rep: User,
    other_partner: Partner,
    other_partner_admin: User,
    sign_in: SignIn,
) -> None:
    deal = submitted(partner, partner_rep)
    draft(partner, partner_rep, name="Only a draft")
    submitted(other_partner, other_partner_admin, name="Of another")
    client = sign_in(partner_rep)
    answer = client.get("/portal/deals/export.csv", {"state": "under-review"})
    text = b"".join(answer).decode()
    assert deal.number in text
    assert '"Received, under review"' in text
    assert "Only a draft" not in text
    assert "Of another" not in text
    book = client.get("/portal/deals/export.xlsx")
    assert b"".join(book).startswith(b"PK")


def test_dates_are_the_reader_s(
    approved: Deal, partner_rep: User, sign_in: SignIn, clock: Any
) -> None:
    User.objects.filter(pk=partner_rep.pk).update(time_zone="Asia/Tokyo")
    page = sign_in(partner_rep).get(page_of(approved)).content.decode()
    assert "2 Mar 2026 18:00" in page
    assert f"to {dt.date(2026, 5, 30):%-d %b %Y}" in page
