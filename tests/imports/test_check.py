"""A draft is checked without writing, cancelled, and told what its unknown names mean."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from channelhub.lib.work import WorkState
from customers.models import Customer, CustomerExternalId
from imports import actions, engine, heartbeat, running
from imports.heartbeat import Cancelled
from imports.models import Import, Layout, RejectedRow, UnknownName
from imports.options import Options
from partners.actions.promises import EXTERNAL_ID_TAKEN
from partners.import_names import PartnerNames
from partners.models import Partner, PartnerExternalId, PartnerStatus
from sales.models import Product, SalesLine

SALES = (
    b"invoice,date,kind,reseller,customer,product,amount\n"
    b"1,2024-01-05,billing,P-1,Acme,SKU1,10\n"
    b"2,2024-02-05,billing,Alfa Systems,Acme,SKU1,20\n"
    b"3,soon,billing,P-1,Acme,SKU1,30\n"
)
COLUMNS = {f"column_{i}": name for i, name in enumerate(
    ("invoice", "date", "kind", "reseller", "customer", "product", "amount"))}  # fmt: skip


@pytest.fixture(autouse=True)
def uploads_here(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)
    return tmp_path / "uploads"


@pytest.fixture
def browser(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


def draft(browser: Client, content: bytes = SALES, **given: str) -> Import:
    file = SimpleUploadedFile("sales.csv", content)
    browser.post(reverse("imports:new"), {"source": "erp", **given, "file": file})
    load: Import = Import.objects.latest("pk")
    return load


def detail(load: Import) -> str:
    return reverse("imports:detail", args=[load.public_id])


def checked(browser: Client, load: Import, **given: str) -> str:
    browser.post(detail(load), {**COLUMNS, "do": "check", **given})
    running.run_import(load.pk)
    load.refresh_from_db()
    return browser.get(detail(load)).content.decode()


def test_a_check_says_what_loading_would_do_and_writes_nothing(
    browser: Client, partner: Partner
) -> None:
    load = draft(browser)
    page = checked(browser, load)
    assert load.said_by_check
    assert (load.new, load.rejected, load.rows_read) == (1, 2, 3)
    assert "What loading it would do" in page
    assert "Its rows are of January 2024." in page
    assert "This is not a date." in page
    assert "Unknown reseller" in page
    assert not SalesLine.objects.exists()
    assert not Customer.objects.exists()
    assert not Product.objects.exists()
    assert RejectedRow.objects.filter(load=load).count() == 2


def test_what_a_check_said_is_what_loading_does(browser: Client, partner: Partner) -> None:
    load = draft(browser)
    checked(browser, load)
    said = (load.new, load.changed, load.unchanged, load.rejected)
    browser.post(detail(load), {**COLUMNS, "do": "load"})
    running.run_import(load.pk)
    load.refresh_from_db()
    assert (load.new, load.changed, load.unchanged, load.rejected) == said
    assert load.rejected_rows.count() == 2
    assert SalesLine.objects.count() == 1


def test_the_kind_is_found_out_from_the_columns(browser: Client) -> None:
    assert draft(browser).kind == "sales"
    assert draft(browser, b"external id,name\n1,Alpha\n", kind="partners").kind == "partners"
    assert draft(browser, b"currency,rate,type,start\nEUR,1.1,plan,2024-01-01\n").kind == "rates"


def test_columns_that_tell_nothing_ask_for_the_kind(browser: Client) -> None:
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    page = browser.post(reverse("imports:new"), {"source": "erp", "file": file})
    assert "Its columns do not tell what it holds" in page.content.decode()
    assert not Import.objects.exists()


def test_the_next_file_with_these_columns_needs_no_word(browser: Client, partner: Partner) -> None:
    first = draft(browser)
    browser.post(detail(first), {**COLUMNS, "column_5": "", "do": "load"})
    running.run_import(first.pk)
    second = draft(browser, SALES.replace(b"2024", b"2025"), source="")
    assert (second.source.name, second.kind) == ("erp", "sales")
    assert second.options["mapping"] == first.__class__.objects.get(pk=first.pk).options["mapping"]
    page = browser.get(detail(second)).content.decode()
    assert "which had the same columns" in page
    assert '<option value="product" selected>' not in page
    assert Layout.objects.count() == 1


def test_without_a_source_or_a_file_before_it_asks_who_sent_it(browser: Client) -> None:
    file = SimpleUploadedFile("x.csv", SALES)
    page = browser.post(reverse("imports:new"), {"file": file})
    assert "say who sent it" in page.content.decode()


def test_somebody_says_which_partner_a_name_is(browser: Client, partner: Partner) -> None:
    load = draft(browser)
    page = checked(browser, load)
    name = UnknownName.objects.get(load=load, reference="partner")
    assert (name.text, name.rows) == ("Alfa Systems", 1)
    # The likeliest is offered by its name.
    assert "Alpha Systems (P-1):" in page
    answer = {f"alike_{name.pk}": str(partner.public_id)}
    browser.post(reverse("imports:names", args=[load.public_id]), answer)
    known = PartnerExternalId.objects.get(partner=partner)
    assert (known.source.name, known.external_id) == ("erp", "Alfa Systems")
    running.run_import(load.pk)
    load.refresh_from_db()
    assert (load.new, load.rejected) == (2, 1)


def test_what_is_alike_is_suggested_the_likeliest_first(
    make_partner: Callable[..., Partner],
) -> None:
    for number, name in (("1", "Brightmoor Systems International Ltd"), ("2", "Bright Moon"),
                         ("3", "Calder Office")):  # fmt: skip
        make_partner(number, name)
    found = PartnerNames().suggest(["Brightmor", "Nobody"])
    assert found["Brightmor"][0].label.startswith("Brightmoor Systems")
    assert "Calder" not in str(found["Brightmor"])
    assert found["Nobody"] == []


@pytest.mark.parametrize("given", ["nobody at all", ""])
def test_an_answer_that_names_nobody_is_refused(
    browser: Client, partner: Partner, given: str
) -> None:
    load = draft(browser)
    checked(browser, load)
    name = UnknownName.objects.get(load=load, reference="partner")
    answer = browser.post(
        reverse("imports:names", args=[load.public_id]), {f"other_{name.pk}": given}
    )
    assert answer.status_code == 200
    said = answer.content.decode()
    assert "nobody&#x27;s" in said if given else "Say what at least one of them is." in said
    assert not PartnerExternalId.objects.exists()


def test_a_name_that_means_another_by_now_is_refused(
    browser: Client, partner: Partner, other_partner: Partner
) -> None:
    load = draft(browser)
    checked(browser, load)
    name = UnknownName.objects.get(load=load, reference="partner")
    PartnerExternalId.objects.create(
        partner=other_partner, source=load.source, external_id="Alfa Systems"
    )
    answer = browser.post(
        reverse("imports:names", args=[load.public_id]), {f"other_{name.pk}": "P-1"}
    )
    assert EXTERNAL_ID_TAKEN in answer.content.decode()
    assert PartnerExternalId.objects.get().partner == other_partner


def test_customers_and_products_can_be_told_too(browser: Client, partner: Partner) -> None:
    acme = Customer.objects.create(name="Acme Corporation")
    product = Product.objects.create(sku="S-1", name="Switch")
    load = draft(browser)
    checked(browser, load)
    names = {name.reference: name for name in load.unknown_names.all()}
    answer = {
        f"other_{names['customer'].pk}": "acme corporation",
        f"other_{names['product'].pk}": "S-1",
    }
    browser.post(reverse("imports:names", args=[load.public_id]), answer)
    browser.post(detail(load), {**COLUMNS, "do": "load"})
    Import.objects.filter(pk=load.pk).update(checking=False, confirmed=True)
    running.run_import(load.pk)
    line = SalesLine.objects.get()
    assert (line.customer, line.product) == (acme, product)
    assert CustomerExternalId.objects.get().customer == acme


def test_unknown_partners_are_created_where_somebody_chose_so(
    browser: Client, partner: Partner
) -> None:
    load = draft(browser)
    browser.post(detail(load), {**COLUMNS, "do": "load", "unknown_partner": "create"})
    running.run_import(load.pk)
    created = Partner.objects.get(number="Alfa Systems")
    assert PartnerStatus.objects.get(partner=created).status == "prospect"
    assert SalesLine.objects.filter(reseller=created).count() == 1


def test_unknown_customers_are_rejected_where_somebody_chose_so(
    browser: Client, partner: Partner
) -> None:
    load = draft(browser)
    page = checked(browser, load, unknown_customer="reject")
    assert "Unknown customer" in page
    assert load.new == 0


def test_a_problem_with_the_file_makes_it_a_draft_again(browser: Client) -> None:
    load = draft(browser, b"invoice,date,kind,amount\n1,3/4/2024,billing,1\n")
    columns = {"column_0": "invoice", "column_1": "date", "column_2": "kind", "column_3": "amount"}
    browser.post(detail(load), {**columns, "do": "check"})
    running.run_import(load.pk)
    load.refresh_from_db()
    assert load.is_draft
    assert "day/month or month/day" in browser.get(detail(load)).content.decode()


def test_what_is_read_otherwise_is_checked_anew(browser: Client, partner: Partner) -> None:
    load = draft(browser)
    checked(browser, load)
    browser.post(detail(load), {"do": "read", "kind": "partners", "encoding": "cp1252"})
    load.refresh_from_db()
    assert (load.kind, load.options["encoding"], load.checked_at) == ("partners", "cp1252", None)
    assert not load.rejected_rows.exists()


def test_a_waiting_import_is_cancelled_at_once(browser: Client, partner: Partner) -> None:
    load = draft(browser)
    browser.post(detail(load), {**COLUMNS, "do": "load"})
    assert "Cancel" in browser.get(detail(load)).content.decode()
    browser.post(reverse("imports:cancel", args=[load.public_id]))
    running.run_import(load.pk)
    load.refresh_from_db()
    assert load.is_draft
    assert not SalesLine.objects.exists()
    assert "Cancelled by hand." in browser.get(detail(load)).content.decode()


def test_one_that_has_ended_is_not_cancelled(browser: Client, partner: Partner) -> None:
    load = draft(browser)
    browser.post(detail(load), {**COLUMNS, "do": "load"})
    running.run_import(load.pk)
    browser.post(reverse("imports:cancel", args=[load.public_id]))
    load.refresh_from_db()
    assert load.state == WorkState.DONE


@pytest.mark.django_db(transaction=True)
def test_a_running_import_stops_in_the_middle_of_a_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "partners.csv"
    path.write_text("external_id,name\n1,Alpha\n")
    load = actions.create_import(kind="partners", source="erp", path=path, file_name="p.csv",
                                 options=Options(), confirmed=True)  # fmt: skip
    began = threading.Event()

    def sleep(*_: object) -> None:
        began.set()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(engine, "check", sleep)
    monkeypatch.setattr(heartbeat, "SECONDS", 0.05)

    def cancel() -> None:
        began.wait(20)
        actions.cancel_import(load)
        connection.close()

    other = threading.Thread(target=cancel)
    other.start()
    try:
        assert load.claim()
        with pytest.raises(Cancelled):
            running._run(load)
    finally:
        other.join()
    load.refresh_from_db()
    assert load.is_draft
    assert (load.error, load.attempts, load.cancel_wanted) == ("Cancelled by hand.", 0, False)
    assert not Partner.objects.exists()
