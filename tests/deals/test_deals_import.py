"""A reseller's CRM export: the same number is the same registration, however often it is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from deals.actions import reviewing
from deals.models import Deal, DealLine
from deals.portal.imports import DealsKind
from deals.rules.states import State
from imports import actions, running
from imports.exporting import as_csv, table_of
from imports.models import Import, RejectedRow
from imports.undoing import Refused
from partners.models import Partner
from sales.models import ProductLine

HEADER = (
    "Partner,Opportunity ID,Account Name,Website,Country,Product line,Amount,Currency,Close date,"
    "Activities,Submit"
)
ROW = (
    "P-1,{number},Fenwick Mills,https://www.fenwick.example/,United Kingdom,{line},{amount},USD,"
    "2026-06-30,Two meetings,{submit}"
)


def row(number: str = "O-1", line: str = "Storage", amount: str = "500", submit: str = "") -> str:
    return ROW.format(number=number, line=line, amount=amount, submit=submit)


@pytest.fixture
def load(
    tmp_path: Path,
    partner: Partner,
    partner_admin: User,
    storage: ProductLine,
    network: ProductLine,
    clock: Any,
) -> Callable[..., Import]:
    """Loads rows as our own people do."""

    def run(*rows: str, header: str = HEADER) -> Import:
        path = tmp_path / "deals.csv"
        path.write_text("\n".join([header, *rows]))
        call_command("import_file", "deals", str(path), source="crm")
        loaded: Import = Import.objects.latest("pk")
        return loaded

    return run


def counts(load: Import) -> tuple[int, int, int, int]:
    return load.new, load.changed, load.unchanged, load.rejected


def test_rows_of_one_number_are_one_registration(
    load: Callable[..., Import], partner: Partner, partner_admin: User
) -> None:
    done = load(row(), row(line="Network", amount="20.5"), row(number="O-2", submit="yes"))
    assert counts(done) == (3, 0, 0, 0)
    draft, sent = Deal.objects.order_by("external_reference")
    assert (draft.state, sent.state) == (State.DRAFT, State.SUBMITTED)
    assert draft.lines.count() == 2
    assert (draft.account_domain, draft.account_country) == ("fenwick.example", "GB")
    assert (sent.partner, sent.registered_by) == (partner, partner_admin)


def test_the_same_file_again_changes_nothing_and_a_draft_is_changed_and_submitted(
    load: Callable[..., Import], manager: User
) -> None:
    rows = (row(), row(number="O-2", submit="yes"))
    load(*rows)
    assert counts(load(*rows)) == (0, 0, 2, 0)
    reviewing.approve_deal(Deal.objects.get(external_reference="O-2"), acting_user=manager)
    later = (row(amount="900", submit="yes"), row(number="O-2", amount="9", submit="yes"))
    assert counts(load(*later)) == (0, 1, 1, 0)
    lines = {line.deal.external_reference: line.amount for line in DealLine.objects.all()}
    assert lines == {"O-1": 900, "O-2": 500}
    assert Deal.objects.get(external_reference="O-1").state == State.SUBMITTED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"line": "Toasters"}, "Use a product line of ours: Network, Storage."),
        ({"amount": "0"}, "An amount is more than zero."),
    ],
)
def test_a_registration_with_a_wrong_row_is_not_begun(
    wrong: dict[str, str], said: str, load: Callable[..., Import]
) -> None:
    done = load(row(), row(**{"line": "Network", **wrong}), row(number="O-2"))
    assert counts(done) == (1, 0, 0, 2)
    reasons = set(RejectedRow.objects.values_list("reason", flat=True))
    assert reasons == {said, "Another row of this number is wrong."}
    assert Deal.objects.get().external_reference == "O-2"


def test_what_is_incomplete_or_over_is_rejected_with_a_reason(load: Callable[..., Import]) -> None:
    bare = row(submit="yes").replace("Two meetings", "")
    past = row(number="O-2").replace("2026-06-30", "2026-01-30")
    nowhere = row(number="O-3").replace("United Kingdom", "Atlantis")
    domain = row(number="O-4").replace("https://www.fenwick.example/", "no domain")
    done = load(bare, past, nowhere, domain)
    assert counts(done) == (0, 0, 0, 4)
    reasons = list(RejectedRow.objects.order_by("row").values_list("reason", flat=True))
    assert reasons[0].startswith("To be submitted it needs")
    assert reasons[1] == "This day is over."
    assert reasons[2].startswith("Use a two-letter code")
    assert reasons[3].startswith("Write a web domain")


def test_a_partner_without_people_registers_nothing(
    load: Callable[..., Import], other_partner: Partner
) -> None:
    done = load(row().replace("P-1", "P-2"))
    assert counts(done) == (0, 0, 0, 1)
    assert "Nobody signs in" in RejectedRow.objects.get().reason


def test_drafts_are_undone_and_what_was_submitted_stays(
    load: Callable[..., Import], admin: User
) -> None:
    drafts = load(row())
    actions.undo_now(drafts)
    assert not Deal.objects.exists()
    sent = load(row(submit="yes"))
    with pytest.raises(Refused, match="in use"):
        actions.undo_now(sent)
    assert Deal.objects.exists()


def test_what_is_exported_is_imported_again_without_a_change(
    load: Callable[..., Import], tmp_path: Path
) -> None:
    load(row(), row(line="Network"), row(number="O-2", submit="yes"))
    path = tmp_path / "again.csv"
    lines = DealLine.objects.order_by("deal", "pk")
    path.write_bytes(b"".join(as_csv(table_of(DealsKind(), lines, name="deals"))))
    call_command("import_file", "deals", str(path), source="crm")
    assert counts(Import.objects.latest("pk")) == (0, 0, 3, 0)


def test_a_partner_sends_its_own_and_names_nobody_else(
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    sign_in: Callable[[User], Client],
    partner: Partner,
    partner_admin: User,
    other_partner: Partner,
    other_partner_admin: User,
    storage: ProductLine,
    clock: Any,
) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)
    client = sign_in(partner_admin)
    words = row(submit="yes").replace("P-1", "P-2")
    file = SimpleUploadedFile("crm.csv", f"{HEADER}\n{words}\n".encode())
    client.post("/portal/files/new/", {"kind": "deals", "file": file})
    load = Import.objects.get()
    names = ("", "reference", "customer", "domain", "country", "product_line", "amount",
             "currency", "expected_close", "effort", "submit")  # fmt: skip
    columns = {f"column_{place}": name for place, name in enumerate(names) if name}
    client.post(f"/portal/files/{load.public_id}/", {**columns, "do": "load"})
    running.run_import(load.pk)
    load.refresh_from_db()
    assert counts(load) == (1, 0, 0, 0), list(RejectedRow.objects.values())
    deal = Deal.objects.get()
    assert (deal.partner, deal.registered_by, deal.state) == (
        partner, partner_admin, State.SUBMITTED
    )  # fmt: skip
