"""People, results, line cards, notes and actions: written down through the door."""

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation, User
from partners.actions.persons import record_departure
from partners.models import (
    Action,
    Departure,
    LineCard,
    LineCardObservation,
    LineCardSupplier,
    OwnResult,
    Partner,
    PartnerNote,
    Person,
)

SignIn = Callable[[User], Client]
KNOWN = dt.date(2026, 1, 1)
PAGES = ("people", "results", "line-cards", "notes")


def page(partner: Partner, name: str) -> str:
    return f"/partners/{partner.public_id}/{name}/"


@pytest.fixture
def desk(manager: User, sign_in: SignIn) -> Client:
    return sign_in(manager)


@pytest.fixture
def person(partner: Partner) -> Person:
    known: Person = Person.objects.create(partner=partner, name="Ida Holm", known_on=KNOWN)
    return known


@pytest.mark.parametrize("name", PAGES)
def test_who_reads_and_who_writes(
    name: str, partner: Partner, sign_in: SignIn, chief: User, other_manager: User,
    partner_admin: User, direct: User, desk: Client,
) -> None:  # fmt: skip
    address = page(partner, name)
    assert desk.get(address).status_code == 200
    reader = sign_in(chief)
    assert (
        '<form method="post" class="card-body ch-form">' not in reader.get(address).content.decode()
    )
    assert reader.post(address, {}).status_code == 404
    for outsider in (other_manager, partner_admin, direct):
        assert sign_in(outsider).get(address).status_code == 404
        assert sign_in(outsider).post(address, {}).status_code == 404


def test_a_person_is_added_changed_leaves_and_comes_back(
    partner: Partner, other_partner: Partner, desk: Client
) -> None:
    desk.post(page(partner, "people"), {"name": "Ida Holm", "email": "ida@a.example", "key": "on"})
    ida = Person.objects.get()
    assert ida.key
    address = f"/partners/people/{ida.public_id}/"
    desk.post(address, {"form": "record", "name": "Ida Holm", "role": "Head of sales"})
    ida.refresh_from_db()
    assert (ida.role, ida.key) == ("Head of sales", False)
    # A manager names only partners that they may see.
    gone = {"form": "departure", "left_on": "2026-01-05", "to_partner": other_partner.number}
    assert "No partner has the number P-2" in desk.post(address, gone).content.decode()
    desk.post(address, {**gone, "to_partner": "", "where_to": "A rival"})
    left = Departure.objects.get()
    assert (left.where_to, left.known_on) == ("A rival", Organisation.current().today())
    early = desk.post(address, {"form": "return", "returned_on": "2026-01-04"})
    assert "Choose a day from 5 January 2026 to today." in early.content.decode()
    desk.post(address, {"form": "return", "returned_on": "2026-01-06"})
    left.refresh_from_db()
    assert left.returned_on == dt.date(2026, 1, 6)
    told = desk.get(address).content.decode()
    assert "Left 5 Jan 2026" in told
    assert "Mia Manager" in told


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Ole", "email": "nowhere"}, "Enter a valid email address."),
        ({"name": "Ole", "email": "IDA@a.example"}, "Another person at this partner has this"),
        ({"name": "Ole", "joined_on": "2999-01-01"}, "This day has not come yet."),
    ],
)
def test_people_that_cannot_be_are_refused_and_stay_typed(
    partner: Partner, desk: Client, data: dict[str, str], message: str
) -> None:
    Person.objects.create(partner=partner, name="Ida", email="ida@a.example", known_on=KNOWN)
    answer = desk.post(page(partner, "people"), data).content.decode()
    assert message in answer
    assert f'value="{data["name"]}"' in answer or not data["name"]
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_departures_at_once_leave_one(partner: Partner, manager: User) -> None:
    person = Person.objects.create(partner=partner, name="Ida", known_on=KNOWN)
    barrier, refused = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        try:
            record_departure(person, left_on=dt.date(2026, 1, 5), acting_user=manager)
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
    assert Departure.objects.count() == 1


def test_somebody_entered_by_mistake_is_removed(person: Person, desk: Client) -> None:
    desk.post(f"/partners/people/{person.public_id}/remove/")
    assert not Person.objects.exists()


def test_a_result_is_recorded_corrected_and_compared(partner: Partner, desk: Client) -> None:
    address = page(partner, "results")
    year = {"currency": "EUR", "basis": "reported"}
    for start, end, amount in (
        ("2024-03-01", "2025-02-28", "1000"),
        ("2025-03-01", "2026-02-28", "700"),
        ("2025-03-01", "2026-02-28", "800"),
    ):
        desk.post(address, {**year, "start": start, "end": end, "amount": amount})
    assert OwnResult.objects.count() == 2
    told = desk.get(address).context["told"]
    assert [each.change for each in told] == [Decimal("-0.2"), None]
    # The next year is proposed, as long as the last one.
    assert 'value="2026-03-01"' in desk.get(address).content.decode()
    newest = OwnResult.objects.first()
    assert newest
    desk.post(f"/partners/results/{newest.public_id}/remove/")
    assert OwnResult.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"start": "2025-06-01", "end": "2026-05-31"}, "overlaps a year recorded already"),
        ({"start": "2026-01-01", "end": "2025-01-01"}, "A fiscal year ends after it starts"),
        ({"start": "2998-01-01", "end": "2998-12-31"}, "This year is not over yet."),
        ({"start": "2024-01-01", "end": "2024-12-31", "currency": "Euro"}, "at most 3"),
        ({"start": "2024-01-01", "end": "2024-12-31", "amount": "-5"}, "greater than or equal"),
    ],
)
def test_years_that_cannot_be_are_refused(
    partner: Partner, desk: Client, data: dict[str, str], message: str
) -> None:
    OwnResult.objects.create(
        partner=partner, start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31), amount=1,
        currency="EUR", known_on=KNOWN,
    )  # fmt: skip
    sent = {"amount": "5", "currency": "EUR", "basis": "reported", **data}
    assert message in desk.post(page(partner, "results"), sent).content.decode()
    assert OwnResult.objects.count() == 1


CALL = {"category": "Phones", "source": "Call", "basis": "revenue", "confidence": "medium"}


def test_a_line_card_is_written_down_in_a_call(partner: Partner, desk: Client) -> None:
    Organisation.objects.update(name="Northlight")
    address = page(partner, "line-cards")
    first = {**CALL, "observed_on": "2026-01-05", "suppliers": "Corvex\n us \nTellura"}
    assert desk.post(address, first).status_code == 302
    assert LineCardSupplier.objects.get(ours=True).rank == 2
    # The same source, basis and day again replaces it; another day is another look.
    desk.post(address, {**first, "suppliers": "northlight; Corvex", "category": "PHONES"})
    assert LineCardSupplier.objects.get(ours=True).rank == 1
    desk.post(address, {**first, "observed_on": "2026-02-05", "suppliers": "Corvex\nTellura"})
    shown = desk.get(address)
    assert [place.words for place in shown.context["places"]] == ["unknown"]
    assert LineCard.objects.count() == 1
    assert LineCardObservation.objects.count() == 2
    for seen in LineCardObservation.objects.all():
        desk.post(f"/partners/line-cards/{seen.public_id}/remove/")
    assert not LineCard.objects.exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"suppliers": "Corvex\ncorvex"}, "stands twice"),
        ({"suppliers": "us\nNorthlight"}, "We are named twice"),
        ({"suppliers": " ; "}, "required"),
        ({"suppliers": "us", "observed_on": "2999-01-01"}, "This day has not come yet."),
    ],
)
def test_looks_that_cannot_be_are_refused_and_stay_typed(
    partner: Partner, desk: Client, data: dict[str, str], message: str
) -> None:
    Organisation.objects.update(name="Northlight")
    sent = {**CALL, "observed_on": "2026-01-05", **data}
    answer = desk.post(page(partner, "line-cards"), sent).content.decode()
    assert message in answer or "Name at least one supplier" in answer
    assert 'value="Phones"' in answer
    assert not LineCard.objects.exists()


def test_a_note_is_a_contact_and_its_author_takes_it_back(
    partner: Partner, desk: Client, admin: User, chief: User, sign_in: SignIn
) -> None:
    today = Organisation.current().today()
    desk.post(page(partner, "notes"), {"kind": "call", "day": str(today), "text": "Asked."})
    note = PartnerNote.objects.get()
    shown = desk.get(f"/partners/{partner.public_id}/").content.decode()
    assert "Last contact: call on" in shown
    assert sign_in(chief).post(f"/partners/notes/{note.public_id}/remove/").status_code == 404
    found = desk.get(page(partner, "notes"), {"q": "nothing of it"}).content.decode()
    assert "No note contains this." in found
    sign_in(admin).post(f"/partners/notes/{note.public_id}/remove/")
    assert not PartnerNote.objects.exists()


# --- Actions -----------------------------------------------------------------------------------


def test_an_action_is_made_done_and_reopened(partner: Partner, desk: Client, manager: User) -> None:
    due = {"title": "Call back", "owner": manager.pk, "due_on": "2026-01-05"}
    desk.post(f"/actions/new/?partner={partner.public_id}", due)
    action = Action.objects.get()
    assert (action.partner, action.created_by) == (partner, manager)
    listed = desk.get("/actions/").content.decode()
    assert "Call back" in listed
    assert "Overdue" in listed
    status = f"/actions/{action.public_id}/status/"
    desk.post(status, {"status": "done", "outcome": "They called."})
    action.refresh_from_db()
    assert (action.status, action.outcome) == ("done", "They called.")
    assert action.closed_on == Organisation.current().today()
    assert "You have nothing to do." in desk.get("/actions/").content.decode()
    desk.post(status, {"status": "open"})
    desk.post(status, {"status": "nonsense"})
    reopened = Action.objects.get()
    assert (reopened.status, reopened.closed_on) == ("open", None)


def test_an_owner_at_the_partner_shares_it_and_one_elsewhere_is_refused(
    partner: Partner, desk: Client, partner_admin: User, other_partner_admin: User
) -> None:
    address = f"/actions/new/?partner={partner.public_id}"
    due = {"title": "Name an engineer", "due_on": "2026-01-05"}
    desk.post(address, {**due, "owner": partner_admin.pk})
    assert Action.objects.get().shared
    answer = desk.post(address, {**due, "owner": other_partner_admin.pk})
    assert answer.status_code == 200
    assert Action.objects.count() == 1


def test_who_sees_which_actions(
    partner: Partner, other_partner: Partner, manager: User, other_manager: User, chief: User,
    partner_admin: User, direct: User,
) -> None:  # fmt: skip
    def make(title: str, at: Partner | None, owner: User, **more: Any) -> None:
        Action.objects.create(title=title, partner=at, owner=owner, due_on=KNOWN, **more)

    make("inner", partner, manager)
    make("shared", partner, manager, shared=True)
    make("other", other_partner, other_manager, shared=True)
    make("house", None, chief)

    def seen(user: User) -> set[str]:
        return set(Action.objects.visible_to(user).values_list("title", flat=True))

    assert seen(manager) == {"inner", "shared"}
    assert seen(other_manager) == {"other"}
    assert seen(chief) == {"inner", "shared", "other", "house"}
    assert seen(partner_admin) == {"shared"}
    assert seen(direct) == set()


@pytest.mark.parametrize("rows", [25, 200])
@pytest.mark.parametrize(
    ("name", "budget"),
    # session, user, time zone, today, partner (and whose it is), what is on the page with its
    # parts, choices and suggestions of the form, the frame's organisation
    [("people", 12), ("results", 13), ("line-cards", 14), ("notes", 12), ("actions", 12)],
)
def test_pages_cost_the_same_at_every_size(
    name: str, budget: int, rows: int, partner: Partner, manager: User, desk: Client
) -> None:
    fill(partner, manager, rows)
    address = "/actions/" if name == "actions" else page(partner, name)
    with CaptureQueriesContext(connection) as queries:
        assert desk.get(address, {"per": str(rows)}).status_code == 200
    assert len(queries) <= budget, [query["sql"][:90] for query in queries.captured_queries]


def fill(partner: Partner, author: User, rows: int) -> None:
    card = LineCard.objects.create(partner=partner, category="Phones")
    days = [KNOWN - dt.timedelta(days=n) for n in range(rows)]
    Person.objects.bulk_create(
        Person(partner=partner, name=f"Person {n}", known_on=KNOWN) for n in range(rows)
    )
    PartnerNote.objects.bulk_create(
        PartnerNote(partner=partner, text="x", day=day, author=author) for day in days
    )
    LineCardObservation.objects.bulk_create(
        LineCardObservation(
            line_card=card, observed_on=day, source="Call", basis="revenue", known_on=day,
            observer=author,
        )
        for day in days
    )  # fmt: skip
    Action.objects.bulk_create(
        Action(partner=partner, title="x", owner=author, due_on=day) for day in days
    )
    OwnResult.objects.bulk_create(
        OwnResult(
            partner=partner, start=dt.date(1700 + n, 1, 1), end=dt.date(1700 + n, 12, 31),
            amount=1, currency="USD", known_on=KNOWN,
        )
        for n in range(rows)
    )  # fmt: skip
