"""Who works it, through the door: the list, the call list, and what makes it clear again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from customers.models import Customer
from deals.actions import progress
from deals.actions.drafts import begin_draft
from deals.models import Deal, DealRole, DirectOpportunity, UnclearFlag
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
MOMENTS = ("submitted_at", "complete_at", "due_at", "active_at")
LIST, CALLS = "/work/", "/work/calls/"


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


@pytest.fixture
def theirs(submitted: Make, other_partner: Partner, other_partner_admin: User) -> Deal:
    """Of a partner that `manager` does not look after."""
    return submitted(other_partner, other_partner_admin, name="Beta Customer")


@pytest.fixture
def desk(manager: User, sign_in: SignIn) -> Client:
    return sign_in(manager)


def text_of(page: Any) -> str:
    assert page.status_code == 200
    main: str = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(main.split())


def shown(client: Client, **asked: str) -> list[str]:
    page = client.get(LIST, asked)
    assert page.status_code == 200
    return [row.record.account_name for row in page.context["page"].object_list]


def ours(customer: Customer, line: ProductLine, owner: User | None, **fields: Any) -> None:
    DirectOpportunity.objects.create(
        customer=customer, product_line=line, owner=owner, opened_on="2026-03-01",
        active_on="2026-03-01", logged_at="2026-03-01T09:00Z",
        **{"account_name": "Direct Mill", **fields},
    )  # fmt: skip


def test_a_manager_sees_what_their_partners_registered_and_our_own(
    deal: Deal, theirs: Deal, desk: Client, direct: User, storage: ProductLine, chief: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    ours(Customer.objects.create(name="Direct Mill"), storage, direct)
    assert set(shown(desk)) == {"Fenwick Mills", "Direct Mill"}
    assert set(shown(sign_in(chief))) == {"Fenwick Mills", "Direct Mill", "Beta Customer"}


def test_drafts_are_nobodys_to_see(
    partner: Partner, partner_rep: User, desk: Client, storage: ProductLine, clock: Any
) -> None:
    begin_draft(partner, acting_user=partner_rep, lines={}, account_name="Secret")
    assert shown(desk) == []
    assert "Nothing is open." in text_of(desk.get(LIST))


def test_what_is_unclear_stands_first_with_its_reason(
    submitted: Make, deal: Deal, partner: Partner, partner_rep: User, desk: Client
) -> None:
    second = submitted(partner, partner_rep, name="Zebra")
    progress.flag_unclear(second, text="Who <b>calls</b>?", acting_user=partner_rep)
    page = desk.get(LIST)
    assert shown(desk) == ["Zebra", "Fenwick Mills"]
    text = text_of(page)
    assert "2</span> open" in text
    assert "1</span> unclear" in text
    assert "Flagged on 2 Mar 2026: Who &lt;b&gt;calls&lt;/b&gt;?" in text
    assert shown(desk, show="unclear") == ["Zebra"]


def test_another_managers_partner_is_counted_and_never_named(
    submitted: Make, deal: Deal, other_partner: Partner, other_partner_admin: User, desk: Client
) -> None:
    submitted(other_partner, other_partner_admin)
    text = text_of(desk.get(LIST))
    assert "Overlaps with 1 other registration" in text
    assert "Beta" not in text
    assert "Beta" not in text_of(desk.get(CALLS))


def test_the_list_is_narrowed_and_bad_words_narrow_nothing(
    deal: Deal, theirs: Deal, admin: User, manager: User, direct: User, storage: ProductLine,
    sign_in: SignIn, desk: Client,
) -> None:  # fmt: skip
    ours(Customer.objects.create(name="Direct Mill"), storage, direct)
    client = sign_in(admin)
    assert shown(client, partner="P-2") == ["Beta Customer"]
    assert shown(client, manager=manager.email) == ["Fenwick Mills"]
    assert shown(client, q="fenwick") == ["Fenwick Mills"]
    assert shown(client, q="direct m") == ["Direct Mill"]
    assert shown(client, mine="yes") == []
    assert shown(desk, mine="yes") == ["Fenwick Mills"]
    assert (
        "No partner of yours has this number."
        in desk.get(LIST, {"partner": "P-2"}).content.decode()
    )
    for asked in ({"manager": "x"}, {"show": "x"}, {"page": "x"}, {"page": "99999999999"},
                  {"page": "-1"}, {"per": "7"}, {"q": "%"}):  # fmt: skip
        assert desk.get(LIST, asked).status_code == 200


def test_a_page_behind_the_last_one_shows_the_last_one(
    submitted: Make, partner: Partner, partner_rep: User, desk: Client
) -> None:
    for n in range(26):
        submitted(partner, partner_rep, name=f"Mill {n:02}")
    assert len(shown(desk)) == 25
    assert len(shown(desk, page="2")) == 1
    assert shown(desk, page="9") == shown(desk, page="2")


def crowd(submitted: Make, partner: Partner, rep: User, line: ProductLine, count: int) -> None:
    """So many registrations and as many of our own, on one customer."""
    first = submitted(partner, rep)
    rows = [
        Deal(
            partner=partner, registered_by=rep, state="submitted", account_name=f"Mill {n}",
            customer=first.customer, rules=first.rules, team=first.team,
            **dict.fromkeys(MOMENTS, first.submitted_at),
        )
        for n in range(count)
    ]  # fmt: skip
    for made in Deal.objects.bulk_create(rows):
        made.lines.create(partner=partner, product_line=line, amount=1)
    assert first.customer
    for n in range(count):
        ours(first.customer, line, None, account_name=f"Ours {n}")


@pytest.mark.parametrize("count", [12, 100])
def test_the_lists_cost_the_same_at_every_size(
    count: int, submitted: Make, partner: Partner, partner_rep: User, storage: ProductLine,
    desk: Client, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    crowd(submitted, partner, partner_rep, storage, count)
    # session, user, organisation, managers of the filter, the list; its registrations, roles,
    # lines, product lines, our own, managers
    with django_assert_max_num_queries(12):
        page = desk.get(LIST, {"per": "200"})
    assert len(page.context["page"].object_list) == min(2 * count + 1, 200)
    with django_assert_max_num_queries(12):
        assert desk.get(CALLS).status_code == 200


def test_the_call_list_goes_by_partner_with_the_unclear_one_first(
    deal: Deal, theirs: Deal, other_partner_admin: User, chief: User, sign_in: SignIn
) -> None:
    progress.flag_unclear(theirs, text="Who?", acting_user=other_partner_admin)
    page = sign_in(chief).get(CALLS)
    assert [partner.name for partner, _ in page.context["groups"]] == [
        "Beta Networks", "Alpha Systems",
    ]  # fmt: skip
    text = text_of(page)
    assert "Monday, 2 March 2026, for Carl Chief" in text
    assert "data-print" in text


# --- One registration --------------------------------------------------------------------------


def one(deal: Deal) -> str:
    return f"{LIST}{deal.public_id}/"


def test_the_roles_are_told_with_their_days_and_the_lead_is_set(
    deal: Deal, desk: Client, manager: User, direct: User, clock: Any
) -> None:
    clock.turn(days=2)
    answer = desk.post(one(deal), {"form": "lead", "lead": str(direct.public_id)})
    assert answer.status_code == 302
    lead = DealRole.objects.on(clock.now.date()).get(deal=deal, leads=True)
    assert (lead.user, lead.kind) == (direct, "direct")
    text = text_of(desk.get(one(deal)))
    assert "before 4 Mar 2026" in text
    assert "Dora Direct" in text


def test_a_flag_is_settled_once(deal: Deal, desk: Client, partner_rep: User, clock: Any) -> None:
    flag = progress.flag_unclear(deal, text="Who?", acting_user=partner_rep)
    assert "How it was made clear" in text_of(desk.get(one(deal)))
    told = text_of(desk.post(one(deal), {"form": "settle", "answer": ""}))
    assert "This field is required" in told
    desk.post(one(deal), {"form": "settle", "answer": "Rolf does."})
    flag.refresh_from_db()
    assert (flag.answer, UnclearFlag.objects.filter(settled_at=None).count()) == ("Rolf does.", 0)
    again = desk.post(one(deal), {"form": "settle", "answer": "Again."})
    assert "settled already" in text_of(again)


def test_the_review_is_handed_on(
    deal: Deal, desk: Client, other_manager: User, partner_rep: User
) -> None:
    desk.post(one(deal), {"form": "reassign", "to": str(other_manager.public_id)})
    deal.refresh_from_db()
    assert deal.reviewer == other_manager
    wrong = desk.post(one(deal), {"form": "reassign", "to": str(partner_rep.public_id)})
    assert "Select a valid choice" in text_of(wrong)


@pytest.mark.parametrize(
    "sent", [{"form": "lead"}, {"form": "lead", "lead": "1"}, {"form": "x"}, {}]
)
def test_what_cannot_be_read_changes_nothing(
    sent: dict[str, str], deal: Deal, desk: Client
) -> None:
    before = list(DealRole.objects.values_list())
    assert desk.post(one(deal), sent).status_code == 200
    assert list(DealRole.objects.values_list()) == before


def test_strangers_find_nothing_and_chiefs_change_nothing(
    theirs: Deal, desk: Client, direct: User, chief: User, partner_rep: User, sign_in: SignIn
) -> None:
    assert desk.get(one(theirs)).status_code == 404
    assert desk.post(one(theirs), {"form": "lead"}).status_code == 404
    for person in (direct, partner_rep):
        assert sign_in(person).get(one(theirs)).status_code == 404
    assert sign_in(chief).get(one(theirs)).status_code == 200
    assert sign_in(chief).post(one(theirs), {"form": "lead"}).status_code == 404


def test_a_closed_registration_needs_nobody(deal: Deal, desk: Client, partner_rep: User) -> None:
    progress.withdraw(deal, acting_user=partner_rep)
    text = text_of(desk.get(one(deal)))
    assert "It is closed: nobody has to." in text
    assert "Set the lead" not in text
