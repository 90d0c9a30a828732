import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pghistory
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from imports.models import Import, Source
from partners.actions.notes import add_note
from partners.actions.persons import add_person
from partners.actions.records import add_external_id, remove_external_id, update_partner
from partners.actions.results import record_result
from partners.actions.standing import set_manager, set_tier
from partners.history import Entry, entries, events_of
from partners.models import Partner

SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db(transaction=True)


def told(partner: Partner) -> list[Entry]:
    return entries(events_of(partner))


def test_who_changed_what_from_what_to_what(partner: Partner, admin: User) -> None:
    update_partner(partner, name="Alpha", kinds=["reseller", "service"], acting_user=admin)
    newest = told(partner)[0]
    assert (newest.who, newest.what) == ("Ada Admin", "Record changed")
    assert newest.changes == [
        ("Name", "Alpha Systems", "Alpha"),
        ("Kinds", "Reseller", "Reseller, Service provider"),
    ]


def test_dated_facts_in_words_and_one_entry_for_one_decision(partner: Partner, admin: User) -> None:
    set_tier(partner, tier="Silver", since=dt.date(2026, 1, 1), acting_user=admin)
    set_tier(partner, tier="Gold", since=dt.date(2026, 3, 1), acting_user=admin)
    newest = told(partner)[0]
    assert newest.what == "Tier changed"
    assert set(newest.changes) == {
        ("Tier", "none", "Gold from 1 Mar 2026"),
        ("Tier", "Silver from 1 Jan 2026", "Silver from 1 Jan 2026 to 28 Feb 2026"),
    }


def test_what_is_learnt_of_a_partner_is_told_too(partner: Partner, admin: User) -> None:
    day = dt.date(2025, 12, 31)
    add_person(partner, name="Ida Holm", acting_user=admin)
    record_result(
        partner, start=dt.date(2025, 1, 1), end=day, amount=Decimal(10), currency="EUR",
        acting_user=admin,
    )  # fmt: skip
    add_note(partner, kind="call", day=day, text="Asked. " * 30, acting_user=admin)
    changes = [entry.changes[0] for entry in told(partner)[:3]]
    assert [(change.what, change.old) for change in changes] == [
        ("Note", "none"), ("Own result", "none"), ("Person", "none")
    ]  # fmt: skip
    assert changes[1].new == "10.0 from 1 Jan 2025 to 31 Dec 2025"
    assert len(changes[0].new) == 80
    assert told(partner)[0].who == "Ada Admin"


def test_what_a_correction_replaced_is_still_told(partner: Partner, admin: User) -> None:
    set_tier(partner, tier="Gold", since=dt.date(2026, 3, 1), acting_user=admin)
    set_tier(partner, tier="Silver", since=dt.date(2026, 1, 1), acting_user=admin)
    assert ("Tier", "Gold from 1 Mar 2026", "removed") in told(partner)[0].changes


def test_people_are_named(
    partner: Partner, admin: User, manager: User, other_manager: User
) -> None:
    day = dt.date(2026, 3, 1)
    set_manager(partner, manager=other_manager, deputy=manager, since=day, acting_user=admin)
    after = "Otto Manager, deputy Mia Manager from 1 Mar 2026"
    assert ("Channel manager", "none", after) in told(partner)[0].changes


def test_companies_are_named(partner: Partner, other_partner: Partner, admin: User) -> None:
    update_partner(partner, company=other_partner, acting_user=admin)
    assert told(partner)[0].changes == [("Company", "none", "Beta Networks (P-2)")]
    assert all("Company" not in change for entry in told(other_partner) for change in entry.changes)


def test_external_ids_come_and_go(partner: Partner, admin: User) -> None:
    held = add_external_id(partner, source="erp", external_id="47", acting_user=admin)
    remove_external_id(held, acting_user=admin)
    assert [entry.changes for entry in told(partner)[:2]] == [
        [("External id", "erp: 47", "removed")],
        [("External id", "none", "erp: 47")],
    ]


def test_imports_commands_and_nobody(partner: Partner, admin: User) -> None:
    load = Import.objects.create(
        kind="partners", source=Source.objects.create(name="erp"), file_name="a.csv", size=1
    )
    names = iter(["One", "Two", "Three"])
    for context in ({"user": admin.pk, "load": load.pk}, {"user": None}, None):
        if context is None:
            Partner.objects.filter(pk=partner.pk).update(name=next(names))
        else:
            with pghistory.context(**context):
                Partner.objects.filter(pk=partner.pk).update(name=next(names))
    who = [entry.who for entry in told(partner)[:3]]
    assert who == ["System", "Command line", "Import of a.csv, Ada Admin"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 200),
        ("chief", 200),
        ("manager", 200),
        ("other_manager", 404),
        ("direct", 404),
        ("partner_admin", 404),
    ],
)
def test_who_reads_it(
    role: str, status: int, request: pytest.FixtureRequest, sign_in: SignIn, partner: Partner
) -> None:
    address = reverse("partners:history", args=[partner.public_id])
    answer = sign_in(request.getfixturevalue(role)).get(address)
    assert answer.status_code == status
    assert ("Partner created" in answer.content.decode()) is (status == 200)


# session, user, 2 x organisation, partner, count, events, people
BUDGET = 7


@pytest.mark.parametrize("rows", [25, 200])
def test_the_history_costs_the_same_at_every_size(
    rows: int, sign_in: SignIn, partner: Partner, admin: User, manager: User
) -> None:
    for i in range(rows):
        update_partner(partner, name=f"Name {i}", acting_user=admin)
    client: Any = sign_in(admin)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("partners:history", args=[partner.public_id]), {"per": rows})
    assert len(page.context["page"].object_list) == rows
    assert len(queries) == BUDGET, [query["sql"][:90] for query in queries.captured_queries]
