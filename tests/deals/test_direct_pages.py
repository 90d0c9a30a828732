"""Direct sales through the door: may I call, log, progress, the list and its export."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from customers.models import Customer, CustomerPartner
from deals.actions import reviewing
from deals.actions.progress import ask_extension, decide_extension
from deals.models import Breach, Deal, DirectOpportunity
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
CALL, NEW, LIST = "/direct/may-call/", "/direct/new/", "/direct/"


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(
        partner, partner_rep, contact_name="Ines Contact", lines=None, effort="Many meetings."
    )


@pytest.fixture
def approved(deal: Deal, manager: User) -> Deal:
    return reviewing.approve_deal(deal, acting_user=manager)


@pytest.fixture
def desk(direct: User, sign_in: SignIn) -> Client:
    return sign_in(direct)


def ask(client: Client, **words: str) -> str:
    page = client.get(CALL, words)
    assert page.status_code == 200
    return text_of(page)


def text_of(page: Any) -> str:
    main: str = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(main.split())


def sale(storage: ProductLine, **fields: str) -> dict[str, str]:
    return {
        "account_name": "Fenwick Mills", "account_domain": "", "account_country": "gb",
        "product_line": str(storage.public_id), "amount": "1000", "currency": "usd",
        "direct_team": "North", "note": "", **fields,
    }  # fmt: skip


# --- May I call this customer? -----------------------------------------------------------------


def test_home_of_a_direct_rep_is_the_search_box_and_who_to_ask(desk: Client) -> None:
    page = text_of(desk.get("/"))
    assert 'action="/direct/may-call/"' in page
    assert "Who to ask" in page


def test_what_waits_is_under_review_and_the_manager_is_to_be_asked(
    deal: Deal, desk: Client
) -> None:
    page = ask(desk, name="Fenwick Mills", country="gb")
    assert "Under review" in page
    assert "<strong>Storage</strong> is under review." in page
    assert "Ask Mia Manager first." in page
    assert "same name" in page


def test_what_is_approved_is_protected_until_its_last_day(approved: Deal, desk: Client) -> None:
    page = ask(desk, name="Fenwick Mills")
    assert "<strong>Storage</strong> is protected until 30 May 2026." in page
    assert "Other product lines are open." in page


def test_an_extension_that_begins_later_counts_already(
    approved: Deal, partner_rep: User, manager: User, desk: Client
) -> None:
    request = ask_extension(approved, reason="Board in June.", acting_user=partner_rep)
    decide_extension(request, grant=True, acting_user=manager)
    assert "is protected until 29 June 2026." in ask(desk, name="Fenwick Mills")


def test_the_partner_its_terms_and_its_people_are_never_told(approved: Deal, desk: Client) -> None:
    page = ask(desk, name="Fenwick Mills")
    told = ("Alpha", "P-1", "Rolf", "Ines", "50,000", "50000", approved.number)
    assert not [word for word in told if word in page]


def test_a_free_customer_is_open_and_who_sold_there_is_asked(
    desk: Client, partner: Partner, clock: Any
) -> None:
    customer = Customer.objects.create(name="Open Mills")
    assert "Every product line is open." in ask(desk, name="Open Mills")
    CustomerPartner.objects.create(customer=customer, partner=partner)
    assert "Ask Mia Manager first." in ask(desk, name="Open Mills")


def test_nobody_of_that_name_is_open_and_can_be_logged(desk: Client, clock: Any) -> None:
    page = ask(desk, name="Nobody <b>", domain="x.example")
    assert "No customer of ours is called Nobody &lt;b&gt;." in page
    assert "/direct/new/?account_name=Nobody%20%3Cb%3E" in page


def test_two_of_a_name_are_both_answered_and_the_runner_up_is_named(
    desk: Client, clock: Any
) -> None:
    Customer.objects.create(name="Mill", country="GB")
    Customer.objects.create(name="Mill", country="DE")
    page = ask(desk, name="Mill", country="DE")
    assert "The runner-up is Mill, GB:" in page
    assert page.count("Every product line is open.") == 2


def test_a_site_is_protected_with_its_legal_entity(approved: Deal, desk: Client) -> None:
    Customer.objects.create(name="Mill Two", level="site", parent=approved.customer)
    assert "is protected until 30 May 2026." in ask(desk, name="Mill Two")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"name": "x", "country": "1"}, "Write the two capital letters"),
    ],
)
def test_a_question_that_cannot_be_read_says_why(
    words: dict[str, str], told: str, desk: Client
) -> None:
    assert told in ask(desk, **words)


def test_the_answer_costs_as_much_for_many_registrations(
    submitted: Make, deal: Deal, partner: Partner, partner_rep: User, desk: Client,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for n in range(5):
        submitted(partner, partner_rep, external_reference=f"N{n}")
    # session, user, organisation, search, what people said, roots, members, protections, waiting,
    # sellers, managers, public ids
    with django_assert_max_num_queries(12):
        ask(desk, name="Fenwick Mills")


# --- Logging -----------------------------------------------------------------------------------


def test_a_rep_logs_what_is_open(
    desk: Client, direct: User, storage: ProductLine, clock: Any
) -> None:
    answer = desk.post(NEW, sale(storage))
    row = DirectOpportunity.objects.get()
    assert answer["Location"] == f"/direct/{row.public_id}/"
    assert (row.owner, row.currency, row.account_country) == (direct, "USD", "GB")
    assert (row.warned, row.logged_at, row.opened_on) == (False, clock.now, clock.now.date())
    assert not Breach.objects.exists()
    page = text_of(desk.get(answer["Location"]))
    assert "Still open" in page


def test_a_protected_customer_is_warned_of_then_logged_and_recorded(
    approved: Deal, desk: Client, storage: ProductLine, clock: Any
) -> None:
    clock.turn(days=1)
    known = Customer.objects.get()
    page = text_of(desk.post(NEW, sale(storage, customer=str(known.public_id))))
    assert "Storage is protected at this customer until 30 May 2026. Ask Mia Manager first." in page
    assert "Alpha" not in page
    assert 'type="checkbox" name="confirmed"' in page
    assert not DirectOpportunity.objects.exists()

    sent = sale(storage, customer=str(known.public_id), confirmed="on")
    answer = desk.post(NEW, sent, follow=True)
    row, breach = DirectOpportunity.objects.get(), Breach.objects.get()
    assert row.warned
    assert (breach.kind, breach.state, breach.deal) == ("worked", "suspected", approved)
    assert (breach.direct_team, breach.amount) == ("North", 1000)
    assert "Alpha" not in text_of(answer)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"account_name": ""}, "This field is required"),
        ({"product_line": "7"}, "is not a valid UUID"),
        ({"currency": "dollars"}, "at most 3 characters"),
        ({"amount": "much"}, "Enter a number"),
        ({"customer": "00000000-0000-0000-0000-000000000000"}, "There is no such customer"),
        ({"account_name": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_logged(
    wrong: dict[str, str], told: str, desk: Client, storage: ProductLine
) -> None:
    page = text_of(desk.post(NEW, sale(storage, **wrong)))
    assert told in page
    assert not DirectOpportunity.objects.exists()


def test_the_owner_tells_how_it_ends_and_others_only_read(
    desk: Client, storage: ProductLine, chief: User, make_user: Any, sign_in: SignIn, clock: Any
) -> None:
    page = desk.post(NEW, sale(storage))["Location"]
    clock.turn(days=3)
    told = {"amount": "1200", "currency": "USD", "direct_team": "North", "note": "Met them."}
    desk.post(page, {**told, "state": "open"})
    row = DirectOpportunity.objects.get()
    assert (row.active_on, row.amount, row.state) == (clock.now.date(), 1200, "open")
    other = sign_in(make_user("Dan Direct", "direct"))
    assert "Still open" not in text_of(other.get(page))
    assert other.post(page, {**told, "state": "won"}).status_code == 404
    assert sign_in(chief).post(page, {**told, "state": "won"}).status_code == 404
    desk.post(page, {**told, "state": "won"})
    row.refresh_from_db()
    assert (row.state, row.closed_on) == ("won", clock.now.date())
    assert "It is won already." in text_of(desk.post(page, {**told, "state": "lost"}))


# --- The list ----------------------------------------------------------------------------------


def fill(direct: User, storage: ProductLine, count: int, **fields: Any) -> None:
    customer = Customer.objects.create(name="Acme")
    DirectOpportunity.objects.bulk_create(
        DirectOpportunity(
            account_name=f"Account {n}", customer=customer, product_line=storage,
            opened_on="2026-03-01", active_on=dt.date(2026, 3, 1) + dt.timedelta(days=n % 20),
            **{"owner": direct, **fields},
        )
        for n in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("count", [25, 200])
def test_the_list_costs_the_same_at_every_size(
    count: int, desk: Client, direct: User, storage: ProductLine,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    fill(direct, storage, count)
    # session, user, organisation, product lines of the filter, count, page, sources
    with django_assert_max_num_queries(8):
        assert desk.get(LIST, {"per": "200"}).status_code == 200


def test_ones_own_come_first_and_the_list_is_narrowed(
    desk: Client, direct: User, storage: ProductLine
) -> None:
    fill(direct, storage, 1)
    fill(direct, storage, 1, owner=None, owner_name="Kim", account_country="DE")
    DirectOpportunity.objects.filter(owner=None).update(
        account_name="Bravo", active_on="2026-04-01"
    )
    assert names(desk.get(LIST)) == ["Account 0", "Bravo"]
    assert names(desk.get(LIST, {"mine": "yes"})) == ["Account 0"]
    assert names(desk.get(LIST, {"q": "kim"})) == ["Bravo"]
    assert names(desk.get(LIST, {"state": "won"})) == []
    assert names(desk.get(LIST, {"product_line": str(storage.public_id), "q": " "})) != []
    assert desk.get(LIST, {"product_line": "x", "page": "99"}).status_code == 200


def names(page: Any) -> list[str]:
    return [row.account_name for row in page.context["page"].object_list]


def test_partners_people_find_none_of_it(partner_admin: User, sign_in: SignIn) -> None:
    client = sign_in(partner_admin)
    for path in (CALL, NEW, LIST, "/direct/export.csv", "/work/", "/work/calls/", "/breaches/"):
        assert client.get(path).status_code == 404


# --- The API -----------------------------------------------------------------------------------

API = "/api/v1/direct-opportunities/"


@pytest.fixture
def program(direct: User, api: Callable[[User], APIClient]) -> APIClient:
    return api(direct)


def test_a_program_logs_reads_and_closes(
    program: APIClient, storage: ProductLine, clock: Any
) -> None:
    sent = {"account_name": "Fenwick Mills", "product_line": "Storage", "amount": "10.5",
            "currency": "USD"}  # fmt: skip
    made = program.post(API, sent, format="json")
    assert made.status_code == 201
    assert (made.json()["owner"], made.json()["state"]) == ("Dora Direct", "open")
    one = f"{API}{made.json()['id']}/"
    assert program.get(one).json()["account_name"] == "Fenwick Mills"
    assert program.get(API, {"q": "fenwick"}).json()["results"][0]["id"] == made.json()["id"]
    done = program.patch(one, {"state": "won"}, format="json")
    assert (done.json()["state"], done.json()["closed_on"]) == ("won", "2026-03-02")
    assert program.patch(one, {"state": "lost"}, format="json").status_code == 400


def test_a_program_is_refused_until_it_confirms(
    approved: Deal, program: APIClient, storage: ProductLine, clock: Any
) -> None:
    clock.turn(hours=1)
    sent = {"account_name": "Fenwick Mills", "product_line": "Storage"}
    refused = program.post(API, sent, format="json")
    assert refused.status_code == 400
    assert "is protected at this customer" in refused.json()["errors"]["confirmed"][0]
    made = program.post(API, {**sent, "confirmed": True}, format="json")
    assert made.json()["warned"]
    assert Breach.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"product_line": "Nothing"}, {"product_line": "a\0"}, {"account_name": ""},
              {"amount": "x"}, {"currency": "us"}],
)  # fmt: skip
def test_what_a_program_sends_wrong_is_named(
    wrong: dict[str, str], program: APIClient, storage: ProductLine
) -> None:
    sent = {"account_name": "A", "product_line": "Storage", **wrong}
    answer = program.post(API, sent, format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(wrong)


def test_a_program_changes_only_what_is_its_own(
    desk: Client, storage: ProductLine, make_user: Any, api: Callable[[User], APIClient], clock: Any
) -> None:
    desk.post(NEW, sale(storage))
    one = f"{API}{DirectOpportunity.objects.get().public_id}/"
    other = api(make_user("Dan Direct", "direct"))
    assert other.get(one).status_code == 200
    assert other.patch(one, {"state": "won"}, format="json").status_code == 404
