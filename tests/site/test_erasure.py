"""Erasure: a person's data goes from the record, its history, notes and alerts, and stays gone."""

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.actions.people import deactivate
from accounts.models import Erasure, IdempotentCall, Organisation, Role, User
from alerts.actions import recompute
from alerts.models import Alert, Finding
from channelhub.erasing.actions import erase, subject_of
from channelhub.lib.history import decision
from customers.models import Customer, CustomerContact
from deals.actions.drafts import begin_draft, discard_draft, submit_deal
from deals.actions.files import attach_file
from deals.models import Deal, DealStep
from imports.actions import create_import, undo_now
from imports.models import Import, RejectedRow
from imports.options import Options
from partners.actions.persons import (
    add_person,
    change_person,
    record_departure,
    remove_person,
)
from partners.models import Departure, Invitation, Partner, PartnerNote, Person
from partners.people.actions import invite
from sales.models import ProductLine

SignIn = Callable[[User], Client]
LEFT, TODAY = dt.date(2026, 2, 1), dt.date(2026, 3, 10)
UNA = "una@fenwick.example"
SENT: dict[str, Any] = {"reason": "Asked for by letter.", "sure": "on"}


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = dt.datetime.combine(TODAY, dt.time(12), tzinfo=dt.UTC)
    monkeypatch.setattr(Organisation, "now", lambda _: noon)


@pytest.fixture
def ida(partner: Partner, admin: User) -> Person:
    """Key talent, who was called otherwise once and has left."""
    person = add_person(
        partner, name="Ida Before", email="ida@alpha.example", phone="+49 30 1234", key=True,
        acting_user=admin,
    )  # fmt: skip
    change_person(person, name="Ida Holm", acting_user=admin)
    record_departure(person, left_on=LEFT, where_to="Rival Corp", acting_user=admin)
    return person


def texts_everywhere() -> str:
    """Every text that the database holds, in any table."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" AS t')  # noqa: S608 - tables of our own
                found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_of_a_person_is_left_anywhere(
    partner: Partner, ida: Person, admin: User, sign_in: SignIn
) -> None:
    note = PartnerNote.objects.create(
        partner=partner, day=LEFT, text="Ida Holm called.", author=admin
    )
    other = PartnerNote.objects.create(partner=partner, day=LEFT, text="All well.", author=admin)
    recompute(TODAY)
    assert Alert.objects.filter(canary="key-talent-loss").exists()
    client, address = sign_in(admin), reverse("erasure:person", args=[ida.public_id])
    assert "Ida Holm called." in client.get(address).content.decode()
    before = texts_everywhere()
    secrets = ("Ida Before", "Ida Holm", "ida@alpha.example", "+49 30 1234", "Rival Corp")
    assert all(secret in before for secret in secrets)

    done = client.post(address, {**SENT, "notes": [str(note.public_id)]}, follow=True)

    assert "Erased, in the record and in its history." in done.content.decode()
    after = texts_everywhere()
    assert [secret for secret in secrets if secret in after] == []
    ida.refresh_from_db()
    assert (ida.name, ida.email, ida.phone, ida.key) == ("erased", "", "erased", True)
    departure = Departure.objects.get()
    assert (departure.left_on, departure.where_to) == (LEFT, "erased")
    note.refresh_from_db()
    other.refresh_from_db()
    assert (note.text, note.day, other.text) == ("erased", LEFT, "All well.")
    told = [each for alert in Alert.objects.all() for each in alert.evidence.get("people", [])]
    assert [(each["name"], each["left"]) for each in told] == [("erased", str(LEFT))]
    trace = Erasure.objects.get()
    assert (trace.kind, trace.subject, trace.erased_by, trace.notes) == (
        "person",
        ida.public_id,
        admin,
        1,
    )
    assert trace.events >= 4
    assert "Asked for by letter." in client.get(reverse("erasure:list")).content.decode()


def test_what_was_found_under_an_earlier_name_and_taken_back_is_erased_too(
    partner: Partner, ida: Person, admin: User
) -> None:
    recompute(TODAY)
    assert "Ida Holm" in str(list(Finding.objects.values_list("evidence", flat=True)))
    change_person(ida, name="Ida After", acting_user=admin)
    # As the undo of an import does.
    with decision(admin):
        Departure.objects.all().delete()

    erase(subject_of(ida), reason="Asked for.", notes=[], acting_user=admin)

    after = texts_everywhere()
    assert [each for each in ("Ida Holm", "Ida After", "Rival Corp") if each in after] == []


def test_cells_of_rejected_rows_are_erased_too(
    partner: Partner, ida: Person, admin: User, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "partner,name,email\nP-1,Bo Lund,ida@alpha.example!\nP-1,Ida Holm,no address\n"
        "P-1,Bo Lund,nor this\nIda Holm,Ida Holm,\n"
    )
    call_command("import_file", "partner-people", str(path), source="crm")
    values = RejectedRow.objects.values_list("value", flat=True)
    assert "Ida Holm" in list(values)

    erase(subject_of(ida), reason="Asked for.", notes=[], acting_user=admin)

    assert "Ida Holm" not in texts_everywhere()
    assert "nor this" in list(values.all())


def test_the_canary_judges_as_before(partner: Partner, ida: Person, admin: User) -> None:
    recompute(TODAY)
    before = Finding.objects.filter(canary="key-talent-loss").values_list("finding_class", "value")
    known = list(before)

    erase(subject_of(ida), reason="Asked for.", notes=[], acting_user=admin)
    recompute(TODAY)

    assert list(before.all()) == known
    assert Alert.objects.filter(canary="key-talent-loss", ended_on=None).count() == 1


def test_other_events_stay_append_only(ida: Person, admin: User, partner: Partner) -> None:
    other = add_person(partner, name="Bo Lund", acting_user=admin)
    erase(subject_of(ida), reason="Asked for.", notes=[], acting_user=admin)

    events = apps.get_model("partners.PersonEvent").objects
    assert set(events.filter(pgh_obj=other).values_list("name", flat=True)) == {"Bo Lund"}
    with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
        events.filter(pgh_obj=other).update(name="changed")


def test_a_contact_is_erased(admin: User, sign_in: SignIn) -> None:
    customer = Customer.objects.create(name="Kappa")
    contact = CustomerContact.objects.create(
        customer=customer, name="Cy Berg", role="Buyer", email="cy@kappa.example"
    )
    client, address = sign_in(admin), reverse("erasure:contact", args=[contact.public_id])
    assert address in client.get(customer.get_absolute_url()).content.decode()

    client.post(address, SENT)

    contact.refresh_from_db()
    assert (contact.name, contact.role, contact.email) == ("erased", "Buyer", "")
    assert "Cy Berg" not in texts_everywhere()


def test_the_account_of_a_partners_person_is_erased_once_it_is_shut_out(
    partner: Partner, partner_rep: User, admin: User, sign_in: SignIn
) -> None:
    EmailAddress.objects.create(user=partner_rep, email=partner_rep.email, primary=True)
    Invitation.objects.create(
        email=partner_rep.email, name="Rolf Rep", role=Role.PARTNER_REP, partner=partner
    )
    client, address = sign_in(admin), reverse("erasure:account", args=[partner_rep.public_id])
    assert "that is shut out" in client.get(address, follow=True).content.decode()
    client.post(address, SENT)
    assert not Erasure.objects.exists()
    deactivate(partner_rep, acting_user=admin)
    page = client.get(reverse("people:person", args=[partner_rep.public_id])).content.decode()
    assert address in page

    client.post(address, SENT)

    partner_rep.refresh_from_db()
    assert (partner_rep.name, partner_rep.is_active) == ("erased", False)
    assert not partner_rep.has_usable_password()
    assert partner_rep.membership.partner == partner
    after = texts_everywhere()
    assert "Rolf Rep" not in after
    assert "rolf.rep@example.com" not in after
    # Their address is free again.
    again = invite(
        email="rolf.rep@example.com", role=Role.PARTNER_REP, partner=partner, acting_user=admin
    )
    assert again.pk


@pytest.mark.parametrize("role", ["chief", "manager", "direct", "admin"])
def test_our_own_people_are_not_erased(
    role: str, admin: User, make_user: Callable[..., User]
) -> None:
    somebody = make_user("Gone Now", Role(role))
    somebody.is_active = False

    with pytest.raises(ValidationError, match="Only the account of a partner's person"):
        subject_of(somebody)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("reason", "", "required"),
        ("sure", "", "required"),
        ("reason", "ida holm wrote to us", "without naming the person"),
        ("notes", "00000000-0000-4000-8000-000000000000", "not one of the available choices"),
    ],
)
def test_a_confirmation_that_is_not_complete_erases_nothing(
    name: str, value: str, why: str, ida: Person, admin: User, sign_in: SignIn
) -> None:
    address = reverse("erasure:person", args=[ida.public_id])

    answer = sign_in(admin).post(address, {**SENT, name: value})

    assert why in answer.content.decode()
    ida.refresh_from_db()
    assert ida.name == "Ida Holm"


def test_a_person_is_erased_once(ida: Person, admin: User, sign_in: SignIn) -> None:
    erase(subject_of(ida), reason="Asked for.", notes=[], acting_user=admin)
    ida.refresh_from_db()

    with pytest.raises(ValidationError, match="erased already"):
        erase(subject_of(ida), reason="Again.", notes=[], acting_user=admin)
    address = reverse("erasure:person", args=[ida.public_id])
    assert "This was erased already." in sign_in(admin).get(address).content.decode()


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_only_admins_erase(
    role: str, ida: Person, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    address = reverse("erasure:person", args=[ida.public_id])

    assert client.get(address).status_code == 404
    assert client.post(address, SENT).status_code == 404
    assert client.get(reverse("erasure:list")).status_code == 404


def test_without_erasures_the_list_says_so(admin: User, sign_in: SignIn) -> None:
    assert "Nobody was erased." in sign_in(admin).get(reverse("erasure:list")).content.decode()


@pytest.mark.parametrize("count", [25, 200])
def test_the_pages_cost_as_many_queries_with_many_rows(
    count: int, ida: Person, partner: Partner, admin: User, sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    notes = [
        PartnerNote(partner=partner, day=LEFT, text="Ida Holm", author=admin) for _ in range(count)
    ]
    PartnerNote.objects.bulk_create(notes)
    client = sign_in(admin)

    # session, user, organisation 2, person, departures, notes, erased already
    with django_assert_max_num_queries(8):
        client.get(reverse("erasure:person", args=[ida.public_id]))
    for _ in range(count):
        Erasure.objects.create(
            kind="person", subject=Person().public_id, reason="So.", events=1, notes=0,
            erased_by=admin,
        )  # fmt: skip
    # session, user, organisation 2, count, page
    with django_assert_max_num_queries(7):
        client.get(reverse("erasure:list"), {"per": "200"})


# --- Who is not there any more -----------------------------------------------------------------


def test_who_was_removed_is_found_and_erased(ida: Person, admin: User, sign_in: SignIn) -> None:
    public_id, client = ida.public_id, sign_in(admin)
    with decision(admin):
        Departure.objects.all().delete()
    remove_person(ida, acting_user=admin)
    assert "Ida Before" in texts_everywhere()
    address = reverse("erasure:person", args=[public_id])
    assert address in client.get(reverse("erasure:removed"), {"q": "holm"}).content.decode()

    done = client.post(address, SENT, follow=True)

    assert "Erased, in the record and in its history." in done.content.decode()
    assert done.request["PATH_INFO"] == reverse("erasure:removed")
    assert "Nobody." in done.content.decode()
    after = texts_everywhere()
    secrets = ("Ida Before", "Ida Holm", "ida@alpha.example", "+49 30 1234", "Rival Corp")
    assert [secret for secret in secrets if secret in after] == []
    assert "This was erased already." in client.get(address).content.decode()


def test_whose_import_was_undone_is_found_and_erased(
    partner: Partner, admin: User, sign_in: SignIn, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("partner,name,email\nP-1,Nils Berg,nils@alpha.example\n")
    call_command("import_file", "partner-people", str(path), source="crm")
    public_id = Person.objects.get().public_id
    undo_now(Import.objects.get())
    assert not Person.objects.exists()
    client, address = sign_in(admin), reverse("erasure:person", args=[public_id])
    assert address in client.get(reverse("erasure:removed")).content.decode()

    client.post(address, SENT)

    assert [each for each in ("Nils", "nils@") if each in texts_everywhere()] == []


def test_a_contact_that_was_removed_is_erased(admin: User, sign_in: SignIn) -> None:
    customer = Customer.objects.create(name="Acme")
    with decision(admin):
        contact = CustomerContact.objects.create(customer=customer, name="Una Roth")
        public_id = contact.public_id
        contact.delete()
    client, address = sign_in(admin), reverse("erasure:contact", args=[public_id])
    assert address in client.get(reverse("erasure:removed")).content.decode()

    client.post(address, SENT)

    assert "Una Roth" not in texts_everywhere()
    assert client.get(reverse("erasure:contact", args=[uuid.uuid4()])).status_code == 404


def test_who_is_there_is_not_among_the_removed(ida: Person, admin: User, sign_in: SignIn) -> None:
    assert "Nobody." in sign_in(admin).get(reverse("erasure:removed")).content.decode()


def test_files_of_people_go_with_them(
    ida: Person, admin: User, tmp_path: Path, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.UPLOAD_DIR = tmp_path
    files = {name: tmp_path / f"{name}.csv" for name in ("draft", "failed", "products")}
    for path in files.values():
        path.write_text("partner,name\nP-1,Ida Holm\n")
    kinds = {"draft": "partner-people", "failed": "partner-people", "products": "products"}
    loads = {
        name: create_import(
            kind=kinds[name], source="crm", path=path, file_name=path.name, options=Options()
        )
        for name, path in files.items()
    }
    Import.objects.filter(pk=loads["failed"].pk).update(state="dead")

    with django_capture_on_commit_callbacks(execute=True):
        erase(subject_of(ida), reason="Asked for.", notes=[], acting_user=admin)

    assert [name for name, path in files.items() if path.exists()] == ["products"]
    left = Import.objects.get(kind="partner-people")
    assert (left.path, left.checksum) == ("", loads["failed"].checksum)


def register(partner: Partner, user: User, **fields: Any) -> Deal:
    line, _ = ProductLine.objects.get_or_create(name="Storage")
    draft = begin_draft(
        partner, acting_user=user, lines={line: Decimal(10)}, account_name="Fenwick Mills",
        account_domain="fenwick.example", account_country="GB", effort="A visit.",
        expected_close=dt.date(2026, 9, 30), **fields,
    )  # fmt: skip
    return submit_deal(draft, acting_user=user)


def test_nothing_of_a_contact_on_registrations_is_left_anywhere(
    partner: Partner,
    partner_rep: User,
    admin: User,
    sign_in: SignIn,
    api: Callable[[User], APIClient],
    tmp_path: Path,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    line = ProductLine.objects.create(name="Storage")
    body = {
        "account_name": "Fenwick Mills", "account_domain": "fenwick.example",
        "account_country": "GB", "currency": "USD", "expected_close": "2026-09-30",
        "effort": "A visit.", "lines": [{"product_line": line.name, "amount": "10"}],
        "contact_name": "Una Before", "contact_email": "una@fenwick.example",
        "contact_phone": "+44 20 77", "draft": True,
    }  # fmt: skip
    crm = api(partner_rep)
    headers = {"Idempotency-Key": "k"}
    sent = crm.post("/api/v1/deals/", body, format="json", headers=headers)
    deal = Deal.objects.get()
    crm.patch(f"/api/v1/deals/{deal.public_id}/", {"contact_name": "Una Holt"}, format="json")
    submit_deal(deal, acting_user=partner_rep)
    attach_file(deal, SimpleUploadedFile("Una.txt", b"I, Una Holt"), acting_user=partner_rep)
    other = register(partner, partner_rep, contact_name="U. Holt", contact_email=UNA.upper())
    thrown = begin_draft(
        partner, acting_user=partner_rep, lines={}, contact_name="Una H.", contact_email=UNA
    )
    discard_draft(thrown, acting_user=partner_rep)
    kept = register(partner, partner_rep, contact_name="Bo Lund", contact_email="bo@f.example")
    secrets = ("Una", "U. Holt", "una@", "UNA@", "+44 20 77")
    assert sent.status_code == 201
    assert all(secret in texts_everywhere() for secret in secrets)
    assert b"una@" in bytes(IdempotentCall.objects.get().body or b"")
    client, address = sign_in(admin), reverse("erasure:deal", args=[deal.public_id])
    assert "Erase Una Holt" in client.get(address).content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(address, SENT, follow=True)

    assert "Erased, in the record and in its history." in done.content.decode()
    # Words that somebody wrote are not searched: the step tells the name that the file had.
    after = texts_everywhere().replace(DealStep.objects.get(step="attach").text, "")
    assert [secret for secret in secrets if secret in after] == []
    for row in (deal, other):
        row.refresh_from_db()
        assert (row.contact_name, row.contact_email) == ("erased", "")
    kept.refresh_from_db()
    assert kept.contact_name == "Bo Lund"
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    assert Erasure.objects.get().kind == "deal"
    # The call stays done: it is not repeated, and its answer is gone.
    again = crm.post("/api/v1/deals/", body, format="json", headers=headers)
    assert (again.status_code, again["Content-Type"]) == (410, "application/problem+json")
    assert b"una@" not in bytes(IdempotentCall.objects.get().body or b"")
    assert Deal.objects.count() == 3


def test_a_contact_at_a_customer_goes_from_registrations_with_the_address(
    partner: Partner, partner_rep: User, admin: User
) -> None:
    customer = Customer.objects.create(name="Fenwick Mills")
    contact = CustomerContact.objects.create(customer=customer, name="Una Holt", email=UNA)
    deal = register(partner, partner_rep, contact_name="Una Holt", contact_email=UNA)
    nameless = register(partner, partner_rep, contact_name="Una Holt")
    erase(subject_of(contact), reason="Asked.", notes=[], acting_user=admin)
    deal.refresh_from_db()
    nameless.refresh_from_db()
    assert (deal.contact_name, deal.contact_email) == ("erased", "")
    # Without an address nobody can tell that it is the same person.
    assert nameless.contact_name == "Una Holt"
