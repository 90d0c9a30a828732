"""Undo of files of records: their history says what they were before."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pghistory.models import Event
from rest_framework.test import APIClient

from accounts.models import User
from channelhub.lib.history import decision
from channelhub.lib.work import WorkState
from customers.models import Customer, CustomerContact
from imports import actions, running
from imports.models import Import
from imports.undoing import Refused
from partners.models import Partner, PartnerExternalId
from sales.models import ProductLine
from tests.imports.files import Send

PARTNERS = "id,name,type,number,tier,start\n"
PEOPLE = "partner,name,email,role,key,joined,left,where_to\n"
CUSTOMERS = "id,name,level,parent,aliases,domains,contract_end\n"
CARDS = "partner,category,seen_by,basis,observed_on,suppliers\n"
RESULTS = "partner,start,end,amount,currency\n"
PRODUCTS = "id,sku,name,family,line\n"
BOOKED = "booked,EUR,2024-02-03,,,1.09\n"
RATES = "type,currency,day,start,end,rate\n"

FILES = {
    "partners": (
        f"{PARTNERS}1,Alpha,MSP,N1,gold,2020-01-01\n2,Beta,,,silver,2021-01-01\n",
        f"{PARTNERS}1,Alpha Systems,VAR,,bronze,\n3,Gamma,,,gold,\n2,Beta,,,,\n",
    ),
    "partner-people": (
        f"{PEOPLE}P-1,Ida Holm,ida@a.example,Sales,yes,,,\nP-1,Nils Berg,,,,,,\n",
        f"{PEOPLE}P-1,Ida Holm,,Lead,,,2026-01-05,A rival\nP-1,Uma,,,,,,\n",
    ),
    "customers": (
        f"{CUSTOMERS}G,Group,group,,,,\nC1,One,,G,Uno;Eins,one.example,2027-01-01\n",
        f"{CUSTOMERS}C1,First,,,Uno;Prime,,2028-01-01\nC2,Two,site,C1,,,\n",
    ),
    "line-cards": (
        f"{CARDS}P-1,Storage,Survey,revenue,2026-01-05,Us;Rival\n",
        f"{CARDS}P-1,Storage,Survey,revenue,2026-01-05,Rival;Us\nP-1,Net,S,revenue,2026-01-05,Us\n",
    ),
    "own-results": (
        f"{RESULTS}P-1,2024-01-01,2024-12-31,100,USD\n",
        f"{RESULTS}P-1,2024-01-01,2024-12-31,120,USD\nP-1,2025-01-01,2025-12-31,5,USD\n",
    ),
    "products": (
        f"{PRODUCTS}a,A-1,Alpha,Boxes,Line 1\nb,,Beta,,\n",
        f"{PRODUCTS}c,A-1,Alpha 3,,\na,A-1,Alpha 2,Crates,Line 2\n",
    ),
    "rates": (
        f"{RATES}plan,EUR,,2024-01-01,,1.1\nbooked,EUR,2024-02-03,,,1.08\n",
        f"{RATES}plan,EUR,,2024-01-01,2024-12-31,1.2\nplan,EUR,,2025-01-01,,1.3\n{BOOKED}",
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, partner: Partner) -> None:
    monkeypatch.setattr(actions, "ring", lambda *_: None)


def newest() -> Import:
    load: Import = Import.objects.latest("pk")
    return load


def records() -> dict[str, list[str]]:
    """Every record whose history is kept, as it stands."""
    events: list[Any] = [model for model in apps.get_models() if issubclass(model, Event)]
    tracked = [event.pgh_tracked_model for event in events if event._meta.managed]
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in tracked}


@pytest.mark.parametrize("kind", FILES)
def test_records_are_as_they_were_before(send: Send, kind: str) -> None:
    first, second = FILES[kind]
    empty = records()
    send(kind, first)
    opening, before = newest(), records()
    assert before != empty
    answer = send(kind, second)
    assert answer["changed"]
    assert records() != before

    undone = actions.undo_now(newest())

    assert records() == before
    assert undone.closed + undone.changed + undone.new > 0
    actions.undo_now(opening)
    assert records() == empty


def test_what_a_person_changed_since_is_not_taken_back(send: Send) -> None:
    send("partners", FILES["partners"][0])
    with decision(None):
        Partner.objects.filter(number="N1").update(name="Alpha & Sons")

    with pytest.raises(Refused, match=r"Partner Alpha & Sons \(N1\) was changed or removed since"):
        actions.undo_now(newest())

    with decision(None):
        Partner.objects.filter(number="N1").update(name="Alpha")
    actions.undo_now(newest())
    assert not Partner.objects.filter(number="N1").exists()


def test_what_something_else_names_is_not_removed(send: Send) -> None:
    send("products", FILES["products"][0])
    first = newest()
    send("products", f"{PRODUCTS}z,Z,Zeta,,Line 1\n", source="other")

    with pytest.raises(Refused, match="Product line Line 1 is in use by products by now"):
        actions.undo_now(first)

    assert ProductLine.objects.exists()


def test_a_customer_with_a_contact_stays(send: Send) -> None:
    send("customers", FILES["customers"][0])
    with decision(None):
        CustomerContact.objects.create(customer=Customer.objects.get(name="One"), name="Ann")

    with pytest.raises(Refused, match="Customer One is in use by customer contacts by now"):
        actions.undo_now(newest())


def test_a_later_file_that_says_the_same_is_undone_first(send: Send) -> None:
    text = FILES["partners"][0]
    send("partners", text)
    first = newest()
    send("partners", text)
    second = newest()
    with pytest.raises(Refused, match="left them unchanged: undo that one first"):
        actions.undo_now(first)

    actions.undo_now(second)
    actions.undo_now(first)

    assert not PartnerExternalId.objects.exists()


def test_nothing_is_undone_twice(send: Send) -> None:
    send("partners", FILES["partners"][0])
    load = newest()
    undo = actions.undo_now(load)

    for again, why in ((load, "It was undone on"), (undo, "This is an undo")):
        with pytest.raises(Refused, match=why):
            actions.undo_now(again)
    Import.objects.filter(pk=undo.pk).update(state=WorkState.DEAD)
    with pytest.raises(Refused, match="changed or removed since"):
        actions.undo_now(load)


def test_what_came_between_asking_and_undoing_refuses_it(send: Send, admin: User) -> None:
    send("partners", FILES["partners"][0])
    load = newest()
    undo = actions.undo_import(load, acting_user=admin)
    with pytest.raises(Refused, match="being undone already"):
        actions.undo_import(load, acting_user=admin)
    send("partners", FILES["partners"][1])

    running.run_import(undo.pk)

    undo.refresh_from_db()
    assert (undo.state, undo.created_by) == (WorkState.DEAD, admin)
    assert "undo that one first" in undo.error
    assert not actions.reopen_import(undo)
    actions.undo_now(newest())
    assert actions.undo_import(load, acting_user=admin).state == WorkState.QUEUED


def test_an_undo_that_waits_can_be_cancelled(send: Send, admin: User) -> None:
    send("partners", FILES["partners"][0])
    load = newest()
    undo = actions.undo_import(load, acting_user=admin)

    assert actions.cancel_import(undo)

    running.run_import(undo.pk)
    undo.refresh_from_db()
    assert undo.state == WorkState.DEAD
    assert Partner.objects.filter(number="N1").exists()
    assert load.undone_by is None


def test_what_breaks_in_mid_undo_leaves_everything_and_is_tried_again(
    send: Send, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("boom")

    send("partners", FILES["partners"][0])
    before = records()
    undo = actions.undo_import(newest(), acting_user=admin)
    with monkeypatch.context() as patch:
        patch.setattr(running, "_finish", explode)
        running.run_import(undo.pk)
    undo.refresh_from_db()
    assert (undo.state, records()) == (WorkState.QUEUED, before)

    running.run_import(undo.pk)

    undo.refresh_from_db()
    assert undo.state == WorkState.DONE


@pytest.mark.django_db(transaction=True)
def test_of_many_who_undo_at_once_one_does(send: Send) -> None:
    send("partners", FILES["partners"][0])
    load, answers = newest(), list[int | str]()
    start = threading.Barrier(6)

    def race() -> None:
        start.wait()
        try:
            answers.append(actions.undo_import(load, acting_user=None).pk)
        except Refused as reason:
            answers.append(str(reason))
        finally:
            connection.close()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(answer).__name__ for answer in answers) == ["int", *["str"] * 5]
    assert load.undos.count() == 1


# --- Doors -------------------------------------------------------------------------------------


def test_a_person_undoes_it_on_its_page(
    send: Send, admin: User, sign_in: Callable[[User], Client]
) -> None:
    send("partners", FILES["partners"][0])
    load, browser = newest(), sign_in(admin)
    page = browser.get(reverse("imports:detail", args=[load.public_id])).content.decode()
    address = reverse("imports:undo", args=[load.public_id])
    assert f'action="{address}"' in page

    answer = browser.post(address)

    undo = newest()
    assert answer["Location"] == reverse("imports:detail", args=[undo.public_id])
    running.run_import(undo.pk)
    shown = browser.get(answer["Location"]).content.decode()
    assert "Rows gone" in shown
    page = browser.get(reverse("imports:detail", args=[load.public_id])).content.decode()
    assert "This import was undone on" in page
    assert reverse("imports:detail", args=[undo.public_id]) in page
    assert address not in page


def test_a_page_says_why_it_cannot_be_undone(
    send: Send, admin: User, sign_in: Callable[[User], Client]
) -> None:
    send("partners", FILES["partners"][0])
    with decision(None):
        Partner.objects.filter(number="N1").update(name="Alpha & Sons")
    load, browser = newest(), sign_in(admin)
    page = browser.get(reverse("imports:detail", args=[load.public_id])).content.decode()
    assert "It cannot be undone. Partner Alpha &amp; Sons (N1) was changed" in page

    browser.post(reverse("imports:undo", args=[load.public_id]))

    assert not load.undos.exists()


def test_a_program_undoes_it(send: Send, admin: User, api: Callable[[User], APIClient]) -> None:
    send("partners", FILES["partners"][0])
    load, program = newest(), api(admin)
    address = f"/api/v1/imports/{load.public_id}/undo/"

    answer = program.post(address)
    again = program.post(address)

    assert answer.status_code == 202
    assert answer.json()["id"] == str(newest().public_id)
    assert (again.status_code, again.json()["detail"]) == (409, "It is being undone already.")


def test_a_command_undoes_it(send: Send) -> None:
    send("partners", FILES["partners"][0])
    out = io.StringIO()

    call_command("undo_import", str(newest().public_id), stdout=out)

    assert "file.csv: 8 rows gone" in out.getvalue()
    with pytest.raises(CommandError, match="This is an undo"):
        call_command("undo_import", str(newest().public_id))
