"""A partner sends its own files, which say nothing of anybody else."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from imports import actions, running
from imports.erasure import delete_old_files
from imports.models import Import, RejectedRow
from partners.actions.files import own_source
from partners.models import OwnResult, Partner, PartnerExternalId, PartnerKind, Person
from sales.models import Product, SalesLine

SELL_THROUGH = b"invoice,date,end customer,product,amount\nA1,2024-01-05,Acme,SKU1,10\n"
COLUMNS = {"column_0": "invoice", "column_1": "date", "column_2": "customer",
           "column_3": "product", "column_4": "amount"}  # fmt: skip


@pytest.fixture(autouse=True)
def uploads_here(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)


@pytest.fixture
def browser(partner_admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(partner_admin)


@pytest.fixture
def product(db: None) -> Product:
    made: Product = Product.objects.create(sku="SKU1", name="Switch")
    return made


def send(browser: Client, content: bytes = SELL_THROUGH, kind: str = "sales") -> HttpResponse:
    file = SimpleUploadedFile("ours.csv", content)
    return browser.post("/portal/files/new/", {"kind": kind, "file": file})  # type: ignore[return-value]


def load_it(browser: Client, columns: dict[str, str]) -> Import:
    load: Import = Import.objects.latest("pk")
    browser.post(f"/portal/files/{load.public_id}/", {**columns, "do": "load"})
    running.run_import(load.pk)
    load.refresh_from_db()
    return load


def test_sell_through_counts_for_whoever_sends_it(
    browser: Client, partner: Partner, product: Product
) -> None:
    send(browser)
    load = load_it(browser, COLUMNS)
    line = SalesLine.objects.get()
    assert (line.kind, line.reseller, line.distributor) == ("sell-through", partner, None)
    assert line.product == product
    assert load.source == own_source(partner)
    assert "ours.csv" in browser.get("/portal/files/").content.decode()


def test_columns_that_name_others_are_passed_over(
    browser: Client, partner: Partner, other_partner: Partner, product: Product
) -> None:
    send(
        browser, b"invoice,date,reseller,distributor,kind,amount\nA1,2024-01-05,P-2,P-2,billing,1\n"
    )
    page = browser.get(f"/portal/files/{Import.objects.get().public_id}/").content.decode()
    assert 'value="reseller"' not in page
    columns = {"column_0": "invoice", "column_1": "date", "column_5": "amount"}
    # Sent along by hand, they are no choices.
    forged = browser.post(
        f"/portal/files/{Import.objects.get().public_id}/",
        {**columns, "column_2": "reseller", "do": "load"},
    )
    assert "Select a valid choice" in forged.content.decode()
    load_it(browser, columns)
    line = SalesLine.objects.get()
    assert (line.kind, line.reseller, line.distributor) == ("sell-through", partner, None)


def test_a_distributor_names_resellers_by_its_own_ids_alone(
    browser: Client, partner: Partner, other_partner: Partner, product: Product
) -> None:
    Partner.objects.filter(pk=partner.pk).update(kinds=[PartnerKind.DISTRIBUTOR])
    PartnerExternalId.objects.create(
        partner=other_partner, source=own_source(partner), external_id="R-77"
    )
    send(
        browser,
        b"invoice,date,reseller,product,amount\n"
        b"A1,2024-01-05,R-77,SKU1,1\n"
        b"A2,2024-01-05,P-2,SKU1,2\n",
    )
    columns = {"column_0": "invoice", "column_1": "date", "column_2": "reseller",
               "column_3": "product", "column_4": "amount"}  # fmt: skip
    load_it(browser, columns)
    line = SalesLine.objects.get()
    assert (line.invoice, line.reseller, line.distributor) == ("A1", other_partner, partner)
    # That our number P-2 is somebody's is not told: it is as unknown as any other.
    assert "Unknown reseller" in RejectedRow.objects.get().reason


def test_an_unknown_product_is_not_created(browser: Client, partner: Partner) -> None:
    send(browser)
    load = load_it(browser, COLUMNS)
    assert (load.new, load.rejected) == (0, 1)
    assert not Product.objects.exists()
    page = browser.get(f"/portal/files/{load.public_id}/").content.decode()
    assert "Unknown product" in page
    assert "Names that nobody knows" not in page


def test_an_admin_says_what_it_means_and_the_file_is_loaded_again(
    browser: Client, partner: Partner, product: Product, admin: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    send(browser, SELL_THROUGH.replace(b"SKU1", b"Their switch"))
    load = load_it(browser, COLUMNS)
    name = load.unknown_names.get(reference="product")
    answer = sign_in(admin).post(f"/imports/{load.public_id}/names/", {f"other_{name.pk}": "SKU1"})
    again: Import = Import.objects.latest("pk")
    assert answer["Location"] == f"/imports/{again.public_id}/"
    assert again.pk != load.pk
    running.run_import(again.pk)
    assert SalesLine.objects.get().product == product
    # It was loaded within the same limits, and is theirs to see.
    assert SalesLine.objects.get().reseller == partner
    assert browser.get(f"/portal/files/{again.public_id}/").status_code == 200


@pytest.mark.parametrize(
    ("kind", "content", "columns"),
    [
        (
            "partner-people",
            b"name,key,email\nIda,yes,ida@a.example\n",
            {"column_0": "name", "column_2": "email"},
        ),
        (
            "own-results",
            b"start,end,amount,currency,basis\n2023-01-01,2023-12-31,5,USD,estimated\n",
            {"column_0": "start", "column_1": "end", "column_2": "amount", "column_3": "currency"},
        ),
    ],
)
def test_people_and_results_are_their_own(
    browser: Client, partner: Partner, kind: str, content: bytes, columns: dict[str, str]
) -> None:
    send(browser, content, kind)
    load = load_it(browser, columns)
    assert (load.new, load.rejected, load.error) == (1, 0, "")
    if kind == "own-results":
        result = OwnResult.objects.get()
        assert (result.partner, result.basis, result.source) == (partner, "reported", "The partner")
    else:
        person = Person.objects.get()
        assert (person.partner, person.key) == (partner, False)


@pytest.mark.parametrize("kind", ["partners", "rates", "products", "customers", "nothing"])
def test_what_is_ours_cannot_be_sent(browser: Client, partner: Partner, kind: str) -> None:
    answer = send(browser, kind=kind)
    assert answer.status_code == 200
    assert not Import.objects.exists()


def test_the_kind_cannot_be_changed_afterwards(browser: Client, partner: Partner) -> None:
    send(browser)
    load = Import.objects.get()
    browser.post(f"/portal/files/{load.public_id}/", {"do": "read", "kind": "rates"})
    load.refresh_from_db()
    assert load.kind == "sales"
    assert load.options["locked"]["reseller"] == str(partner.public_id)


def test_another_partners_file_is_not_there(
    browser: Client, other_partner_admin: User, sign_in: Callable[[User], Client]
) -> None:
    send(browser)
    page = f"/portal/files/{Import.objects.get().public_id}/"
    theirs = sign_in(other_partner_admin)
    assert theirs.get(page).status_code == 404
    assert theirs.post(page, {"do": "load"}).status_code == 404
    assert theirs.post(f"{page}discard/").status_code == 404
    assert "ours.csv" not in theirs.get("/portal/files/").content.decode()


def test_two_partners_whose_numbers_look_alike_have_sources_of_their_own(
    make_partner: Callable[..., Partner],
) -> None:
    first, second = make_partner("a.b", "One"), make_partner("a b", "Two")
    names = {own_source(first).name, own_source(second).name, own_source(first).name}
    assert len(names) == 2


def test_a_file_is_thrown_away_cancelled_and_opened_again(
    browser: Client, partner: Partner, product: Product
) -> None:
    send(browser, SELL_THROUGH.replace(b"2024-01-05", b"3/4/2024"))
    load = load_it(browser, COLUMNS)
    assert load.state == "dead"
    browser.post(f"/portal/files/{load.public_id}/reopen/")
    browser.post(
        f"/portal/files/{load.public_id}/", {**COLUMNS, "date_order": "dmy", "do": "check"}
    )
    browser.post(f"/portal/files/{load.public_id}/cancel/")
    load.refresh_from_db()
    assert load.is_draft
    browser.post(f"/portal/files/{load.public_id}/discard/")
    assert not Import.objects.exists()


@pytest.mark.parametrize("count", [25, 200])
def test_the_list_costs_as_many_queries_with_many_files(
    count: int, browser: Client, partner: Partner, partner_admin: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    source = own_source(partner)
    Import.objects.bulk_create(
        Import(kind="sales", source=source, file_name=f"{n}.csv", path="-", size=1,
               options={"locked": {"deal": ""}}, created_by=partner_admin)
        for n in range(count)
    )  # fmt: skip
    # session, user, organisation 2, partner and membership, count, page; the second wall 5
    with django_assert_max_num_queries(13):
        page = browser.get("/portal/files/", {"per": "200"}).content.decode()
    assert page.count(".csv</a>") == count


def test_a_rep_is_offered_nothing_that_it_may_not_do(
    browser: Client, partner_rep: User, sign_in: Callable[[User], Client], product: Product
) -> None:
    send(browser)
    load = Import.objects.get()
    address, rep = f"/portal/files/{load.public_id}/", sign_in(partner_rep)
    offered = ("Load it", "Throw away", "Check it, without loading", "Read it again")

    page = rep.get(address).content.decode()

    assert [each for each in offered if each in page] == []
    assert "for an admin of your company" in page
    assert [each for each in offered if each not in browser.get(address).content.decode()] == []
    assert rep.post(address, {"do": "load"}).status_code == 404
    load_it(browser, COLUMNS)
    assert "New import" not in rep.get(address).content.decode()
    Import.objects.filter(pk=load.pk).update(state="dead", error="Broken.")
    assert "Correct and try again" not in rep.get(address).content.decode()
    assert "Correct and try again" in browser.get(address).content.decode()


def test_so_many_files_may_wait_and_no_more(
    browser: Client, partner: Partner, settings: Any
) -> None:
    settings.PARTNER_MAX_DRAFTS = 2
    send(browser)
    send(browser)

    refused = send(browser).content.decode()

    assert "2 of your files are waiting: load or throw away some of them first." in refused
    assert Import.objects.count() == 2
    browser.post(f"/portal/files/{Import.objects.latest('pk').public_id}/discard/")
    assert send(browser).status_code == 302


def test_a_file_of_people_is_deleted_once_all_of_it_is_loaded(
    browser: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    columns = {"column_0": "name", "column_1": "email"}
    send(browser, b"name,email\nIda,nowhere\n", kind="partner-people")
    with django_capture_on_commit_callbacks(execute=True):
        rejected = load_it(browser, columns)
    assert Path(rejected.path).exists()
    send(browser, b"name,email\nIda,ida@a.example\n", kind="partner-people")
    with django_capture_on_commit_callbacks(execute=True):
        load = load_it(browser, columns)

    assert (load.new, load.path) == (1, "")
    assert len(load.checksum) == 64
    assert [str(path) for path in settings.UPLOAD_DIR.iterdir()] == [rejected.path]
    assert browser.get(f"/portal/files/{load.public_id}/").status_code == 200

    Import.objects.update(finished_at=timezone.now() - dt.timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        delete_old_files()
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    rows = browser.get(f"/portal/files/{rejected.public_id}/rejected.csv")
    assert rows.status_code == 200
