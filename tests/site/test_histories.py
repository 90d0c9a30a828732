"""Who changed what: every record with a page tells it there."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions.organisation import add_holiday, remove_holiday
from accounts.models import User
from channelhub.lib.history import Entry, decision, entries, entries_of_all
from customers.models import Customer, CustomerAlias, CustomerContact
from imports.models import Source
from partners.actions.persons import add_person, change_person, record_departure
from partners.models import LineCard, LineCardObservation, OwnResult, Partner
from sales.models import Article, Product

SignIn = Callable[[User], Client]
DAY = dt.date(2026, 1, 15)


def said(history: list[Entry]) -> set[str]:
    return {entry.what for entry in history if entry.who == "Ada Admin"}


def test_what_belongs_to_a_record_is_told_with_it(
    partner: Partner, admin: User, sign_in: SignIn
) -> None:
    customer = Customer.objects.create(name="Kappa")
    group = Customer.objects.create(name="Kappa Group", level="group")
    product = Product.objects.create(sku="A", name="Product A")
    source = Source.objects.create(name="erp")
    person = add_person(partner, name="Ida Holm", acting_user=admin)
    with decision(admin):
        alias = CustomerAlias.objects.create(customer=customer, name="Kappa Inc")
        alias.delete()
        CustomerContact.objects.create(customer=customer, name="Bo Lund")
        Article.objects.create(product=product, source=source, external_id="A-1")
        customer.parent = group
        customer.save(update_fields=["parent"])
        card = LineCard.objects.create(partner=partner, category="Phones")
        LineCardObservation.objects.create(
            line_card=card, observed_on=DAY, source="Call", basis="revenue", known_on=DAY
        )
        OwnResult.objects.create(
            partner=partner, start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31), amount=10,
            currency="EUR", known_on=DAY,
        )  # fmt: skip
    record_departure(person, left_on=DAY, acting_user=admin)
    client = sign_in(admin)

    def told(address: str) -> set[str]:
        return said(client.get(address).context["history"])

    assert told(customer.get_absolute_url()) == {
        "Customer alias added: Kappa Inc",
        "Customer alias removed: Kappa Inc",
        "Customer contact added: Bo Lund",
        "Customer changed",
    }
    assert told(product.get_absolute_url()) == {"Article added: A-1"}
    assert told(reverse("partners:person", args=[person.public_id])) == {
        "Person added: Ida Holm",
        "Departure added: 2026-01-15",
    }
    assert told(reverse("partners:line-cards", args=[partner.public_id])) == {
        "Line card added: Phones",
        "Line card observation added: 2026-01-15",
    }
    assert told(reverse("partners:results", args=[partner.public_id])) == {
        "Own result added: 2025-01-01"
    }
    # That a customer joined it is no change of the group.
    assert told(group.get_absolute_url()) == set()


def test_a_link_is_told_by_name(admin: User) -> None:
    customer = Customer.objects.create(name="Kappa")
    group = Customer.objects.create(name="Kappa Group", level="group")
    with decision(admin):
        customer.parent = group
        customer.save(update_fields=["parent"])

    (change,) = [each for each in entries(customer) if each.what == "Customer changed"]

    assert change.changes == [("Part of", None, "Kappa Group")]


def test_the_calendar_and_thresholds_tell_theirs(admin: User, sign_in: SignIn) -> None:
    add_holiday(day=DAY, name="Founders' day", acting_user=admin)
    remove_holiday(day=DAY, acting_user=admin)
    client = sign_in(admin)
    page = client.get(reverse("organisation:calendar"))
    assert len(said(page.context["history"])) == 2
    assert len(entries_of_all("accounts.HolidayEvent", "accounts.FiscalPeriodEvent")) == 2

    address = reverse("alerts:thresholds", args=["stale-data"])
    assert "Nothing was changed yet." in client.get(address).content.decode()
    fields = client.get(address).context["form"].fields
    values = {name: field.initial for name, field in fields.items()}
    client.post(address, {**values, "days_late": "60"})
    assert any("Threshold" in what for what in said(client.get(address).context["history"]))


@pytest.mark.parametrize("count", [25, 50])
def test_a_history_costs_the_same_however_long_it_is(
    count: int, partner: Partner, admin: User
) -> None:
    person = add_person(partner, name="Ida Holm", acting_user=admin)
    for number in range(count):
        change_person(person, role=f"Role {number}", acting_user=admin)

    with CaptureQueriesContext(connection) as queries:
        assert len(entries(person, parts=["partners.DepartureEvent"])) == min(count + 1, 50)

    # events, people
    assert len(queries) == 2
