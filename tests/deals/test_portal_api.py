"""A reseller's CRM registers deals and follows them; what is sent twice happens once."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections, transaction
from rest_framework.test import APIClient

from accounts.idempotency import forget_old_calls
from accounts.models import IdempotentCall, Role, User
from deals.actions import progress, reviewing
from deals.models import Appeal, Deal, ExtensionRequest, UnclearFlag
from deals.rules.states import State
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
Api = Callable[[User], APIClient]
DEALS = "/api/v1/deals/"
PROBLEM = "application/problem+json"


def complete(**changes: Any) -> dict[str, Any]:
    return {
        "account_name": "Fenwick Mills",
        "account_domain": "https://www.fenwick.example/",
        "account_country": "GB",
        "currency": "USD",
        "expected_close": "2026-06-30",
        "effort": "Two meetings.",
        "lines": [{"product_line": "Storage", "amount": "50000"}],
        **changes,
    }


def send(client: APIClient, body: Any, *, key: str | None = None, to: str = DEALS) -> Any:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return client.post(to, body, format="json", headers=headers)


def verb(deal: Deal, name: str) -> str:
    return f"{DEALS}{deal.public_id}/{name}/"


@pytest.fixture
def crm(api: Api, partner_rep: User, storage: ProductLine, clock: Any) -> APIClient:
    return api(partner_rep)


def test_a_complete_registration_is_submitted(crm: APIClient, partner: Partner) -> None:
    answer = send(crm, complete(external_reference="CRM-7", rules_version=1))
    deal = Deal.objects.get()
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (deal.state, deal.partner) == (State.SUBMITTED, partner)
    assert said["id"] == str(deal.public_id)
    assert said["state"] == "under-review"
    assert said["account_domain"] == "fenwick.example"
    assert said["decision_by"] == "2026-03-04T09:00:00Z"
    assert said["rules_version"] == 1
    assert [step["step"] for step in said["history"]] == ["submit"]
    line = {
        "product_line": "Storage", "amount": "50000.0000", "proposed_amount": None,
        "state": "under-review", "code": "",
    }  # fmt: skip
    assert said["lines"] == [line]


def test_a_draft_is_only_kept(crm: APIClient) -> None:
    answer = send(crm, {"account_name": "Fenwick", "draft": True})
    assert answer.status_code == 201
    assert answer.json()["state"] == "draft"
    assert Deal.objects.get().state == State.DRAFT


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account_domain": "no domain"}, "account_domain"),
        ({"account_country": "XX"}, "account_country"),
        ({"currency": "usd"}, "currency"),
        ({"expected_close": "2026-01-01"}, "expected_close"),
        ({"effort": ""}, "effort"),
        ({"lines": []}, "lines"),
        ({"lines": [{"product_line": "Nothing", "amount": "1"}]}, "lines"),
        ({"lines": [{"product_line": "Storage", "amount": "-1"}]}, "lines"),
        ({"lines": [{"product_line": "Storage", "amount": "1"}] * 2}, "lines"),
        ({"rules_version": 7}, "rules"),
        ({"account_name": "a\0b"}, "account_name"),
    ],
)
def test_what_is_wrong_is_named_by_field_and_keeps_nothing(
    crm: APIClient, changes: dict[str, Any], field: str
) -> None:
    answer = send(crm, complete(**changes))
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    assert list(answer.json()["errors"]) == [field]
    assert not Deal.objects.exists()


def test_a_repetition_gets_the_first_answer_byte_for_byte(crm: APIClient, manager: User) -> None:
    first = send(crm, complete(), key="k-1")
    reviewing.take_up(Deal.objects.get(), acting_user=manager)
    again = send(crm, complete(), key="k-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Content-Type"] == first["Content-Type"]
    assert Deal.objects.count() == 1
    wrong = send(crm, complete(effort=""), key="k-2")
    assert send(crm, complete(effort=""), key="k-2").content == wrong.content
    assert wrong["Content-Type"] == PROBLEM


def test_a_key_is_needed_and_is_one_person_s_and_one_call_s(
    crm: APIClient, api: Api, partner_admin: User
) -> None:
    missing = crm.post(DEALS, complete(), format="json")
    assert missing.status_code == 400
    assert "Idempotency-Key" in missing.json()["errors"]
    assert send(crm, complete(), key="x" * 201).status_code == 400
    assert send(crm, complete(), key="k").status_code == 201
    other_body = send(crm, complete(effort="Three meetings."), key="k")
    assert (other_body.status_code, other_body["Content-Type"]) == (422, PROBLEM)
    deal = Deal.objects.get()
    assert send(crm, complete(), key="k", to=verb(deal, "withdraw")).status_code == 422
    assert send(api(partner_admin), complete(), key="k").status_code == 201
    assert Deal.objects.count() == 2


def test_what_failed_is_done_by_the_next_repetition(
    crm: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("deals.portal.serializing.begin_draft", lambda *_, **__: 1 / 0)
        assert send(crm, complete(), key="k").status_code == 500
    assert IdempotentCall.objects.get().status is None
    assert send(crm, complete(), key="k").status_code == 201
    assert Deal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_call_is_under_way_the_second_is_told_so(
    api: Api, partner_rep: User, storage: ProductLine
) -> None:
    crm = api(partner_rep)
    body = complete(expected_close="2096-06-30")
    send(crm, {**body, "lines": []}, key="k")
    IdempotentCall.objects.update(status=None, body=None)
    other = connections.create_connection("default")
    try:
        with transaction.atomic():
            IdempotentCall.objects.select_for_update().get()
            other.ensure_connection()
            mine = connections["default"]
            connections["default"] = other
            try:
                answer = send(crm, {**body, "lines": []}, key="k")
            finally:
                connections["default"] = mine
    finally:
        other.close()
    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert not Deal.objects.exists()


def test_keys_are_forgotten_after_a_week(crm: APIClient) -> None:
    send(crm, complete(), key="k")
    forget_old_calls()
    assert IdempotentCall.objects.exists()
    IdempotentCall.objects.update(created_at="2020-01-01T00:00Z")
    forget_old_calls()
    assert not IdempotentCall.objects.exists()


def test_a_deal_from_a_question_to_won(
    crm: APIClient, submitted: Make, partner: Partner, partner_rep: User, manager: User
) -> None:
    deal = submitted(partner, partner_rep)
    reviewing.ask(deal, question="Who decides?", acting_user=manager)
    (asked,) = crm.get(f"{DEALS}{deal.public_id}/").json()["asked"]
    assert asked["verb"] == "answer"
    for name, body in (
        ("answer", {"text": "The board."}),
        ("update", {"text": "A pilot", "expected_close": "2026-07-31"}),
        ("flag", {"text": "Two of us"}),
    ):
        assert send(crm, body, to=verb(deal, name)).status_code == 200, name
    reviewing.approve_deal(deal, acting_user=manager)
    assert send(crm, {"reason": "Budget"}, to=verb(deal, "extension")).status_code == 200
    won = send(crm, {"amount": "48000", "order_number": "SO-1"}, to=verb(deal, "won"))
    assert won.json()["state"] == "won"
    assert won.json()["closed_amount"] == "48000.0000"
    assert (ExtensionRequest.objects.count(), UnclearFlag.objects.count()) == (1, 1)


def test_a_draft_is_gone_on_with_and_submitted(crm: APIClient, network: ProductLine) -> None:
    said = send(crm, complete(effort="Calls", draft=True, external_reference="CRM-7")).json()
    one = f"{DEALS}{said['id']}/"
    changed = crm.patch(
        one,
        {"effort": "Two meetings.", "lines": [{"product_line": "Network", "amount": "7"}]},
        format="json",
    )
    assert changed.status_code == 200, changed.content
    assert changed.json()["effort"] == "Two meetings."
    assert changed.json()["account_name"] == "Fenwick Mills"
    assert [line["product_line"] for line in changed.json()["lines"]] == ["Network"]
    stale = send(crm, {"rules_version": 7}, to=f"{one}submit/")
    assert (stale.status_code, list(stale.json()["errors"])) == (400, ["rules"])
    assert send(crm, {"rules_version": 1}, to=f"{one}submit/").json()["state"] == "under-review"
    for refused in (
        send(crm, {}, to=f"{one}submit/"),
        crm.patch(one, {"effort": "More"}, format="json"),
        crm.delete(one),
    ):
        assert (refused.status_code, refused["Content-Type"]) == (409, PROBLEM)
    assert Deal.objects.get().effort == "Two meetings."


def test_what_a_draft_still_needs_is_named_by_field(crm: APIClient) -> None:
    said = send(crm, {"account_name": "Fenwick", "draft": True}).json()
    one = f"{DEALS}{said['id']}/"
    told = send(crm, {}, to=f"{one}submit/")
    assert told.status_code == 400
    missing = ["account_country", "account_domain", "effort", "expected_close", "lines"]
    assert sorted(told.json()["errors"]) == missing
    wrong = crm.patch(one, {"account_country": "XX"}, format="json")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["account_country"])
    assert Deal.objects.get().state == State.DRAFT
    assert crm.delete(one).status_code == 204
    assert not Deal.objects.exists()


def test_a_reference_of_another_registration_is_refused(crm: APIClient) -> None:
    send(crm, complete(external_reference="CRM-7"))
    said = send(crm, {"account_name": "Hill", "draft": True}).json()
    told = crm.patch(f"{DEALS}{said['id']}/", {"external_reference": "CRM-7"}, format="json")
    assert (told.status_code, list(told.json()["errors"])) == (400, ["external_reference"])


def test_changed_shared_commented_and_a_breach_filed(
    crm: APIClient,
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    manager: User,
    network: ProductLine,
    make_user: Any,
) -> None:
    deal = submitted(partner, partner_rep)
    rita = make_user("Rita Rep", Role.PARTNER_REP, partner)
    assert send(crm, {"text": "News"}, to=verb(deal, "comment")).status_code == 200
    assert send(crm, {"to": rita.email.upper()}, to=verb(deal, "share")).status_code == 200
    assert Deal.objects.visible_to(rita).get() == deal
    again = send(crm, {"to": rita.email}, to=verb(deal, "share"))
    assert (again.status_code, list(again.json()["errors"])) == (400, ["to"])
    filed = send(
        crm, {"evidence": "A visit.", "happened_on": "2026-03-01"}, to=verb(deal, "breach")
    )
    (breach,) = filed.json()["breaches"]
    assert (breach["evidence"], breach["state"]) == ("A visit.", "suspected")
    later = {"evidence": "A visit.", "happened_on": "2026-04-01"}
    assert send(crm, later, to=verb(deal, "breach")).status_code == 400
    reviewing.approve_deal(deal, acting_user=manager)
    lines = [{"product_line": "Network", "amount": "9"}]
    left_out = send(crm, {"lines": lines}, to=verb(deal, "amend"))
    assert left_out.status_code == 400
    lines.append({"product_line": "Storage", "amount": "50000"})
    said = send(crm, {"lines": lines}, to=verb(deal, "amend")).json()
    assert {line["product_line"]: line["state"] for line in said["lines"]} == {
        "Network": "under-review",
        "Storage": "approved",
    }
    assert [step["step"] for step in said["history"]][-3:] == ["share", "comment", "submit"]


def test_nobody_but_the_partner_hears_of_a_draft(
    crm: APIClient, draft: Make, partner: Partner, partner_rep: User
) -> None:
    deal = draft(partner, partner_rep)
    for name, body in (
        ("comment", {"text": "x"}),
        ("breach", {"evidence": "x", "happened_on": "2026-03-01"}),
        ("amend", {"lines": [{"product_line": "Storage", "amount": "1"}]}),
    ):
        assert send(crm, body, to=verb(deal, name)).status_code == 409, name


def test_lost_withdrawn_and_appealed(
    crm: APIClient, submitted: Make, partner: Partner, partner_rep: User, manager: User
) -> None:
    deals = [submitted(partner, partner_rep, name=name) for name in ("A Co", "B Co", "C Co")]
    reviewing.approve_deal(deals[0], acting_user=manager)
    reviewing.reject_deal(deals[2], code="other", text="No.", acting_user=manager)
    lost = send(crm, {"reason": "price"}, to=verb(deals[0], "lost")).json()
    assert (lost["state"], lost["loss_reason"]) == ("lost", "price")
    assert send(crm, {"reason": "mood"}, to=verb(deals[0], "lost")).status_code == 400
    # A key is not needed where a repetition does no harm.
    assert crm.post(verb(deals[1], "withdraw"), {}, format="json").json()["state"] == "withdrawn"
    assert send(crm, {"reason": "Look again"}, to=verb(deals[2], "appeal")).status_code == 200
    assert Appeal.objects.get().reason == "Look again"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("answer", {"text": "x"}),
        ("update", {"text": "x"}),
        ("extension", {"reason": "x"}),
        ("won", {"amount": "1"}),
        ("lost", {"reason": "price"}),
        ("withdraw", {}),
        ("appeal", {"reason": "x"}),
        ("flag", {"text": "x"}),
        ("submit", {}),
        ("amend", {"lines": [{"product_line": "Storage", "amount": "1"}]}),
        ("share", {"to": "rita.rep@example.com"}),
    ],
)
def test_an_illegal_step_is_a_conflict_and_a_stranger_s_deal_is_not_found(
    name: str,
    body: dict[str, Any],
    crm: APIClient,
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    other_partner: Partner,
    other_partner_admin: User,
    make_user: Any,
) -> None:
    make_user("Rita Rep", Role.PARTNER_REP, partner)
    deal = submitted(partner, partner_rep)
    progress.withdraw(deal, acting_user=partner_rep)
    refused = send(crm, body, to=verb(deal, name))
    assert (refused.status_code, refused["Content-Type"]) == (409, PROBLEM)
    theirs = submitted(other_partner, other_partner_admin)
    assert send(crm, body, to=verb(theirs, name)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == State.SUBMITTED


def test_the_list_is_one_s_own_narrowed_and_paged(
    crm: APIClient,
    submitted: Make,
    draft: Make,
    partner: Partner,
    partner_rep: User,
    partner_admin: User,
    other_partner: Partner,
    other_partner_admin: User,
) -> None:
    submitted(partner, partner_rep)
    draft(partner, partner_rep, name="Hill")
    draft(partner, partner_admin, name="Of the admin")
    theirs = submitted(other_partner, other_partner_admin, name="Of another")

    def named(**query: str) -> list[str]:
        return [row["account_name"] for row in crm.get(DEALS, query).json()["results"]]

    assert sorted(named()) == ["Fenwick Mills", "Hill"]
    assert named(state="draft") == ["Hill"]
    assert named(q="fenw") == ["Fenwick Mills"]
    assert named(sort="customer") == ["Fenwick Mills", "Hill"]
    assert crm.get(DEALS, {"state": "nonsense"}).status_code == 400
    assert crm.get(DEALS, {"q": "a\0"}).status_code == 400
    assert crm.get(f"{DEALS}{theirs.public_id}/").status_code == 404


@pytest.mark.parametrize("role", ["admin", "manager", "chief"])
def test_it_is_the_partner_s_own_door(
    role: str, api: Api, storage: ProductLine, request: pytest.FixtureRequest
) -> None:
    client = api(request.getfixturevalue(role))
    assert client.get(DEALS).status_code == 404
    assert send(client, complete()).status_code == 404


def test_the_schema_is_valid_and_names_every_choice_once(tmp_path: Path) -> None:
    written = tmp_path / "schema.yml"
    call_command("spectacular", file=str(written), validate=True, fail_on_warn=True)
    text = written.read_text()
    assert "/api/v1/deals/{public_id}/won/" in text
    assert "Idempotency-Key" in text


def test_a_stranger_is_asked_who_they_are(db: None) -> None:
    assert send(APIClient(), complete()).status_code == 401
