"""Partners, people, results and line cards: exported, changed, imported again."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, Role, User
from imports.models import Source
from partners.models import (
    Action,
    Departure,
    LineCard,
    LineCardObservation,
    LineCardSupplier,
    OwnResult,
    Partner,
    PartnerExternalId,
    PartnerManager,
    PartnerTerritory,
    PartnerTier,
    Person,
)
from tests.imports.exports import again, export, records, sheet
from tests.imports.files import counts

DAY = dt.date(2025, 6, 30)
MISCHIEF = '=Müller & Söhne; "Grüße", GmbH'


@pytest.fixture
def erp(db: None) -> Source:
    return Source.objects.create(name="erp")


@pytest.fixture
def browser(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


@pytest.fixture
def dressed(partner: Partner, other_partner: Partner, erp: Source) -> Partner:
    """A partner with everything that can be told; the other one has no id of the source."""
    Partner.objects.filter(pk=partner.pk).update(
        name=MISCHIEF, type="+Dealer", currency="EUR", website="https://alpha.example/x"
    )
    PartnerExternalId.objects.create(partner=partner, source=erp, external_id="-7001")
    PartnerExternalId.objects.create(partner=partner, source=erp, external_id="-7002")
    since = DateRange(dt.date(2020, 1, 1), None)
    PartnerTier.objects.create(partner=partner, tier="@Gold", valid=since)
    PartnerTerritory.objects.create(partner=partner, territory="DACH", valid=since)
    return partner


# --- Partners ----------------------------------------------------------------------------------


def test_partners_come_back_unchanged(dressed: Partner, browser: Client, tmp_path: Path) -> None:
    data = export(browser, "partners:list-export")
    before = list(PartnerExternalId.objects.values_list())
    assert counts(again(tmp_path, "partners", data)) == (0, 0, 2, 0)
    assert list(PartnerExternalId.objects.values_list()) == before
    first, second = records(data)
    assert first == {
        "External id": "'-7001", "Name": f"'{MISCHIEF}", "Type": "'+Dealer", "Number": "P-1",
        "Website": "https://alpha.example/x", "Currency": "EUR", "Status": "active",
        "Tier": "'@Gold", "Territory": "DACH", "Partner since": "2000-01-01",
        "Channel manager's e-mail": "mia.manager@example.com",
    }  # fmt: skip
    assert second["External id"] == str(Partner.objects.get(number="P-2").public_id)


def test_one_changed_cell_of_a_partner_is_one_change(
    dressed: Partner, browser: Client, tmp_path: Path
) -> None:
    data = export(browser, "partners:list-export")
    done = again(tmp_path, "partners", data, lambda row: row.update(Tier="Silver"))
    assert counts(done) == (0, 1, 1, 0)
    today = Organisation.current().today()
    assert dressed.tiers.get(valid__contains=today).tier == "Silver"


def test_a_partner_that_the_source_does_not_know_is_changed_by_its_public_id(
    other_partner: Partner, browser: Client, tmp_path: Path
) -> None:
    Source.objects.create(name="crm")
    data = export(browser, "partners:list-export")
    done = again(tmp_path, "partners", data, lambda row: row.update(Name="Beta"), source="crm")
    assert counts(done) == (0, 1, 0, 0)
    other_partner.refresh_from_db()
    assert other_partner.name == "Beta"
    assert not PartnerExternalId.objects.exists()


def test_the_ids_are_those_of_the_source_that_is_asked_for(
    dressed: Partner, browser: Client
) -> None:
    crm = Source.objects.create(name="crm")
    PartnerExternalId.objects.create(partner=dressed, source=crm, external_id="C9")
    assert records(export(browser, "partners:list-export"))[0]["External id"] == "'-7001"
    told = records(export(browser, "partners:list-export", source="crm"))
    assert told[0]["External id"] == "C9"
    page = browser.get(reverse("partners:list")).content.decode()
    assert "/partners/export.csv?source=crm" in page
    assert "/partners/export.xlsx?source=erp" in page
    asked = {"source": "nobody"}
    url = reverse("partners:list-export", kwargs={"file_format": "csv"})
    assert browser.get(url, asked).status_code == 404


def test_an_export_is_narrowed_and_sorted_as_the_list_is(
    partner: Partner, other_partner: Partner, browser: Client
) -> None:
    def names(**asked: str) -> list[str]:
        return [row["Name"] for row in records(export(browser, "partners:list-export", **asked))]

    assert names(sort="-name") == ["Beta Networks", "Alpha Systems"]
    assert names(q="beta", page="7", per="50") == ["Beta Networks"]
    assert names(q="nobody") == []
    page = browser.get(reverse("partners:list"), {"q": "beta", "page": "1"}).content.decode()
    assert 'href="/partners/export.csv?q=beta"' in page


def test_a_workbook_holds_the_same(dressed: Partner, browser: Client) -> None:
    header, first, _ = sheet(export(browser, "partners:list-export", "xlsx"))
    told = dict(zip(header, first, strict=True))
    assert (told["Name"], told["External id"], told["Type"]) == (MISCHIEF, "-7001", "+Dealer")
    assert told["Partner since"] == dt.date(2000, 1, 1)


def test_a_manager_who_left_is_not_told_as_one(
    dressed: Partner, manager: User, browser: Client, tmp_path: Path
) -> None:
    User.objects.filter(pk=manager.pk).update(is_active=False)
    data = export(browser, "partners:list-export")
    assert records(data)[0]["Channel manager's e-mail"] == ""
    assert counts(again(tmp_path, "partners", data)) == (0, 0, 2, 0)


def test_an_export_asks_as_much_of_many_partners_as_of_few(
    erp: Source, manager: User, browser: Client, make_partner: Callable[..., Partner]
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            rows = records(export(browser, "partners:list-export"))
        assert len(rows) == Partner.objects.count()
        return len(asked)

    for number in range(25):
        make_partner(f"Q-{number}", f"Partner {number}", manager)
    few = questions()
    for number in range(25, 200):
        make_partner(f"Q-{number}", f"Partner {number}", manager)
    assert questions() == few


# --- People ------------------------------------------------------------------------------------


def people_of(partner: Partner) -> Person:
    ida: Person = Person.objects.create(
        partner=partner, name="Ida Ångström", role="@Sales", email="ida@alpha.example",
        phone="+49 30 1", key=True, joined_on=dt.date(2020, 1, 1), known_on=DAY,
    )  # fmt: skip
    nils = Person.objects.create(partner=partner, name="Nils", known_on=DAY)
    Departure.objects.create(person=nils, left_on=DAY, known_on=DAY, where_to="=A rival")
    return ida


def test_people_come_back_unchanged(dressed: Partner, browser: Client, tmp_path: Path) -> None:
    people_of(dressed)
    data = export(browser, "partners:persons-export", public_id=dressed.public_id)
    assert counts(again(tmp_path, "partner-people", data)) == (0, 0, 2, 0)
    assert counts(again(tmp_path, "partner-people", data, source="another")) == (0, 0, 2, 0)
    ida, nils = records(data)
    assert (ida["Partner"], ida["Phone"], ida["Key sales talent"]) == ("P-1", "'+49 30 1", "yes")
    assert (nils["Left"], nils["Where to"]) == ("2025-06-30", "'=A rival")


def test_one_changed_cell_of_a_person_is_one_change(
    dressed: Partner, browser: Client, tmp_path: Path
) -> None:
    ida = people_of(dressed)
    data = export(browser, "partners:persons-export", public_id=dressed.public_id)
    done = again(tmp_path, "partner-people", data, lambda row: row.update(Role="Head of sales"))
    assert counts(done) == (0, 1, 1, 0)
    ida.refresh_from_db()
    assert (ida.role, ida.phone) == ("Head of sales", "+49 30 1")


def test_a_number_that_a_source_uses_for_another_partner_is_not_told(
    partner: Partner, other_partner: Partner, erp: Source, browser: Client, tmp_path: Path
) -> None:
    PartnerExternalId.objects.create(partner=other_partner, source=erp, external_id="P-1")
    people_of(partner)
    data = export(browser, "partners:persons-export", public_id=partner.public_id)
    assert records(data)[0]["Partner"] == str(partner.public_id)
    assert counts(again(tmp_path, "partner-people", data)) == (0, 0, 2, 0)
    assert not other_partner.persons.exists()


# --- Own results -------------------------------------------------------------------------------


@pytest.fixture
def results(dressed: Partner) -> Partner:
    same: dict[str, Any] = {"partner": dressed, "currency": "EUR"}
    year = {"start": dt.date(2024, 1, 1), "end": dt.date(2024, 12, 31)}
    OwnResult.objects.create(**same, **year, amount=1, known_on=dt.date(2025, 1, 1))
    OwnResult.objects.create(
        **same, **year, amount=Decimal("1234.125"), known_on=DAY, inorganic=True, source="-Report"
    )
    OwnResult.objects.create(
        **same, **year, amount=2000, known_on=DAY, basis="estimated", source="Us"
    )
    return dressed


def test_results_come_back_unchanged(results: Partner, browser: Client, tmp_path: Path) -> None:
    data = export(browser, "partners:results-export", public_id=results.public_id)
    assert counts(again(tmp_path, "own-results", data)) == (0, 0, 2, 0)
    assert [row["Own total sales"] for row in records(data)] == ["2000", "1234.1250"]
    told = sheet(export(browser, "partners:results-export", "xlsx", public_id=results.public_id))
    assert [row[3] for row in told] == ["Own total sales", 2000, 1234.125]


def test_one_changed_figure_is_one_change(
    results: Partner, browser: Client, tmp_path: Path
) -> None:
    data = export(browser, "partners:results-export", public_id=results.public_id)
    done = again(tmp_path, "own-results", data, lambda row: row.update({"Own total sales": "2100"}))
    assert counts(done) == (0, 1, 1, 0)
    assert OwnResult.objects.get(basis="estimated").amount == 2100


# --- Line cards --------------------------------------------------------------------------------


@pytest.fixture
def cards(dressed: Partner) -> Partner:
    """A ranking with a gap, one where only our rank is known, and a listing."""
    ours = Organisation.current().name
    card = LineCard.objects.create(partner=dressed, category="=Phones")
    looks: list[tuple[str, str, list[tuple[int | None, str, bool]]]] = [
        ("Call", "revenue", [(1, "Rival, Inc.", False), (3, ours, True)]),
        ("Survey", "preference", [(4, ours, True)]),
        ("Website", "listing", [(None, "Other", False), (None, ours, True)]),
    ]
    for source, basis, named in looks:
        seen = LineCardObservation.objects.create(
            line_card=card, observed_on=DAY, source=source, basis=basis, known_on=DAY,
            confidence="high",
        )  # fmt: skip
        for rank, name, us in named:
            LineCardSupplier.objects.create(observation=seen, rank=rank, name=name, ours=us)
    return dressed


def test_line_cards_come_back_unchanged(cards: Partner, browser: Client, tmp_path: Path) -> None:
    data = export(browser, "partners:line-cards-export", public_id=cards.public_id)
    assert counts(again(tmp_path, "line-cards", data)) == (0, 0, 3, 0)
    told = {row["Source of the look"]: row for row in records(data)}
    ours = Organisation.current().name
    assert told["Call"]["Suppliers in order"] == f"Rival, Inc.; ; {ours}"
    assert (told["Survey"]["Suppliers in order"], told["Survey"]["Our rank"]) == ("", "4")
    book = sheet(export(browser, "partners:line-cards-export", "xlsx", public_id=cards.public_id))
    assert book[0] == list(records(data)[0])


def test_one_changed_look_is_one_change(cards: Partner, browser: Client, tmp_path: Path) -> None:
    data = export(browser, "partners:line-cards-export", public_id=cards.public_id)
    done = again(tmp_path, "line-cards", data, lambda row: row.update(Confidence="low"))
    assert counts(done) == (0, 1, 2, 0)


# --- Who gets what -----------------------------------------------------------------------------


def test_a_manager_exports_their_own_partners_only(
    partner: Partner, other_partner: Partner, manager: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)
    assert [row["Number"] for row in records(export(client, "partners:list-export"))] == ["P-1"]
    assert [row[3] for row in sheet(export(client, "partners:list-export", "xlsx"))[1:]] == ["P-1"]
    for route in ("persons", "results", "line-cards", "lines"):
        kwargs = {"public_id": other_partner.public_id, "file_format": "csv"}
        assert client.get(reverse(f"partners:{route}-export", kwargs=kwargs)).status_code == 404


def test_a_partner_exports_its_own_data_without_what_is_ours_to_say(
    results: Partner, partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    people_of(results)
    client = sign_in(partner_rep)
    people = records(export(client, "portal:people-export"))
    assert [row["Name"] for row in people] == ["Ida Ångström", "Nils"]
    assert not {"Key sales talent", "Where to"} & set(people[0])
    told = records(export(client, "portal:results-export"))
    assert [row["Own total sales"] for row in told] == ["1234.1250"]
    assert "Source of the figure" not in told[0]
    for path in ("people", "results"):
        assert f"/portal/{path}/export.csv" in client.get(f"/portal/{path}/").content.decode()
    assert client.get("/partners/export.csv").status_code == 404


def test_what_a_partner_exports_it_may_send_back(
    results: Partner, partner_rep: User, sign_in: Callable[[User], Client], tmp_path: Path
) -> None:
    people_of(results)
    client = sign_in(partner_rep)
    people = export(client, "portal:people-export")
    assert counts(again(tmp_path, "partner-people", people)) == (0, 0, 2, 0)
    told = export(client, "portal:results-export")
    assert counts(again(tmp_path, "own-results", told)) == (0, 0, 1, 0)


def test_actions_are_exported_as_they_are_listed(
    partner: Partner, other_partner: Partner, manager: User, other_manager: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    for of, owner in ((partner, manager), (partner, other_manager), (other_partner, other_manager)):
        Action.objects.create(partner=of, title=f"+Call {owner.name}", owner=owner, due_on=DAY)
    client = sign_in(manager)
    (mine,) = records(export(client, "actions:list-export"))
    assert (mine["Action"], mine["Due"], mine["Partner number"]) == (
        "'+Call Mia Manager", "2025-06-30", "P-1",
    )  # fmt: skip
    everybodys = records(export(client, "actions:list-export", whose="all"))
    assert {row["Partner number"] for row in everybodys} == {"P-1"}
    assert len(everybodys) == 2


def test_accounts_are_exported_as_they_are_listed(
    partner: Partner, partner_admin: User, other_partner_admin: User, admin: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    every = records(export(sign_in(admin), "people:list-export", role=Role.PARTNER_ADMIN))
    assert {row["Partner number"] for row in every} == {"P-1", "P-2"}
    own = records(export(sign_in(partner_admin), "people:list-export"))
    assert [row["E-mail address"] for row in own] == [partner_admin.email]


def test_a_deputy_exports_too(
    partner: Partner, other_manager: User, sign_in: Callable[[User], Client]
) -> None:
    PartnerManager.objects.filter(partner=partner).update(deputy=other_manager)
    told = records(export(sign_in(other_manager), "partners:list-export"))
    assert [row["Number"] for row in told] == ["P-1"]


def test_the_log_says_who_took_which_list(
    browser: Client, admin: User, partner: Partner, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="channelhub.exports"):
        assert browser.get(reverse("partners:list-export", args=["csv"])).status_code == 200
    (line,) = caplog.messages
    assert str(admin.public_id) in line
    assert "partners as csv" in line
