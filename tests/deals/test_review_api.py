"""Programs of our reviewers decide registrations by the verbs and the rules of the pages."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from deals.actions import appeals, progress, reviewing
from deals.models import Deal, DealStep, LineState, RequestState
from deals.rules.states import State, Step
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
Api = Callable[[User], APIClient]
ALL = "/api/v1/registrations/"
PROBLEM = "application/problem+json"


def send(client: APIClient, deal: Deal, verb: str, *, key: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return client.post(f"{ALL}{deal.public_id}/{verb}/", body, format="json", headers=headers)


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User, storage: ProductLine) -> Deal:
    return submitted(partner, partner_rep)


@pytest.fixture
def reviewer(api: Api, manager: User) -> APIClient:
    return api(manager)


def test_the_queue_is_what_the_page_shows(
    deal: Deal,
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    other_partner: Partner,
    other_partner_admin: User,
    reviewer: APIClient,
    manager: User,
    clock: Any,
) -> None:
    clock.turn(hours=2)
    later = submitted(partner, partner_rep, name="Later Mill")
    decided = submitted(partner, partner_rep, name="Decided Mill")
    reviewing.approve_deal(decided, acting_user=manager)
    submitted(other_partner, other_partner_admin, name="Of another")
    reviewing.take_up(later, acting_user=manager)

    def named(**query: str) -> list[str]:
        return [row["account_name"] for row in reviewer.get(ALL, query).json()["results"]]

    assert named() == ["Fenwick Mills", "Later Mill"]
    assert named(mine="me") == ["Later Mill"]
    assert named(q="later") == ["Later Mill"]
    assert reviewer.get(ALL, {"mine": "nonsense"}).status_code == 400
    (first, _) = reviewer.get(ALL).json()["results"]
    assert (first["amount"], first["currency"]) == ("50000.0000", "USD")
    assert first["due_at"] == "2026-03-04T09:00:00Z"


def test_one_comes_with_overlaps_eligibility_and_suggestion(
    deal: Deal,
    submitted: Make,
    other_partner: Partner,
    other_partner_admin: User,
    api: Api,
    admin: User,
    clock: Any,
) -> None:
    clock.turn(minutes=5)
    later = submitted(other_partner, other_partner_admin)
    said = api(admin).get(f"{ALL}{later.public_id}/").json()
    (overlap,) = said["overlaps"]
    assert (overlap["kind"], overlap["number"], overlap["who"]) == (
        "registration",
        deal.number,
        deal.partner.name,
    )
    assert (overlap["lines"], overlap["certain"]) == (["Storage"], True)
    assert said["suggestion"]["decision"] == "reject"
    assert said["suggestion"]["code"] == "duplicate"
    assert "was complete first" in said["suggestion"]["reasons"][-1]
    (line,) = said["lines"]
    assert line["eligibility"]["eligible"] is True
    assert line["suggestion"] == said["suggestion"]
    assert said["candidates"][0]["name"] == "Fenwick Mills"


def test_line_by_line_and_against_the_suggestion(
    submitted: Make,
    deal: Deal,
    partner: Partner,
    partner_rep: User,
    storage: ProductLine,
    network: ProductLine,
    reviewer: APIClient,
) -> None:
    two = submitted(partner, partner_rep, name="Two Lines", lines={storage: 5, network: 6})
    assert send(reviewer, two, "approve", lines=["Nothing"]).status_code == 400
    refused = send(reviewer, two, "approve", lines=["Storage"])
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["code"])
    done = send(reviewer, two, "approve", lines=["Storage"], code="too-early").json()
    assert done["state"] == "approved"
    assert {line["product_line"]: line["state"] for line in done["lines"]} == {
        "Storage": LineState.APPROVED,
        "Network": LineState.REJECTED,
    }
    assert "suggested" not in DealStep.objects.get(deal=two, step=Step.APPROVE).data
    # The rules suggest to approve it.
    assert send(reviewer, deal, "reject", code="other", text="No.").json()["state"] == "rejected"
    assert DealStep.objects.get(deal=deal, step=Step.REJECT).data["suggested"] == "approve"


def test_asked_noted_taken_up_and_handed_on(
    deal: Deal, reviewer: APIClient, other_manager: User, manager: User
) -> None:
    assert send(reviewer, deal, "take-up").json()["reviewer"] == manager.email
    assert send(reviewer, deal, "comment", text="Known to us.").status_code == 200
    assert send(reviewer, deal, "comment", text="Hello.", internal=False).status_code == 200
    notes = DealStep.objects.filter(deal=deal, step=Step.COMMENT).order_by("pk")
    assert list(notes.values_list("text", "internal")) == [
        ("Known to us.", True),
        ("Hello.", False),
    ]
    handed = send(reviewer, deal, "reassign", to=other_manager.email).json()
    assert handed["reviewer"] == other_manager.email
    assert send(reviewer, deal, "reassign", to="nobody@example.com").status_code == 400
    assert send(reviewer, deal, "ask", question="Who decides?").json()["state"] == "needs-info"


def test_who_gives_a_review_away_that_was_given_to_them_sees_it_no_more(
    deal: Deal, api: Api, other_manager: User, manager: User
) -> None:
    reviewing.reassign(deal, to=other_manager, acting_user=manager)
    assert send(api(other_manager), deal, "reassign", to=manager.email).status_code == 204
    deal.refresh_from_db()
    assert deal.reviewer == manager


def test_extension_appeal_and_a_changed_line(
    deal: Deal,
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    manager: User,
    admin: User,
    network: ProductLine,
    storage: ProductLine,
    api: Api,
) -> None:
    client = api(admin)
    assert send(client, deal, "extension", grant=True).status_code == 409
    assert send(client, deal, "appeal", grant=True, text="Yes.").status_code == 409
    reviewing.approve_deal(deal, acting_user=manager)
    progress.ask_extension(deal, reason="Budget", acting_user=partner_rep)
    assert send(client, deal, "extension", grant=True).status_code == 200
    assert send(client, deal, "extension", grant=True).status_code == 409
    progress.amend(
        deal, lines={storage: Decimal(50_000), network: Decimal(7)}, acting_user=partner_rep
    )
    changed = send(client, deal, "change", line="Network", approve=True).json()
    assert {line["state"] for line in changed["lines"]} == {LineState.APPROVED}
    assert send(client, deal, "change", line="Network", approve=True).status_code == 409
    other = submitted(partner, partner_rep, name="Rejected Mill")
    reviewing.reject_deal(other, code="other", text="No.", acting_user=manager)
    appeals.file_appeal(other, reason="Look again", acting_user=partner_rep)
    opened = send(client, other, "appeal", grant=True, text="There is a project.").json()
    assert opened["state"] == State.UNDER_REVIEW
    assert other.appeals.get().state == RequestState.GRANTED


def test_which_customer_it_is(
    deal: Deal, submitted: Make, partner: Partner, partner_rep: User, reviewer: APIClient
) -> None:
    alike = submitted(partner, partner_rep, name="Fenwick Mils", account_domain="fm.example")
    found = reviewer.get(f"{ALL}{alike.public_id}/").json()["candidates"]
    (other,) = [each for each in found if each["name"] == "Fenwick Mills"]
    said = send(reviewer, alike, "identify", customer=other["customer"]).json()
    assert said["customer"] == "Fenwick Mills"
    assert send(reviewer, alike, "identify", customer=str(uuid.uuid4())).status_code == 400


def test_a_held_customer_an_illegal_step_and_a_repetition(
    deal: Deal,
    submitted: Make,
    other_partner: Partner,
    other_partner_admin: User,
    reviewer: APIClient,
    api: Api,
    admin: User,
    clock: Any,
) -> None:
    clock.turn(minutes=1)
    second = submitted(other_partner, other_partner_admin)
    first = send(reviewer, deal, "approve", key="k")
    assert send(reviewer, deal, "approve", key="k").content == first.content
    for answer in (
        send(api(admin), second, "approve"),
        send(reviewer, deal, "approve"),
        send(reviewer, deal, "reject", code="other", text="No."),
        send(reviewer, deal, "ask", question="Who?"),
        send(reviewer, deal, "take-up"),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    second.refresh_from_db()
    assert second.state == State.SUBMITTED
    # A manager does not see the other partner's.
    assert send(reviewer, second, "ask", question="Who?").status_code == 404


def test_nobody_at_a_partner_comes_in(deal: Deal, api: Api, partner_rep: User) -> None:
    client = api(partner_rep)
    assert client.get(ALL).status_code == 404
    assert client.get(f"{ALL}{deal.public_id}/").status_code == 404
    assert send(client, deal, "approve").status_code == 404


def queries(client: APIClient, path: str, **query: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, query).status_code == 200
    return len(captured)


def test_the_queue_costs_the_same_however_long_it_is(
    deal: Deal, submitted: Make, partner: Partner, partner_rep: User, reviewer: APIClient
) -> None:
    one = queries(reviewer, ALL)
    for number in range(24):
        submitted(partner, partner_rep, name=f"Mill {number}")
    assert queries(reviewer, ALL) == one
