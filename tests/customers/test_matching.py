"""Customers found under names that are like an account's, and what people said remembered."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from channelhub.lib.history import entries
from customers.actions.likeness import remember, tell_apart
from customers.actions.merges import merge_customer
from customers.import_names import CustomerNames
from customers.matching import Account, Verdict, find, find_many
from customers.models import Customer, CustomerAlias, CustomerDomain, CustomerPartner, SaidOfAccount
from partners.models import Partner
from tests.imports.files import counts, import_file

SignIn = Callable[[User], Client]


@pytest.fixture
def fenwick(db: None) -> Customer:
    customer: Customer = Customer.objects.create(name="Fenwick Motors Ltd", country="GB")
    return customer


@pytest.mark.parametrize(
    "written",
    ["FENWICK MOTORS", "Fenwik Motors", "Fenwick Motosr plc", "Motors Fenwick", "Fenwick-Motors"],
)
def test_a_customer_is_found_however_its_name_is_written(fenwick: Customer, written: str) -> None:
    Customer.objects.create(name="Fenton Motors")
    found = find(Account(written))
    assert (found.verdict, found.best and found.best.customer) == (Verdict.MATCH, fenwick.pk)
    assert find(Account("Calder Office Supplies")).verdict == Verdict.NEW


def test_one_word_is_found_with_a_slip_and_as_the_start_of_a_name(db: None) -> None:
    one = Customer.objects.create(name="Brightmoor GmbH")
    longer = Customer.objects.create(name="Quellwerk Energie Systeme AG")
    assert find(Account("Brihgtmoor")).candidates[0].customer == one.pk
    assert find(Account("Quellwerk")).candidates[0].customer == longer.pk


def test_aliases_and_domains_lead_to_their_customer(fenwick: Customer) -> None:
    CustomerAlias.objects.create(customer=fenwick, name="FMX")
    CustomerDomain.objects.create(customer=fenwick, domain="fenwick.example")
    by_alias, by_domain = find_many([Account("F.M.X."), Account("Fenwick", "www.fenwick.example")])
    assert by_alias.best
    assert by_alias.best.reason == 'known as "FMX": same name'
    assert by_domain.best
    assert by_domain.best.reason == "same web domain fenwick.example"
    assert {by_alias.best.customer, by_domain.best.customer} == {fenwick.pk}


def test_a_merged_customer_stands_for_its_root_once_and_a_placeholder_for_nobody(
    fenwick: Customer, admin: User
) -> None:
    other = Customer.objects.create(name="Fenwick Motors (old)")
    merge_customer(other, into=fenwick, on=dt.date(2026, 1, 1), acting_user=admin)
    Customer.objects.create(name="Cash sales", placeholder=True)
    assert [each.customer for each in find(Account("Fenwick Motors")).candidates] == [fenwick.pk]
    assert find(Account("CASH SALES")).verdict == Verdict.NEW


def test_the_runner_up_is_told_and_the_number_kept(fenwick: Customer) -> None:
    Customer.objects.create(name="Fenwick Motors Finance")
    found = find(Account("Fenwick Motors"))
    assert found.runner_up
    assert found.runner_up.name == "Fenwick Motors Finance"
    assert len(find(Account("Fenwick Motors"), limit=1).candidates) == 1


def test_keys_follow_an_import_and_a_rename(fenwick: Customer, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("Customer id,Name,Other names\n1,Oakfield Instruments,Ofi Labs\n")
    assert counts(import_file("customers", path)) == (1, 0, 0, 0)
    assert find(Account("Oakfeild Instruments")).verdict == Verdict.MATCH
    assert find(Account("OFI Labs Inc.")).verdict == Verdict.MATCH
    Customer.objects.filter(pk=fenwick.pk).update(name="Thornbury")
    assert find(Account("Fenwick Motors")).verdict == Verdict.NEW
    assert find(Account("Thornbury")).verdict == Verdict.MATCH


def test_many_are_found_by_as_many_queries_as_one(fenwick: Customer) -> None:
    with CaptureQueriesContext(connection) as queries:
        found = find_many([Account("Fenwick Motors"), Account("Nobody")] * 50)
    assert [each.verdict for each in found] == [Verdict.MATCH, Verdict.NEW] * 50
    assert len(queries) == 2  # candidates, what was said


def test_what_a_person_said_is_remembered_of_name_and_country(
    fenwick: Customer, admin: User
) -> None:
    remember(Account("Fenwick Motors", "", "GB"), fenwick, same=False, acting_user=admin)
    assert find(Account("FENWICK MOTORS PLC", "", "GB")).verdict == Verdict.NEW
    assert find(Account("Fenwick Motors", "", "")).verdict == Verdict.MATCH
    remember(Account("FM Worldwide"), fenwick, same=True, acting_user=admin)
    best = find(Account("F.M. Worldwide Ltd")).best
    assert best
    assert (best.customer, best.verdict, best.reason) == (
        fenwick.pk, Verdict.MATCH, f"{admin.name} said so",
    )  # fmt: skip
    remember(Account("FM Worldwide"), fenwick, same=False, acting_user=admin)
    assert find(Account("FM Worldwide")).verdict == Verdict.NEW
    assert SaidOfAccount.objects.count() == 2


def test_names_of_files_are_suggested_by_the_same_matcher(fenwick: Customer) -> None:
    suggested = CustomerNames().suggest(["Fenwik Motors", "Nobody"])
    assert [each.label for each in suggested["Fenwik Motors"]] == ["Fenwick Motors Ltd, GB"]
    assert suggested["Fenwik Motors"][0].public_id == str(fenwick.public_id)
    assert suggested["Nobody"] == []


def test_an_admin_sees_what_may_be_the_same_and_says_that_it_is_not(
    fenwick: Customer, admin: User, sign_in: SignIn
) -> None:
    other = Customer.objects.create(name="Fenwick Motors plc", country="GB")
    browser = sign_in(admin)
    page = browser.get(fenwick.get_absolute_url()).content.decode()
    assert "Possibly the same" in page
    assert "&quot;plc&quot; are legal forms" in page
    merge = reverse("customers:merge", args=[fenwick.public_id])
    assert f"{merge}?into={other.public_id}" in page
    chosen = browser.get(merge, {"into": str(other.public_id)}).content.decode()
    assert f'value="{other.public_id}"' in chosen
    apart = reverse("customers:apart", args=[fenwick.public_id])
    assert browser.post(apart, {"other": str(other.public_id)}).status_code == 302
    for customer in (fenwick, other):
        assert browser.get(customer.get_absolute_url()).context["possible"] == []
    assert browser.get(fenwick.get_absolute_url()).context["others"] == [other]
    # Somebody else of that name may be either.
    assert len(find(Account("Fenwick Motors", "", "GB")).candidates) == 2
    browser.post(apart, {"take_back": str(other.public_id)})
    assert len(browser.get(fenwick.get_absolute_url()).context["possible"]) == 1
    for wrong in ({"other": "nonsense"}, {"other": str(admin.public_id)}, {}):
        assert browser.post(apart, wrong).status_code == 302


def test_a_manager_is_told_only_of_customers_that_they_may_see(
    fenwick: Customer, manager: User, partner: Partner, sign_in: SignIn
) -> None:
    CustomerPartner.objects.create(customer=fenwick, partner=partner)
    Customer.objects.create(name="Fenwick Motors plc")
    page = sign_in(manager).get(fenwick.get_absolute_url())
    assert page.context["possible"] == []
    apart = reverse("customers:apart", args=[fenwick.public_id])
    assert sign_in(manager).post(apart, {"other": str(fenwick.public_id)}).status_code == 404


def test_two_that_were_told_apart_say_who_said_so(fenwick: Customer, admin: User) -> None:
    other = Customer.objects.create(name="Fenwick Motors plc")
    tell_apart(fenwick, other, acting_user=admin)
    row = SaidOfAccount.objects.get(of=fenwick, customer=other)
    assert (row.said_by, row.same, row.name) == (admin, False, fenwick.name)
    (entry,) = entries(row)
    assert (entry.what, entry.who) == (f"Verdict on an account added: {fenwick.name}", str(admin))
