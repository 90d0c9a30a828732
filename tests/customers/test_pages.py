"""Customers through the door: who sees and changes which, and what is refused."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organisation, User
from customers.actions.merges import merge_customer
from customers.actions.records import report_loss
from customers.models import Customer, CustomerLoss, CustomerPartner, Level
from customers.roots import members
from customers.rules import looks_like_placeholder
from partners.models import Partner

SignIn = Callable[[User], Client]
LIST = "/customers/"


@pytest.fixture
def acme(partner: Partner) -> Customer:
    """Bought through Mia's partner."""
    customer: Customer = Customer.objects.create(name="Acme")
    CustomerPartner.objects.create(customer=customer, partner=partner)
    return customer


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(f"{LIST}{query}")
    assert page.status_code == 200
    return [customer.name for customer in page.context["page"].object_list]


def test_a_manager_sees_customers_of_their_partners_and_outsiders_none(
    acme: Customer, sign_in: SignIn, manager: User, other_manager: User, chief: User,
    partner_admin: User, direct: User,
) -> None:  # fmt: skip
    assert names(sign_in(manager)) == names(sign_in(chief)) == ["Acme"]
    assert names(sign_in(other_manager)) == []
    assert sign_in(other_manager).get(acme.get_absolute_url()).status_code == 404
    for outsider in (partner_admin, direct):
        assert sign_in(outsider).get(LIST).status_code == 404
        assert sign_in(outsider).get(acme.get_absolute_url()).status_code == 404


def test_the_list_is_searched_by_everything_it_is_called(
    acme: Customer, sign_in: SignIn, chief: User, admin: User
) -> None:
    client = sign_in(admin)
    client.post(acme.get_absolute_url(), {"form": "alias", "alias-name": "Apex Tools"})
    client.post(acme.get_absolute_url(), {"form": "domain", "domain-domain": "ACME.example"})
    Customer.objects.create(name="CASH SALES", placeholder=True)
    reader = sign_in(chief)
    for text in ("acm", "apex", "acme.ex"):
        assert names(reader, f"?q={text}") == ["Acme"]
    assert names(reader, "?placeholder=yes") == ["CASH SALES"]
    assert names(reader, "?placeholder=no&level=entity") == ["Acme"]
    assert names(reader, "?q=nobody") == []


def test_a_manager_reports_a_loss_from_a_call_and_takes_it_back(
    acme: Customer, sign_in: SignIn, manager: User, chief: User
) -> None:
    client, address = sign_in(manager), acme.get_absolute_url()
    today = Organisation.current().today()
    told = {"form": "loss", "loss-lost_on": str(today), "loss-said_by": "buyer"}
    assert client.post(address, {**told, "loss-why": "Slow support."}).status_code == 302
    loss = CustomerLoss.objects.get()
    assert (loss.known_on, loss.reporter, loss.why) == (today, manager, "Slow support.")
    page = client.get(address).content.decode()
    assert "says the buyer: Slow support." in page
    again = client.post(address, told)
    assert again.status_code == 200
    assert "recorded as lost already" in again.content.decode()
    assert sign_in(chief).post(address, {"form": "withdraw"}).status_code == 404
    client.post(address, {"form": "withdraw"})
    loss.refresh_from_db()
    assert loss.withdrawn_on == today


def test_a_loss_that_lies_ahead_is_refused_and_nothing_typed_is_lost(
    acme: Customer, sign_in: SignIn, manager: User
) -> None:
    ahead = Organisation.current().today() + dt.timedelta(days=1)
    told = {"form": "loss", "loss-lost_on": str(ahead), "loss-said_by": "us", "loss-why": "Typed."}
    page = sign_in(manager).post(acme.get_absolute_url(), told).content.decode()
    assert "This day has not come yet." in page
    assert "Typed." in page
    assert not CustomerLoss.objects.exists()


@pytest.mark.parametrize(
    ("form", "data", "message"),
    [
        ("domain", {"domain-domain": "not a domain"}, "Write a domain such as example.com"),
        ("domain", {"domain-domain": "taken.example"}, "Another customer has this domain"),
        ("alias", {"alias-name": "acme too"}, "It has this name already"),
        ("contact", {"contact-name": "Ida", "contact-email": "nowhere"}, "valid email"),
    ],
)
def test_bad_parts_are_refused_in_words(
    acme: Customer, sign_in: SignIn, admin: User, form: str, data: dict[str, str], message: str
) -> None:
    other = Customer.objects.create(name="Other")
    other.domains.create(domain="taken.example")
    acme.aliases.create(name="Acme Too")
    page = sign_in(admin).post(acme.get_absolute_url(), {"form": form, **data})
    assert page.status_code == 200
    assert message in page.content.decode()


def test_only_admins_make_and_edit_customers(
    acme: Customer, sign_in: SignIn, admin: User, manager: User
) -> None:
    facts = {"name": "Bolt", "level": "entity", "country": "de", "parent": ""}
    assert sign_in(manager).post("/customers/new/", facts).status_code == 404
    client = sign_in(admin)
    client.post("/customers/new/", facts)
    assert Customer.objects.get(name="Bolt").country == "DE"
    client.post("/customers/new/", {**facts, "name": "Cash Sales"})
    assert Customer.objects.get(name="Cash Sales").placeholder
    edit = reverse("customers:edit", args=[acme.public_id])
    page = client.post(edit, {**facts, "name": "Acme", "country": "Germany"})
    assert "2 characters" in page.content.decode()


def test_an_entity_is_part_of_a_group_and_a_group_of_nothing(
    acme: Customer, sign_in: SignIn, admin: User
) -> None:
    group = Customer.objects.create(name="Acme Group", level=Level.GROUP)
    Customer.objects.create(name="Plain")
    client, edit = sign_in(admin), reverse("customers:edit", args=[acme.public_id])
    facts = {"name": "Acme", "level": "entity", "country": ""}
    refused = client.post(edit, {**facts, "parent": "Plain"}).content.decode()
    assert "A legal entity is part of a group." in refused
    assert client.post(edit, {**facts, "parent": "acme group"}).status_code == 302
    today = Organisation.current().today()
    assert set(members(group, today)) == {group.pk, acme.pk}
    page = client.post(
        reverse("customers:edit", args=[group.public_id]),
        {"name": "Acme Group", "level": "site", "country": "", "parent": ""},
    )
    assert "Acme is part of it. Change that first." in page.content.decode()


def test_a_merge_is_dated_and_can_be_taken_back(
    acme: Customer, sign_in: SignIn, admin: User
) -> None:
    other = Customer.objects.create(name="Akme")
    client, today = sign_in(admin), Organisation.current().today()
    merge = reverse("customers:merge", args=[other.public_id])
    assert client.post(merge, {"into": "nobody", "on": str(today)}).status_code == 200
    client.post(merge, {"into": "Acme", "on": str(today)})
    assert other.pk in members(acme, today)
    assert other.pk not in members(acme, today - dt.timedelta(days=1))
    assert names(client) == ["Acme"]
    client.post(reverse("customers:unmerge", args=[other.public_id]))
    assert members(acme, today) == [acme.pk]


@pytest.mark.django_db(transaction=True)
def test_two_merges_across_each_other_leave_one(admin: User) -> None:
    pair = [Customer.objects.create(name=name) for name in ("One", "Two")]
    barrier, refused = threading.Barrier(2), []

    def run(first: Customer, second: Customer) -> None:
        barrier.wait()
        try:
            merge_customer(first, into=second, on=dt.date(2026, 1, 1), acting_user=admin)
        except ValidationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=args) for args in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert Customer.objects.exclude(merged_into=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_leave_one_loss(admin: User) -> None:
    customer: Customer = Customer.objects.create(name="One")
    barrier, refused = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        try:
            report_loss(customer, lost_on=dt.date(2026, 1, 1), said_by="us", acting_user=admin)
        except ValidationError as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(refused) == 1
    assert CustomerLoss.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "nobody"),
    [
        ("CASH SALES", True), ("Cash-sales", True), ("various", True), ("STOCK", True),
        ("Laufkunde", True), ("--", True), ("12345", True),
        ("Cashmere Sales Ltd", False), ("Stockton Bank", False), ("Acme", False),
    ],
)  # fmt: skip
def test_names_that_stand_for_nobody(name: str, nobody: bool) -> None:  # noqa: FBT001
    assert looks_like_placeholder(name) is nobody


@pytest.mark.parametrize("rows", [25, 200])
def test_the_list_costs_the_same_at_every_size(
    rows: int, sign_in: SignIn, chief: User, admin: User
) -> None:
    Customer.objects.bulk_create(Customer(name=f"Customer {n:03}") for n in range(rows))
    client = sign_in(chief)
    with CaptureQueriesContext(connection) as queries:
        page: Any = client.get(LIST, {"per": str(rows)})
    assert len(page.context["page"].object_list) == rows
    # session, user, time zone, count, rows with what they are part of, the frame's organisation
    assert len(queries) <= 6, [query["sql"][:100] for query in queries.captured_queries]
