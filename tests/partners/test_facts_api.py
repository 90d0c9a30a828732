"""People, results, line cards, actions and customers for programs: the pages' rules and words."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Organisation, User
from customers.models import Customer, CustomerPartner
from partners.models import Action, LineCardSupplier, Partner, Person

Api = Callable[[User], APIClient]


@pytest.fixture
def desk(api: Api, manager: User) -> APIClient:
    return api(manager)


def at(partner: Partner, name: str) -> str:
    return f"/api/v1/partners/{partner.public_id}/{name}/"


def listed(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def test_a_person_comes_leaves_and_returns(partner: Partner, desk: APIClient) -> None:
    made = desk.post(at(partner, "people"), {"name": "Ida", "key": True}, format="json")
    assert made.status_code == 201
    person = f"/api/v1/people/{made.json()['id']}/"
    assert desk.patch(person, {"role": "Lead"}, format="json").json()["role"] == "Lead"
    left = desk.post(f"{person}departure/", {"left_on": "2026-01-05"}, format="json")
    assert left.status_code == 201
    again = desk.post(f"{person}departure/", {"left_on": "2026-01-06"}, format="json")
    assert again.status_code == 400
    assert "left already" in str(again.json())
    back = desk.post(f"{person}return/", {"returned_on": "2026-01-07"}, format="json")
    assert back.json()["returned_on"] == "2026-01-07"
    (row,) = listed(desk.get(at(partner, "people")))
    assert row["departures"][0]["left_on"] == "2026-01-05"


def test_results_and_line_cards(partner: Partner, desk: APIClient) -> None:
    Organisation.objects.update(name="Northlight")
    year = {"start": "2024-01-01", "end": "2024-12-31", "amount": "10", "currency": "EUR"}
    assert desk.post(at(partner, "results"), year, format="json").status_code == 201
    desk.post(at(partner, "results"), {**year, "amount": "12"}, format="json")
    (told,) = listed(desk.get(at(partner, "results")))
    assert told["amount"] == "12.0000"
    bad = desk.post(at(partner, "results"), {**year, "start": "2024-06-01"}, format="json")
    assert bad.status_code == 400
    assert "overlaps" in str(bad.json())
    look = {
        "category": "Phones", "source": "Call", "basis": "revenue", "observed_on": "2026-01-05",
        "suppliers": ["Corvex", "us"],
    }  # fmt: skip
    assert desk.post(at(partner, "line-cards"), look, format="json").status_code == 201
    assert LineCardSupplier.objects.get(ours=True).rank == 2
    (seen,) = listed(desk.get(at(partner, "line-cards")))
    assert seen["suppliers"][1] == {"name": "Northlight", "rank": 2, "ours": True}


def test_actions_are_made_changed_and_done(
    partner: Partner, desk: APIClient, manager: User
) -> None:
    facts = {
        "partner": partner.number, "title": "Call", "owner": manager.email, "due_on": "2026-01-05"
    }  # fmt: skip
    made = desk.post("/api/v1/actions/", facts, format="json")
    assert made.status_code == 201, made.json()
    action = f"/api/v1/actions/{made.json()['id']}/"
    done = desk.patch(action, {"status": "done", "outcome": "They called."}, format="json")
    assert (done.json()["status"], done.json()["outcome"]) == ("done", "They called.")
    assert desk.patch(action, {"title": "Call back"}, format="json").json()["title"] == "Call back"
    assert Action.objects.get().closed_on
    assert (
        desk.post("/api/v1/actions/", {**facts, "owner": "x@y"}, format="json").status_code == 400
    )


def test_customers_are_found_and_lost(
    partner: Partner, api: Api, desk: APIClient, admin: User, other_manager: User
) -> None:
    group = api(admin).post("/api/v1/customers/", {"name": "G", "level": "group"}, format="json")
    made = api(admin).post(
        "/api/v1/customers/", {"name": "Acme", "parent": group.json()["id"]}, format="json"
    )
    assert made.status_code == 201, made.json()
    CustomerPartner.objects.create(customer=Customer.objects.get(name="Acme"), partner=partner)
    address = f"/api/v1/customers/{made.json()['id']}/"
    assert [row["name"] for row in listed(desk.get("/api/v1/customers/?q=acm"))] == ["Acme"]
    assert api(other_manager).get(address).status_code == 404
    assert desk.patch(address, {"name": "X"}, format="json").status_code == 404
    assert api(admin).patch(address, {"country": "DE"}, format="json").json()["country"] == "DE"
    lost = {"lost_on": "2026-01-05", "said_by": "buyer"}
    assert desk.post(f"{address}loss/", lost, format="json").status_code == 201
    assert desk.post(f"{address}loss/", lost, format="json").status_code == 400
    assert desk.delete(f"{address}loss/").json()["withdrawn_on"]


def test_outsiders_find_nothing_and_readers_write_nothing(
    partner: Partner, api: Api, chief: User, other_manager: User
) -> None:
    person = Person.objects.create(partner=partner, name="Ida", known_on="2026-01-01")
    addresses = [at(partner, "people"), at(partner, "results"), at(partner, "line-cards")]
    for address in [*addresses, f"/api/v1/people/{person.public_id}/"]:
        assert api(other_manager).get(address).status_code == 404
        assert api(chief).get(address).status_code == 200
    for address in addresses:
        assert api(chief).post(address, {}, format="json").status_code == 404
