"""What a file of partners makes and changes."""

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import Organisation, Role, User
from imports.models import Source
from partners.models import (
    Partner,
    PartnerExternalId,
    PartnerManager,
    PartnerStatus,
    PartnerTier,
)
from tests.imports.files import Send, counts

TODAY = dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Organisation, "today", lambda _: TODAY)


def tiers(number: str) -> list[tuple[str, dt.date | None, dt.date | None]]:
    rows = PartnerTier.objects.filter(partner__number=number).order_by("valid")
    return [(row.tier, row.valid.lower, row.valid.upper) for row in rows]


def test_a_new_partner_is_active_since_ever(send: Send) -> None:
    send("partners", "id,name\n7,Alpha\n")
    status = PartnerStatus.objects.get(partner__number="7")
    assert (status.status, status.valid.lower, status.valid.upper) == ("active", None, None)


def test_a_start_says_since_when(send: Send) -> None:
    text = "id,name,tier,start\n7,Alpha,gold,2020-05-01\n"
    assert counts(send("partners", text)) == (1, 0, 0, 0)
    assert tiers("7") == [("gold", dt.date(2020, 5, 1), None)]
    assert counts(send("partners", text)) == (0, 0, 1, 0)


def test_a_start_to_come_is_unchanged_by_the_same_file(send: Send) -> None:
    text = "id,name,tier,start\n7,Alpha,gold,2030-01-01\n"
    send("partners", text)
    assert counts(send("partners", text)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("Distributor", ["distributor"]),
        ("wholesaler", ["distributor"]),
        ("Systems Integrator", ["integrator"]),
        ("SI", ["integrator"]),
        ("MSP", ["service"]),
        ("Managed Service Provider", ["service"]),
        ("Value Added Reseller", ["reseller"]),
        ("Specialty Bike Shop", ["reseller"]),
        ("Warehouse", ["reseller"]),
        ("Distributor / Integrator", ["distributor", "integrator"]),
        ("Simple shop", ["reseller"]),
        ("", ["reseller"]),
    ],
)
def test_the_type_tells_the_kinds(send: Send, word: str, kinds: list[str]) -> None:
    send("partners", f"id,name,type\n7,Alpha,{word}\n")
    partner = Partner.objects.get()
    assert (partner.type, partner.kinds) == (word, kinds)


def test_kinds_set_by_a_person_stay_while_the_type_does(send: Send) -> None:
    send("partners", "id,name,type\n7,Alpha,VAR\n")
    Partner.objects.update(kinds=["service"])
    send("partners", "id,name,type\n7,Alpha Ltd,VAR\n")
    assert Partner.objects.get().kinds == ["service"]
    send("partners", "id,name,type\n7,Alpha Ltd,Distributor\n")
    assert Partner.objects.get().kinds == ["distributor"]


def test_a_number_that_somebody_has_gets_the_sources_name(send: Send) -> None:
    send("partners", "id,name\n7,Alpha\n", source="erp")
    send("partners", "id,name\n7,Other\n", source="crm")
    assert set(Partner.objects.values_list("number", "name")) == {
        ("7", "Alpha"),
        ("crm-7", "Other"),
    }
    assert counts(send("partners", "id,name\n7,Other\n", source="crm")) == (0, 0, 1, 0)


def test_a_number_joins_two_sources_to_one_partner(send: Send) -> None:
    send("partners", "id,name\n7,Alpha\n", source="erp")
    result = send("partners", "id,name,number\nA7,Alpha,7\n", source="crm")
    assert counts(result) == (0, 1, 0, 0)
    assert PartnerExternalId.objects.filter(partner__number="7").count() == 2


def test_two_partners_may_share_a_name(send: Send) -> None:
    assert counts(send("partners", "id,name\n1,Alpha\n2,Alpha\n")) == (2, 0, 0, 0)


def test_an_id_twice_in_a_file_rejects_the_later_row(send: Send) -> None:
    result = send("partners", "id,name\n1,Alpha\n2,Beta\n1,Gamma\n")
    assert counts(result) == (2, 0, 0, 1)
    assert (result["rejected_rows"][0]["row"], result["rejected_rows"][0]["value"]) == (4, "1")
    assert Partner.objects.get(number="1").name == "Alpha"


def test_an_empty_cell_changes_nothing(send: Send) -> None:
    send("partners", "id,name,type,tier,currency\n1,Alpha,VAR,gold,EUR\n")
    result = send("partners", "id,name,type,tier,currency\n1,Alpha,,,\n")
    assert counts(result) == (0, 0, 1, 0)


def test_a_dated_change_ends_the_old_value_today(send: Send) -> None:
    send("partners", "id,name,tier\n1,Alpha,silver\n")
    assert counts(send("partners", "id,name,tier\n1,Alpha,gold\n")) == (0, 1, 0, 0)
    assert tiers("1") == [("silver", None, TODAY), ("gold", TODAY, None)]


def test_changed_twice_on_one_day_the_first_change_never_held(send: Send) -> None:
    for tier in ("silver", "gold", "platinum"):
        send("partners", f"id,name,tier\n1,Alpha,{tier}\n")
    assert tiers("1") == [("silver", None, TODAY), ("platinum", TODAY, None)]


def test_what_is_agreed_for_later_stays(send: Send) -> None:
    send("partners", "id,name\n1,Alpha\n")
    later = dt.date(2027, 1, 1)
    partner = Partner.objects.get()
    PartnerTier.objects.create(partner=partner, tier="platinum", valid=(later, None))
    send("partners", "id,name,tier\n1,Alpha,gold\n")
    assert tiers("1") == [("gold", TODAY, later), ("platinum", later, None)]


def test_managers_are_known_by_their_address(
    send: Send, manager: User, make_user: Callable[..., User]
) -> None:
    chief = make_user("Chief", Role.CHIEF)
    text = f"id,name,manager\n1,A,{manager.email.upper()}\n2,B,{chief.email}\n3,C,no@example.com\n"
    result = send("partners", text)
    assert counts(result) == (1, 0, 0, 2)
    assert PartnerManager.objects.get().manager == manager


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("currency", "E1R"),
        ("currency", "EURO"),
        ("website", "javascript:alert(1)"),
        ("website", "not a site"),
        ("status", "asleep"),
        ("start", "1.2.24"),
    ],
)
def test_a_cell_that_makes_no_sense_rejects_its_row(send: Send, column: str, value: str) -> None:
    result = send("partners", f"id,name,{column}\n1,Alpha,{value}\n")
    assert counts(result) == (0, 0, 0, 1)
    assert result["rejected_rows"][0] | {"reason": ""} == {
        "row": 2, "column": column, "value": value, "reason": "",
    }  # fmt: skip


def test_a_website_may_leave_its_scheme_out(send: Send) -> None:
    send("partners", "id,name,website\n1,Alpha,www.alpha.example\n")
    assert Partner.objects.get().website == "https://www.alpha.example"


def test_two_ids_of_one_partner_in_a_file_count_once(send: Send) -> None:
    send("partners", "id,name\n1,Alpha\n")
    PartnerExternalId.objects.create(
        partner=Partner.objects.get(), source=Source.objects.get(), external_id="1b"
    )
    assert counts(send("partners", "id,name\n1,Alpha\n1b,Beta\n")) == (0, 0, 1, 1)


def test_the_history_of_a_partner_tells_of_imports(send: Send) -> None:
    send("partners", "id,name\n1,Alpha\n")
    send("partners", "id,name\n1,Alpha Ltd\n")
    events = Partner.objects.get().events.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [(event.pgh_label, event.name) for event in events] == [
        ("insert", "Alpha"),
        ("update", "Alpha Ltd"),
    ]
    assert all("load" in event.pgh_context.metadata for event in events)
