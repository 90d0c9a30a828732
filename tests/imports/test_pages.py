"""From upload to result in a browser, without JavaScript."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from imports import actions, running
from imports.models import Import, RejectedRow, Source
from partners.models import Partner

TEXT = b"Key,Company,Kind of firm\n1,Alpha,MSP\n2,,VAR\n"


@pytest.fixture(autouse=True)
def uploads_here(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)
    return tmp_path / "uploads"


@pytest.fixture
def browser(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


def upload(
    browser: Client, content: bytes = TEXT, kind: str = "partners", source: str = "erp"
) -> HttpResponse:
    file = SimpleUploadedFile("our partners.csv", content)
    given = {"kind": kind, "source": source, "file": file}
    return browser.post(reverse("imports:new"), given)  # type: ignore[return-value]


def confirm(browser: Client, load: Import, **given: str) -> HttpResponse:
    columns = {"column_0": "external_id", "column_1": "name", "column_2": "type"}
    return browser.post(detail(load), {**columns, **given})  # type: ignore[return-value]


def detail(load: Import) -> str:
    return reverse("imports:detail", args=[load.public_id])


def draft(browser: Client, **given: Any) -> Import:
    upload(browser, **given)
    load: Import = Import.objects.latest("pk")
    return load


def test_an_upload_is_a_draft_that_shows_its_columns(browser: Client, admin: User) -> None:
    response = upload(browser)
    load = Import.objects.get()
    assert response["Location"] == detail(load)
    assert load.is_draft
    assert (load.file_name, load.created_by, load.size) == ("our partners.csv", admin, len(TEXT))
    page = browser.get(detail(load)).content.decode()
    assert "Kind of firm" in page
    assert "MSP · VAR" in page
    assert '<option value="name" selected>' in page
    assert not Partner.objects.exists()


def test_a_confirmed_draft_is_loaded_and_tells_of_every_row(browser: Client) -> None:
    load = draft(browser)
    assert confirm(browser, load, fixed_currency="EUR")["Location"] == detail(load)
    assert "every 2s" in browser.get(detail(load)).content.decode()
    running.run_import(load.pk)
    page = browser.get(detail(load)).content.decode()
    assert "every 2s" not in page
    assert "This cell must not be empty." in page
    assert "Company" in page
    partner = Partner.objects.get()
    assert (partner.name, partner.type, partner.currency) == ("Alpha", "MSP", "EUR")


def test_a_column_left_out_stays_out(browser: Client) -> None:
    load = draft(browser, content=b"id,name,type\n1,Alpha,MSP\n")
    confirm(browser, load, column_2="")
    running.run_import(load.pk)
    assert Partner.objects.get().type == ""


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"column_1": ""}, "Name: choose its column, or a value for every row."),
        ({"column_2": "name"}, "are to be the name"),
        ({"fixed_currency": "EUROS"}, "at most 3 characters"),
        ({"fixed_start": "1.2.24"}, "two digits"),
        ({"fixed_name": "X"}, "Both a column and a fixed value"),
        ({"column_2": "secret"}, "Select a valid choice"),
    ],
)
def test_a_mapping_that_cannot_be_is_explained(
    browser: Client, given: dict[str, str], reason: str
) -> None:
    load = draft(browser)
    response = confirm(browser, load, **given)
    assert response.status_code == 200
    assert reason in response.content.decode()
    load.refresh_from_db()
    assert load.is_draft


def test_sales_ask_for_their_period(browser: Client) -> None:
    content = b"invoice,date,amount\n1,2024-01-05,10\n"
    load = draft(browser, content=content, kind="sales")
    assert "past months" in browser.get(detail(load)).content.decode()
    given = {"column_0": "invoice", "column_1": "date", "column_2": "amount",
             "fixed_kind": "billing", "covers_from": "2024-01", "history": "on"}  # fmt: skip
    wrong = browser.post(detail(load), {**given, "covers_to": "2023-12"})
    assert "ends before it starts" in wrong.content.decode()
    browser.post(detail(load), given)
    load.refresh_from_db()
    assert load.options["covers"] == ["2024-01-01", "2024-01-01"]
    assert load.options["history"] is True


def test_a_failed_import_can_be_corrected(browser: Client) -> None:
    load = draft(browser, content=b"id,name,start\n1,Alpha,3/4/2024\n")
    confirm(browser, load, column_2="start")
    running.run_import(load.pk)
    page = browser.get(detail(load)).content.decode()
    assert "day/month or month/day" in page
    assert "--date-order" not in page
    assert "Nothing was loaded" in page
    browser.post(reverse("imports:reopen", args=[load.public_id]))
    confirm(browser, load, column_2="start", date_order="dmy")
    running.run_import(load.pk)
    assert Partner.objects.count() == 1


def test_the_same_upload_twice_says_so(browser: Client) -> None:
    first = draft(browser)
    confirm(browser, first)
    running.run_import(first.pk)
    again = draft(browser)
    assert "The same file was" in browser.get(detail(again)).content.decode()
    confirm(browser, again)
    running.run_import(again.pk)
    again.refresh_from_db()
    assert (again.new, again.unchanged, again.rejected) == (0, 1, 1)


def test_a_draft_can_be_thrown_away(browser: Client, uploads_here: Path) -> None:
    load = draft(browser)
    assert len(list(uploads_here.iterdir())) == 1
    browser.post(reverse("imports:discard", args=[load.public_id]))
    assert not Import.objects.exists()
    assert not list(uploads_here.iterdir())


@pytest.mark.parametrize(
    ("content", "kind", "source", "reason"),
    [
        (b"", "partners", "erp", "empty"),
        (b"PK\x03\x04", "partners", "erp", "our partners.csv begins like a workbook"),
        (TEXT, "ships", "erp", "Select a valid choice"),
        (TEXT, "partners", "a b", "no spaces"),
    ],
)
def test_a_bad_upload_is_explained_and_leaves_nothing(
    browser: Client, uploads_here: Path, content: bytes, kind: str, source: str, reason: str
) -> None:
    response = upload(browser, content, kind, source)
    assert response.status_code == 200
    assert reason in response.content.decode()
    assert not Import.objects.exists()
    assert not uploads_here.exists() or not list(uploads_here.iterdir())


def test_an_upload_beyond_the_limit_is_dropped(browser: Client, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    response = upload(browser, b"id,name\n" + b"x" * 1024 * 1024)
    assert "larger than 1 MB" in response.content.decode()
    assert not Import.objects.exists()


def test_an_upload_needs_its_token(admin: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(admin)
    assert upload(browser).status_code == 403


def test_rejected_rows_are_downloaded_harmless(browser: Client) -> None:
    load = draft(browser)
    RejectedRow.objects.create(load=load, row=7, column="=cmd", value="@sum(1)", reason="-no")
    response = browser.get(reverse("imports:rejected", args=[load.public_id]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.endswith("Line of the file\r\n,,,'-no,'=cmd,7\r\n")
    assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize("count", [25, 200])
def test_the_list_stays_fast(
    count: int, browser: Client, admin: User, django_assert_max_num_queries: Any
) -> None:
    rows = [
        Import(kind="partners", source=Source.objects.create(name=f"s{n}"), file_name=f"{n}.csv",
               path="-", size=1, created_by=admin)
        for n in range(count)
    ]  # fmt: skip
    Import.objects.bulk_create(rows)
    # Session, user, organisation twice (time zone, page), count and page of imports.
    with django_assert_max_num_queries(6):
        page = browser.get(reverse("imports:list"), {"per": "200"}).content.decode()
    assert page.count(".csv</a>") == count
    assert browser.get(reverse("imports:list")).content.decode().count(".csv</a>") == 25


@pytest.mark.parametrize("count", [25, 200])
def test_a_result_with_many_rejected_rows_stays_fast(
    count: int, browser: Client, admin: User, django_assert_max_num_queries: Any
) -> None:
    load = Import.objects.create(
        kind="partners", source=Source.objects.create(name="erp"), file_name="p.csv", path="-",
        size=1, state="done", finished_at=timezone.now(), confirmed=True, rejected=count,
        closed=3, created_by=admin,
    )  # fmt: skip
    RejectedRow.objects.bulk_create(
        RejectedRow(load=load, row=n + 2, column="name", value=f"v{n}", reason="Empty.")
        for n in range(count)
    )
    # Session, user, organisation twice; import, undone by, why not undone 3, asks for names,
    # unknown names, why rejected, count and page of rejected rows.
    with django_assert_max_num_queries(14):
        page = browser.get(
            reverse("imports:detail", args=[load.public_id]), {"per": "200"}
        ).content.decode()
    assert page.count(">Empty.<") == count
    assert page.count("reported before, and not in this file") == page.count("Closed") == 1


@pytest.mark.parametrize("person", ["chief", "manager", "direct", "partner_admin", "partner_rep"])
def test_imports_are_an_admins(
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    browser: Client,
    person: str,
) -> None:
    load = draft(browser)
    outsider = sign_in(request.getfixturevalue(person))
    for name in ("list", "new"):
        assert outsider.get(reverse(f"imports:{name}")).status_code == 404
    assert outsider.get(detail(load)).status_code == 404
    assert confirm(outsider, load).status_code == 404
    assert upload(outsider).status_code == 404
    for name in ("discard", "reopen"):
        address = reverse(f"imports:{name}", args=[load.public_id])
        assert outsider.post(address).status_code == 404
    assert outsider.get(reverse("imports:rejected", args=[load.public_id])).status_code == 404
    assert Import.objects.count() == 1


def test_strangers_sign_in_first(db: None) -> None:
    response = Client().get(reverse("imports:list"))
    assert response.status_code == 302
