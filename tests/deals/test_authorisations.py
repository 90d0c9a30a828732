"""Agreements of a partner: entered, ended, refused in words; by page, by program, by file."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from deals.actions.overlaps import review
from deals.actions.standing import authorise, end_authorisation
from deals.models import Authorisation, Deal
from imports.models import Import, Source
from partners.models import Partner, PartnerExternalId
from sales.models import ProductLine
from tests.imports.exports import again, export, records
from tests.imports.files import counts, import_file

SignIn = Callable[[User], Client]
START, END = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture
def desk(admin: User, sign_in: SignIn) -> Client:
    return sign_in(admin)


@pytest.fixture
def agreed(partner: Partner, storage: ProductLine, admin: User, clock: object) -> Authorisation:
    return authorise(
        partner,
        agreement="A-1",
        product_line=storage,
        countries=["DE", "AT"],
        start=START,
        end=END,
        acting_user=admin,
    )


def page(partner: Partner) -> str:
    return f"/partners/{partner.public_id}/authorisations/"


def typed(line: ProductLine, **changed: Any) -> dict[str, Any]:
    facts = {
        "agreement": "A-1", "product_line": line.pk, "countries": "de; at", "start": "2026-01-01",
        "end": "2026-12-31",
    }  # fmt: skip
    return {**facts, **changed}


# --- By page -----------------------------------------------------------------------------------


def test_an_admin_authorises_and_everybody_of_ours_who_sees_the_partner_reads(
    partner: Partner, storage: ProductLine, desk: Client, sign_in: SignIn, manager: User,
    chief: User, other_manager: User, direct: User, partner_admin: User, clock: object,
) -> None:  # fmt: skip
    desk.post(page(partner), typed(storage))
    made = Authorisation.objects.get()
    assert (made.countries, made.valid.lower, made.last_day) == (["AT", "DE"], START, END)
    for reader in (manager, chief):
        answer = sign_in(reader).get(page(partner))
        assert "Storage" in answer.content.decode()
        assert "Authorise it" not in answer.content.decode()
        assert sign_in(reader).post(page(partner), typed(storage)).status_code == 404
    for outsider in (other_manager, direct, partner_admin):
        assert sign_in(outsider).get(page(partner)).status_code == 404
    whole = sign_in(manager).get(partner.get_absolute_url()).content.decode()
    assert "AT, DE" in whole
    assert "Ada Admin" in desk.get(f"/partners/{partner.public_id}/history/").content.decode()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"end": "2025-12-31"}, "It ends on its first day or later."),
        ({"countries": "DE, Austria"}, "Write the two capital letters of the country: DE."),
        ({"agreement": ""}, "This field is required."),
        ({"start": "2026-12-31", "end": ""}, "authorises the product line on some of these days"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    changed: dict[str, str], told: str, agreed: Authorisation, storage: ProductLine, desk: Client
) -> None:
    answer = desk.post(page(agreed.partner), typed(storage, **changed))
    assert told in answer.content.decode()
    assert Authorisation.objects.get() == agreed


def test_the_day_after_it_ends_and_another_agreement_are_free(
    agreed: Authorisation, storage: ProductLine, desk: Client
) -> None:
    desk.post(page(agreed.partner), typed(storage, start="2027-01-01", end=""))
    desk.post(page(agreed.partner), typed(storage, agreement="A-2"))
    assert Authorisation.objects.count() == 3


def test_an_end_is_moved_and_a_mistake_removed(agreed: Authorisation, desk: Client) -> None:
    ends = f"/partners/authorisations/{agreed.public_id}/end/"
    desk.post(ends, {"end": "2026-03-31"})
    agreed.refresh_from_db()
    assert agreed.last_day == dt.date(2026, 3, 31)
    answer = desk.post(ends, {"end": "2025-12-31"}, follow=True)
    assert "It ends on its first day or later." in answer.content.decode()
    desk.post(f"/partners/authorisations/{agreed.public_id}/remove/")
    assert not Authorisation.objects.exists()


def test_an_end_cannot_run_into_the_next_one(
    agreed: Authorisation, storage: ProductLine, admin: User
) -> None:
    authorise(
        agreed.partner, agreement="A-1", product_line=storage, start=dt.date(2027, 1, 1),
        acting_user=admin,
    )  # fmt: skip
    with pytest.raises(ValidationError) as refused:
        end_authorisation(agreed, end=dt.date(2027, 1, 1), acting_user=admin)
    assert list(refused.value.message_dict) == ["end"]


def test_it_is_what_eligible_means(
    agreed: Authorisation, submitted: Callable[..., Deal], partner_rep: User, storage: ProductLine
) -> None:
    german = submitted(agreed.partner, partner_rep, account_country="DE")
    french = submitted(agreed.partner, partner_rep, name="Autre", account_country="FR")
    assert review(german).eligibility[storage.pk].eligible
    assert review(french).eligibility[storage.pk].code == "outside-territory"


def test_the_page_asks_as_much_of_many_as_of_few(
    agreed: Authorisation, desk: Client, storage: ProductLine
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(page(agreed.partner), {"per": "200"}).status_code == 200
        return len(asked)

    def more(first: int, last: int) -> None:
        for number in range(first, last):
            Authorisation.objects.create(
                partner=agreed.partner, product_line=storage, agreement=f"B-{number}",
                valid=agreed.valid,
            )  # fmt: skip

    more(0, 24)
    few = questions()
    more(24, 199)
    assert questions() == few


# --- By program --------------------------------------------------------------------------------


def test_programs_list_create_and_end(
    partner: Partner, storage: ProductLine, admin: User, manager: User, api: Callable[..., Any]
) -> None:
    desk: APIClient = api(admin)
    address = f"/api/v1/partners/{partner.public_id}/authorisations/"
    facts = {"agreement": "A-1", "product_line": "Storage", "start": "2026-01-01"}
    made = desk.post(address, facts, format="json")
    assert made.status_code == 201, made.json()
    assert (made.json()["countries"], made.json()["end"]) == ([], None)
    again_ = desk.post(address, facts, format="json")
    assert again_.status_code == 400
    assert "authorises the product line" in str(again_.json()["errors"]["start"])
    ends = f"/api/v1/authorisations/{made.json()['id']}/end/"
    assert desk.post(ends, {"end": "2026-06-30"}, format="json").json()["end"] == "2026-06-30"
    (row,) = api(manager).get(address).json()["results"]
    assert (row["start"], row["end"]) == ("2026-01-01", "2026-06-30")
    assert api(manager).post(address, facts, format="json").status_code == 404
    for wrong in ({"product_line": "Nothing"}, {"countries": ["de"]}, {"product_line": "a\0"}):
        assert desk.post(address, {**facts, **wrong}, format="json").status_code == 400


# --- By file -----------------------------------------------------------------------------------

HEADER = "partner,agreement,product line,countries,start,end\n"


@pytest.fixture
def send(tmp_path: Path, partner: Partner, storage: ProductLine, network: ProductLine) -> Any:
    source, _ = Source.objects.get_or_create(name="erp")
    PartnerExternalId.objects.create(partner=partner, source=source, external_id="7001")

    def load(rows: str) -> dict[str, Any]:
        path = tmp_path / "agreements.csv"
        path.write_text(HEADER + rows)
        return import_file("agreements", path)

    return load


def reasons(done: dict[str, Any]) -> list[str]:
    return [row["reason"] for row in done["rejected_rows"]]


def test_a_file_makes_and_changes_agreements(send: Callable[[str], Any]) -> None:
    rows = 'P-1,A-1,Storage,"DE, AT",2026-01-01,2026-12-31\n7001,A-1,network,,2026-01-01,\n'
    assert counts(send(rows)) == (2, 0, 0, 0)
    assert counts(send(rows)) == (0, 0, 2, 0)
    where = dict(Authorisation.objects.values_list("product_line__name", "countries"))
    assert where == {"Storage": ["AT", "DE"], "Network": []}
    # Empty cells change nothing; words do.
    assert counts(send("P-1,A-1,Storage,,2026-01-01,\n")) == (0, 0, 1, 0)
    assert counts(send("P-1,A-1,Storage,everywhere,2026-01-01,2026-06-30\n")) == (0, 1, 0, 0)
    row = Authorisation.objects.get(product_line__name="Storage")
    assert (row.countries, row.last_day) == ([], dt.date(2026, 6, 30))


def test_one_file_may_end_an_agreement_and_begin_the_next(send: Callable[[str], Any]) -> None:
    send("P-1,A-1,Storage,DE,2026-01-01,\nP-1,A-1,Network,DE,2026-01-01,2026-06-30\n")
    done = send(
        "P-1,A-1,Storage,DE,2027-01-01,\n"
        "P-1,A-1,Storage,DE,2026-01-01,2026-12-31\n"
        "P-1,A-1,Network,DE,2026-07-01,\n"
    )
    assert counts(done) == (2, 1, 0, 0)


def test_a_term_may_grow_into_what_another_gives_up(send: Callable[[str], Any]) -> None:
    send("P-1,A-1,Storage,DE,2026-01-01,2026-03-31\nP-1,A-1,Storage,DE,2026-04-01,2026-12-31\n")
    Authorisation.objects.order_by("valid").first()
    done = send(
        "P-1,A-1,Storage,DE,2026-01-01,2026-03-15\nP-1,A-1,Storage,DE,2026-03-16,2026-03-31\n"
    )
    assert counts(done) == (1, 1, 0, 0)


def test_rows_that_cannot_be_are_rejected_with_the_reason(send: Callable[[str], Any]) -> None:
    send("P-1,A-1,Storage,DE,2026-01-01,2026-12-31\n")
    done = send(
        "P-9,A-1,Storage,DE,2026-01-01,\n"
        "P-1,A-1,Nothing,DE,2026-01-01,\n"
        "P-1,A-2,Storage,Germany,2026-01-01,\n"
        "P-1,A-3,Storage,DE,2026-01-01,2025-12-31\n"
        "P-1,A-1,Storage,DE,2026-12-31,\n"
        "P-1,A-4,Storage,DE,2026-01-01,\n"
        "P-1,A-4,Storage,DE,2026-01-01,\n"
        "P-1,A-4,Storage,DE,2026-02-01,\n"
    )
    assert counts(done) == (1, 0, 0, 7)
    assert [each.split(":")[0][:40] for each in sorted(reasons(done))] == sorted(
        each[:40]
        for each in (
            "Unknown partner",
            "There is no such product line. Add it under Sales data, or correct it.",
            "Write two-letter codes such as DE, AT, or everywhere.",
            "It ends before it starts.",
            "An earlier row says this already.",
            "The same agreement authorises this line on some of these days already.",
            "The same agreement authorises this line on some of these days already.",
        )
    )


def test_an_export_comes_back_unchanged_and_a_load_is_undone(
    send: Callable[[str], Any], partner: Partner, desk: Client, tmp_path: Path
) -> None:
    send('P-1,=A-1,Storage,"DE, AT",2026-01-01,2026-12-31\nP-1,=A-1,Storage,,2027-01-01,\n')
    data = export(desk, "partners:authorisations-export", public_id=partner.public_id)
    first, second = records(data)
    assert (first["Countries"], first["Last day"]) == ("AT, DE", "2026-12-31")
    assert (second["Countries"], second["Last day"]) == ("everywhere", "")
    assert counts(again(tmp_path, "agreements", data)) == (0, 0, 2, 0)
    changed = again(tmp_path, "agreements", data, lambda row: row.update(Countries="FR"))
    assert counts(changed) == (0, 1, 1, 0)
    load = Import.objects.order_by("-pk").first()
    assert load
    call_command("undo_import", str(load.public_id))
    assert Authorisation.objects.order_by("valid")[0].countries == ["AT", "DE"]
