"""A partner's admin, and our own slips, against the walls around what a partner sends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from imports import actions, running
from imports.models import Import, RejectedRow, Source
from imports.options import parse_covers
from partners.actions.files import own_source
from partners.models import Partner, PartnerExternalId, PartnerKind
from sales.actions import report_no_sales
from sales.models import Feed, Product, SalesLine

SOLD = b"invoice,date,reseller,product,amount\nA1,2024-01-05,P-2,SKU1,10\n"
COLUMNS = {"column_0": "invoice", "column_1": "date", "column_3": "product",
           "column_4": "amount"}  # fmt: skip


@pytest.fixture(autouse=True)
def uploads_here(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)


@pytest.fixture(autouse=True)
def product(db: None) -> None:
    Product.objects.create(sku="SKU1", name="Switch")


@pytest.fixture
def theirs(partner_admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(partner_admin)


@pytest.fixture
def desk(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


def send(browser: Client, content: bytes = SOLD) -> Import:
    file = SimpleUploadedFile("ours.csv", content)
    browser.post("/portal/files/new/", {"kind": "sales", "file": file})
    sent: Import = Import.objects.latest("pk")
    return sent


def load_it(browser: Client, load: Import, **said: str) -> Import:
    browser.post(f"/portal/files/{load.public_id}/", {**COLUMNS, **said, "do": "load"})
    running.run_import(load.pk)
    load.refresh_from_db()
    return load


def upload(desk: Client, content: bytes = SOLD, **given: str) -> Import:
    file = SimpleUploadedFile("of-beta.csv", content)
    desk.post("/imports/new/", {"file": file, "kind": "sales", **given})
    taken: Import = Import.objects.latest("pk")
    return taken


def test_what_our_people_upload_under_its_source_is_not_the_partners(
    theirs: Client, desk: Client, partner: Partner, other_partner: Partner
) -> None:
    load = upload(desk, source=own_source(partner).name)
    page = f"/portal/files/{load.public_id}/"
    assert "of-beta.csv" not in theirs.get("/portal/files/").content.decode()
    assert theirs.get(page).status_code == 404
    assert theirs.post(page, {**COLUMNS, "column_2": "reseller", "fixed_kind": "billing",
                              "do": "load"}).status_code == 404  # fmt: skip
    for door in ("discard/", "cancel/", "reopen/"):
        assert theirs.post(page + door).status_code == 404
    assert theirs.get(f"{page}rejected.csv").status_code == 404
    running.run_import(load.pk)
    assert not SalesLine.objects.exists()


def test_what_is_no_file_of_theirs_is_not_told(
    theirs: Client, partner: Partner, admin: User
) -> None:
    load_it(theirs, send(theirs))
    feed = Feed.objects.get()
    report_no_sales(feed, covers=parse_covers("2024-03"), acting_user=admin)
    Import.objects.create(
        kind="reattribution", source=feed.source, file_name="Reattribution of A1", size=0,
        confirmed=True, state="done",
    )  # fmt: skip
    page = theirs.get("/portal/files/").content.decode()
    assert "ours.csv" in page
    assert "Reattribution" not in page
    assert "No sales" not in page


def test_columns_of_a_partners_file_do_not_tell_our_people_who_sent_theirs(
    theirs: Client, desk: Client, partner: Partner
) -> None:
    load_it(theirs, send(theirs))
    file = SimpleUploadedFile("of-beta.csv", SOLD)
    answer = desk.post("/imports/new/", {"file": file, "kind": "sales"})
    assert "say who sent it" in answer.content.decode()
    assert Import.objects.count() == 1
    # Nor does our file on its source tell the partner how we read it.
    load = upload(desk, source=own_source(partner).name)
    desk.post(f"/imports/{load.public_id}/", {**COLUMNS, "column_2": "reseller",
              "fixed_kind": "billing", "fixed_deal": "SECRET", "do": "load"})  # fmt: skip
    page = theirs.get(f"/portal/files/{send(theirs).public_id}/").content.decode()
    assert "SECRET" not in page
    assert "of-beta.csv" not in page


def test_our_people_cannot_make_a_locked_file_something_else(
    theirs: Client, desk: Client, partner: Partner
) -> None:
    load = send(theirs)
    desk.post(f"/imports/{load.public_id}/", {"do": "read", "kind": "partners"})
    load.refresh_from_db()
    assert load.kind == "sales"


def test_a_partner_that_was_renumbered_still_sends_its_own(
    theirs: Client, partner: Partner, other_partner: Partner
) -> None:
    load_it(theirs, send(theirs))
    Partner.objects.filter(pk=partner.pk).update(number="P-9")
    again = load_it(theirs, send(theirs, SOLD.replace(b"A1", b"A2")))
    assert (again.new, again.rejected) == (1, 0)
    assert set(SalesLine.objects.values_list("reseller", flat=True)) == {partner.pk}


def test_a_number_that_became_anothers_does_not_move_the_sales(
    theirs: Client, partner: Partner, other_partner: Partner
) -> None:
    source = own_source(partner)
    PartnerExternalId.objects.create(partner=other_partner, source=source, external_id="P-9")
    Partner.objects.filter(pk=partner.pk).update(number="P-9")
    load_it(theirs, send(theirs))
    assert set(SalesLine.objects.values_list("reseller", flat=True)) == {partner.pk}


def test_our_files_still_name_it_by_its_number(
    theirs: Client, desk: Client, partner: Partner
) -> None:
    load_it(theirs, send(theirs))
    ours = upload(desk, SOLD.replace(b"P-2", b"P-1"), source="erp")
    desk.post(f"/imports/{ours.public_id}/", {**COLUMNS, "column_2": "reseller",
              "fixed_kind": "sell-through", "do": "load"})  # fmt: skip
    running.run_import(ours.pk)
    ours.refresh_from_db()
    assert (ours.new, ours.rejected) == (1, 0)


@pytest.mark.parametrize("word", ["P-2", "Beta Networks", "", "nobody-at-all"])
def test_a_distributor_learns_nothing_by_naming(
    word: str, theirs: Client, partner: Partner, other_partner: Partner
) -> None:
    Partner.objects.filter(pk=partner.pk).update(kinds=[PartnerKind.DISTRIBUTOR])
    named = word or str(other_partner.public_id)
    load = send(theirs, SOLD.replace(b"P-2", named.encode()))
    load_it(theirs, load, column_2="reseller")
    row = RejectedRow.objects.get()
    assert (row.column, row.value) == ("reseller", named)
    assert row.reason == (
        "Unknown reseller: load the partners first, say what it means, or correct it."
    )
    page = theirs.get(f"/portal/files/{load.public_id}/").content.decode()
    file = b"".join(theirs.get(f"/portal/files/{load.public_id}/rejected.csv")).decode()
    for text in (page, file):
        assert "Beta Networks" not in text.replace(named, "")
        assert "alike" not in text


def test_a_file_that_replaces_months_touches_its_own_source_alone(
    theirs: Client, desk: Client, partner: Partner, other_partner: Partner
) -> None:
    ours = upload(desk, source="erp")
    desk.post(f"/imports/{ours.public_id}/", {**COLUMNS, "column_2": "reseller",
              "fixed_kind": "sell-through", "do": "load"})  # fmt: skip
    running.run_import(ours.pk)
    assert SalesLine.objects.count() == 1
    load_it(theirs, send(theirs, SOLD.replace(b"A1", b"A2")), replace="on",
            covers_from="2024-01", covers_to="2024-01", history="on")  # fmt: skip
    assert SalesLine.objects.count() == 2
    load = Import.objects.latest("pk")
    assert (load.closed, load.options["history"], load.options["replace"]) == (0, False, True)
    # Nor does its result lead to what is ours alone.
    assert "/feeds/" not in theirs.get(f"/portal/files/{load.public_id}/").content.decode()


def test_forged_fields_change_nothing(
    theirs: Client, partner: Partner, other_partner: Partner
) -> None:
    load = send(theirs)
    load_it(
        theirs,
        load,
        fixed_reseller="P-2",
        fixed_kind="billing",
        fixed_deal="D-1",
        locked='{"reseller": "P-2"}',
        unknown_partner="create",
        unknown_product="create",
        kind="partners",
        source="erp",
        joins="/etc/passwd",
    )
    line = SalesLine.objects.get()
    assert (line.kind, line.reseller, line.deal) == ("sell-through", partner, "")
    assert load.options["unknown"] == {"partner": "reject", "product": "reject"}
    assert (load.options["joins"], load.options["fixed"]) == ([], {})
    assert not Source.objects.filter(name="erp").exists()


def test_a_rep_reads_and_writes_nothing(
    theirs: Client, partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    load, rep = send(theirs), sign_in(partner_rep)
    page = f"/portal/files/{load.public_id}/"
    assert rep.get(page).status_code == 200
    for door in ("", "discard/", "cancel/", "reopen/"):
        assert rep.post(page + door, {**COLUMNS, "do": "load"}).status_code == 404
    for door in ("/portal/files/new/", "/portal/people/", "/portal/results/"):
        assert rep.post(door, {}).status_code == 404
    load.refresh_from_db()
    assert load.is_draft
