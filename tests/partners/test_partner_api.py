import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import Organisation, User
from imports.models import Source
from partners.models import Partner

LIST = reverse("api:partner-list")
NEW = {"number": "N-1", "name": "Nova", "kinds": ["reseller"], "tier": "Gold"}
NOBODY = "00000000-0000-4000-8000-000000000000"

Api = Callable[[User], APIClient]


def one(partner: Partner, page: str = "detail") -> str:
    return reverse(f"api:partner-{page}", args=[partner.public_id])


@pytest.fixture
def program(api: Api, admin: User) -> APIClient:
    return api(admin)


def test_list_and_retrieve(
    api: Api, manager: User, partner: Partner, other_partner: Partner
) -> None:
    client = api(manager)
    (row,) = client.get(LIST).json()["results"]
    assert row == client.get(one(partner)).json()
    assert row["id"] == str(partner.public_id)
    assert (row["status"], row["manager"], row["tier"]) == (
        "active",
        "mia.manager@example.com",
        None,
    )
    assert client.get(one(other_partner)).status_code == 404
    assert client.get(one(other_partner, "history")).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"number": "P-2"}, ["P-2"]),
        ({"q": "alpha"}, ["P-1"]),
        ({"per": "1"}, ["P-1"]),
        ({"status": "active"}, ["P-1", "P-2"]),
        ({"manager": "otto.manager@example.com"}, ["P-2"]),
        ({"nonsense": "1"}, ["P-1", "P-2"]),
    ],
)
def test_filters(
    program: APIClient,
    partner: Partner,
    other_partner: Partner,
    query: dict[str, str],
    found: list[str],
) -> None:
    assert [row["number"] for row in program.get(LIST, query).json()["results"]] == found


def test_pages_follow_each_other(
    program: APIClient, partner: Partner, other_partner: Partner
) -> None:
    first = program.get(LIST, {"per": "1"}).json()
    second = program.get(first["next"]).json()
    assert [row["number"] for row in second["results"]] == ["P-2"]
    assert second["next"] is None


def test_create(program: APIClient, manager: User, organisation: Organisation) -> None:
    answer = program.post(LIST, {**NEW, "manager": manager.email}, format="json")
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["status"], body["tier"], body["manager"]) == ("active", "Gold", manager.email)
    partner = Partner.objects.get(number="N-1")
    assert partner.tiers.get().valid.lower == organisation.today()
    history = program.get(one(partner, "history")).json()["results"]
    assert [(entry["what"], entry["who"]) for entry in history][-1] == (
        "Partner created",
        "Ada Admin",
    )


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"number": "P-1"}, "number"),
        ({"number": ""}, "number"),
        ({"kinds": []}, "kinds"),
        ({"kinds": ["wizard"]}, "kinds"),
        ({"currency": "euro"}, "currency"),
        ({"company": "P-99"}, "company"),
        ({"manager": "who@example.com"}, "manager"),
        ({"manager": "dora.direct@example.com"}, "manager"),
        ({"since": "soon"}, "since"),
        ({"status": "gone"}, "status"),
        ({"name": "a\0b"}, "name"),
    ],
)
def test_bad_input_is_a_problem_with_its_field(
    program: APIClient, partner: Partner, direct: User, sent: dict[str, Any], field: str
) -> None:
    answer = program.post(LIST, {**NEW, **sent}, format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], list(problem["errors"])) == (400, [field])
    assert not Partner.objects.filter(number="N-1").exists()


def test_update_changes_what_is_sent(program: APIClient, partner: Partner) -> None:
    sent = {"name": "Alpha", "status": "on-notice", "since": "2026-03-01"}
    body = program.patch(one(partner), sent, format="json").json()
    assert (body["name"], body["kinds"]) == ("Alpha", ["reseller"])
    assert partner.statuses.on(dt.date(2026, 3, 1)).get().status == "on-notice"
    assert partner.statuses.on(dt.date(2026, 2, 28)).get().status == "active"


def test_update_is_all_or_nothing(program: APIClient, partner: Partner, manager: User) -> None:
    sent = {"name": "Changed", "deputy": manager.email}
    assert program.patch(one(partner), sent, format="json").status_code == 400
    partner.refresh_from_db()
    assert partner.name == "Alpha Systems"


def test_merge_and_unmerge(program: APIClient, partner: Partner, other_partner: Partner) -> None:
    merge = {"into": "P-1", "on": "2026-03-01"}
    body = program.post(one(other_partner, "merge"), merge, format="json").json()
    assert (body["merged_into"], body["merged_on"]) == ("P-1", "2026-03-01")
    again = program.post(one(partner, "merge"), {**merge, "into": "P-2"}, format="json")
    assert again.status_code == 400
    assert program.post(one(other_partner, "unmerge")).json()["merged_into"] is None


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_only_admins_write(
    role: str, request: pytest.FixtureRequest, api: Api, partner: Partner
) -> None:
    client = api(request.getfixturevalue(role))
    assert client.post(LIST, NEW, format="json").status_code == 404
    assert client.patch(one(partner), {"name": "X"}, format="json").status_code == 404
    assert client.post(one(partner, "merge"), {}, format="json").status_code == 404


@pytest.mark.parametrize("role", ["direct", "partner_admin", "partner_rep"])
def test_others_meet_not_found(
    role: str, request: pytest.FixtureRequest, api: Api, partner: Partner
) -> None:
    client = api(request.getfixturevalue(role))
    for address in (LIST, one(partner), one(partner, "history")):
        assert client.get(address).status_code == 404


def test_strangers_meet_401(partner: Partner) -> None:
    answer = APIClient().get(one(partner))
    assert (answer.status_code, answer.json()["title"]) == (401, "Unauthorized")


def test_an_unknown_partner_is_not_found(program: APIClient) -> None:
    answer = program.get(reverse("api:partner-detail", args=[NOBODY]))
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_schema_is_served(program: APIClient) -> None:
    answer = program.get(reverse("api:schema"))
    assert answer.status_code == 200
    assert b"/api/v1/partners/{public_id}/" in answer.content


# token, user, organisation (zone and today), partners, external ids, sources, fiscal periods
BUDGET = 8


@pytest.mark.parametrize("rows", [25, 200])
def test_the_list_costs_the_same_at_every_size(
    rows: int, program: APIClient, make_partner: Callable[..., Partner]
) -> None:
    erp = Source.objects.create(name="erp")
    for i in range(rows):
        partner = make_partner(f"M-{i:03}", f"Many {i}")
        partner.external_ids.create(source=erp, external_id=str(i))
    with CaptureQueriesContext(connection) as queries:
        page = program.get(LIST, {"per": rows}).json()
    assert len(page["results"]) == rows
    assert len(queries) <= BUDGET, [query["sql"][:90] for query in queries.captured_queries]
