"""Customers: exported, changed, imported again."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from customers.models import (
    Customer,
    CustomerAlias,
    CustomerContract,
    CustomerDomain,
    CustomerExternalId,
    CustomerPartner,
)
from imports.models import Source
from partners.models import Partner
from tests.imports.exports import again, export, records, sheet
from tests.imports.files import counts


@pytest.fixture
def browser(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)


@pytest.fixture
def customers(db: None) -> Customer:
    """An entity of a group, a placeholder, and one that no source knows."""
    erp = Source.objects.create(name="erp")
    group = Customer.objects.create(name="Zeta Holding", level="group")
    entity: Customer = Customer.objects.create(
        name="@Alpha, Größe", level="entity", parent=group, country="DE"
    )
    cash = Customer.objects.create(name="CASH SALES", placeholder=True)
    for customer, external_id in ((group, "G1"), (entity, "E1"), (cash, "=X")):
        CustomerExternalId.objects.create(customer=customer, source=erp, external_id=external_id)
    Customer.objects.create(name="Made by hand", parent=group)
    for name in ("Alfa", "A. Größe"):
        CustomerAlias.objects.create(customer=entity, name=name)
    for domain in ("alpha.example", "xn--gre-6ka8i.example"):
        CustomerDomain.objects.create(customer=entity, domain=domain)
    for known, end in ((2023, 2024), (2024, 2026)):
        CustomerContract.objects.create(
            customer=entity, ends_on=dt.date(end, 12, 31), known_on=dt.date(known, 1, 1)
        )
    return entity


def test_customers_come_back_unchanged(
    customers: Customer, browser: Client, tmp_path: Path
) -> None:
    data = export(browser, "customers:list-export")
    assert counts(again(tmp_path, "customers", data)) == (0, 0, 4, 0)
    assert Customer.objects.count() == 4
    told = {row["Name"]: row for row in records(data)}
    assert told["'@Alpha, Größe"] == {
        "External id": "E1", "Name": "'@Alpha, Größe", "Level": "entity", "Part of": "G1",
        "Country": "DE", "Other names": "A. Größe; Alfa",
        "Web domains": "alpha.example; xn--gre-6ka8i.example",
        "Contract ends": "2026-12-31", "Placeholder": "no",
    }  # fmt: skip
    by_hand = Customer.objects.get(name="Made by hand")
    assert told["Made by hand"]["External id"] == str(by_hand.public_id)
    assert not by_hand.external_ids.exists()


def test_one_changed_cell_is_one_change(
    customers: Customer, browser: Client, tmp_path: Path
) -> None:
    data = export(browser, "customers:list-export", q="hand")
    done = again(tmp_path, "customers", data, lambda row: row.update(Country="AT"))
    assert counts(done) == (0, 1, 0, 0)
    by_hand = Customer.objects.get(name="Made by hand")
    assert (by_hand.country, by_hand.parent) == ("AT", customers.parent)


def test_a_workbook_holds_the_same(customers: Customer, browser: Client) -> None:
    header, *rows = sheet(export(browser, "customers:list-export", "xlsx", level="entity"))
    told = {row[1]: dict(zip(header, row, strict=True)) for row in rows}
    assert told["@Alpha, Größe"]["Contract ends"] == dt.date(2026, 12, 31)
    assert set(told) == {"@Alpha, Größe", "CASH SALES", "Made by hand"}


def test_a_manager_exports_customers_of_their_partners_only(
    customers: Customer, partner: Partner, other_partner: Partner, manager: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    CustomerPartner.objects.create(customer=customers, partner=partner)
    theirs = Customer.objects.get(name="Made by hand")
    CustomerPartner.objects.create(customer=theirs, partner=other_partner)
    told = records(export(sign_in(manager), "customers:list-export"))
    assert {row["External id"] for row in told} == {"E1", "G1"}


def test_an_export_asks_as_much_of_many_as_of_few(browser: Client) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(records(export(browser, "customers:list-export"))) == len(names)
        return len(asked)

    names = [f"Customer {number}" for number in range(25)]
    Customer.objects.bulk_create(Customer(name=name) for name in names)
    few = questions()
    more = [f"Customer {number}" for number in range(25, 200)]
    Customer.objects.bulk_create(Customer(name=name) for name in more)
    names += more
    assert questions() == few
