"""Imports for programs."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from imports import actions, running
from imports.models import Import, Source
from partners.models import Partner

ADDRESS = "/api/v1/imports/"
TEXT = b"Key,name\n1,Alpha\n2,\n"


@pytest.fixture(autouse=True)
def uploads_here(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)
    return tmp_path / "uploads"


@pytest.fixture
def program(admin: User, api: Callable[[User], APIClient]) -> APIClient:
    return api(admin)


def post(program: APIClient, content: bytes = TEXT, **given: Any) -> Any:
    file = SimpleUploadedFile("partners.csv", content)
    body = {"kind": "partners", "source": "erp", "map": ["Key=external_id"], "file": file, **given}
    return program.post(ADDRESS, body, format="multipart")


def test_a_file_is_taken_in_loaded_and_told_of(program: APIClient, admin: User) -> None:
    answer = post(program, set=["currency=EUR"])
    assert answer.status_code == 202
    taken = answer.json()
    assert (taken["state"], taken["source"], taken["kind"]) == ("queued", "erp", "partners")
    load = Import.objects.get()
    assert load.created_by == admin
    running.run_import(load.pk)
    told = program.get(f"{ADDRESS}{taken['id']}/").json()
    assert (told["state"], told["rows"], told["new"], told["rejected"]) == ("done", 2, 1, 1)
    rows = program.get(f"{ADDRESS}{taken['id']}/rejected-rows/").json()
    assert rows["results"] == [
        {"row": 3, "column": "name", "value": "", "reason": "This cell must not be empty."}
    ]
    assert program.get(ADDRESS).json()["count"] == 1
    assert Partner.objects.get().currency == "EUR"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "ships"},
        {"unknown": ["nothing=create"]},
        {"source": "a b"},
        {"map": ["Key=nope"]},
        {"map": ["Key"]},
        {"set": ["nope=1"]},
        {"covers": "spring"},
        {"date_order": "dym"},
        {"file": ""},
        {"file": "no file"},
    ],
)
def test_bad_input_is_a_400_and_leaves_nothing(
    program: APIClient, uploads_here: Path, given: dict[str, Any]
) -> None:
    assert post(program, **given).status_code == 400
    assert not Import.objects.exists()
    assert not uploads_here.exists() or not list(uploads_here.iterdir())


def test_an_upload_beyond_the_limit_is_refused(program: APIClient, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    answer = post(program, b"Key,name\n" + b"x" * 1024 * 1024)
    assert answer.status_code == 400
    assert "larger than 1 MB" in answer.content.decode()


def test_a_token_is_needed(db: None) -> None:
    assert APIClient().get(ADDRESS).status_code == 401
    assert post(APIClient()).status_code == 401


@pytest.mark.parametrize("person", ["chief", "manager", "direct", "partner_admin"])
def test_imports_are_an_admins(
    request: pytest.FixtureRequest,
    program: APIClient,
    api: Callable[[User], APIClient],
    person: str,
) -> None:
    known = post(program).json()["id"]
    outsider = api(request.getfixturevalue(person))
    for address in (ADDRESS, f"{ADDRESS}{known}/", f"{ADDRESS}{known}/rejected-rows/"):
        assert outsider.get(address).status_code == 404
    assert post(outsider).status_code == 404
    assert Import.objects.count() == 1


@pytest.mark.parametrize("verb", ["load", "cancel", "undo"])
def test_what_does_not_go_with_its_state_is_a_409_to_admins_and_nothing_to_others(
    verb: str, program: APIClient, api: Callable[[User], APIClient], manager: User,
    partner_admin: User,
) -> None:  # fmt: skip
    source = Source.objects.create(name="erp")
    moved = Import.objects.create(
        kind="reattribution", source=source, file_name="Moved", size=0, state="done",
        confirmed=True,
    )  # fmt: skip
    dead = Import.objects.create(kind="sales", source=source, file_name="x", size=0, state="dead")
    for load in (moved, dead):
        address = f"{ADDRESS}{load.public_id}/{verb}/"
        assert APIClient().post(address).status_code == 401
        for outsider in (manager, partner_admin):
            assert api(outsider).post(address).status_code == 404
        refused = program.post(address)
        assert (refused.status_code, bool(refused.json()["detail"])) == (409, True)
    assert program.post(f"{ADDRESS}{uuid.uuid4()}/{verb}/").status_code == 404
    assert Import.objects.count() == 2


def test_a_failure_is_told_by_the_name_that_the_file_was_sent_under(program: APIClient) -> None:
    taken = post(program, header_line="99").json()
    running.run_import(Import.objects.get().pk)
    told = program.get(f"{ADDRESS}{taken['id']}/").json()
    assert (told["state"], told["error"]) == ("dead", "partners.csv has nothing on line 99.")


def test_a_file_is_only_checked_and_loaded_when_asked_for(program: APIClient) -> None:
    taken = post(program, check="true").json()
    assert taken["state"] == "queued"
    load = Import.objects.get()
    running.run_import(load.pk)
    told = program.get(f"{ADDRESS}{taken['id']}/").json()
    assert (told["state"], told["new"], told["rejected"]) == ("checked", 1, 1)
    assert not Partner.objects.exists()
    assert program.post(f"{ADDRESS}{taken['id']}/load/").status_code == 202
    running.run_import(load.pk)
    assert program.get(f"{ADDRESS}{taken['id']}/").json()["state"] == "done"
    assert Partner.objects.count() == 1
    assert program.post(f"{ADDRESS}{taken['id']}/load/").status_code == 409


def test_an_import_is_cancelled_while_it_waits_and_not_later(program: APIClient) -> None:
    taken = post(program).json()
    assert program.post(f"{ADDRESS}{taken['id']}/cancel/").json()["state"] == "draft"
    assert program.post(f"{ADDRESS}{taken['id']}/cancel/").status_code == 409


def test_what_becomes_of_unknown_names_is_one_of_two(program: APIClient) -> None:
    assert post(program, unknown=["partner=perhaps"]).status_code == 400


def test_what_can_be_unknown_is_said_where_something_else_is_asked_for(program: APIClient) -> None:
    answer = post(program, b"a\n1\n", kind="sales", map=[], unknown=["nothing=create"])

    assert answer.status_code == 400
    assert "names no 'nothing'" in str(answer.json())
    assert "It names: partner, customer, product." in str(answer.json())
    assert not Import.objects.exists()
