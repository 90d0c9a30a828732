"""What is known of a person at a partner, or of its account, is overwritten for ever."""

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet, Value
from django.utils import timezone

from accounts.actions.erasure import erase_account as overwrite_account
from accounts.models import User
from channelhub.lib.erasure import (
    ERASED,
    erased,
    events_of,
    overwrite,
    overwrite_events,
    overwrite_one,
)
from partners.models import Departure, Invitation, PartnerNote, Person


def erase_person(person: Person) -> int:
    """Overwrite name, address, phone and where they went; role, key mark and days stay.

    Returns:
        How many rows of the history were overwritten.
    """
    own = overwrite_one(person, name=ERASED, email="", phone=erased("phone"))
    where_to = erased("where_to")
    left = overwrite(Departure.objects.filter(person=person), where_to=where_to)
    # Of departures that were taken back, too.
    taken_back = Q(person=person) & ~Q(where_to__in=("", ERASED))
    return own + left + overwrite_events(Departure, taken_back, where_to=where_to)


def names_of(person: Person) -> set[str]:
    """Every name that they were known by."""
    told = events_of(Person).filter(pgh_obj=person).values_list("name", flat=True)
    return {person.name, *told}


def days_of_leaving(person: Person) -> set[dt.date]:
    """Every day on which they were said to leave, taken back or not."""
    told = events_of(Departure).filter(person=person).values_list("left_on", flat=True)
    return {*told, *person.departures.values_list("left_on", flat=True)}


def erase_account(user: User) -> int:
    """Overwrite an account, and the invitations that were sent to its address."""
    sent = Invitation.objects.filter(email__iexact=user.email)
    sent.open().update(withdrawn_at=timezone.now(), token_hash=None)
    address = Value(f"{user.public_id}@erased.invalid")
    return overwrite(sent, email=address, name=erased("name")) + overwrite_account(user)


def erase_notes(notes: Collection[PartnerNote]) -> int:
    """Overwrite the text of notes; that there was a contact, and when, stays."""
    return overwrite(PartnerNote.objects.filter(pk__in=[note.pk for note in notes]), text=ERASED)


def notes_mentioning(terms: Collection[str]) -> "QuerySet[PartnerNote]":
    """Notes with one of these texts in them, newest first."""
    found = PartnerNote.objects.none()
    for term in terms:
        found |= PartnerNote.objects.filter(text__icontains=term)
    return found.select_related("partner", "author").order_by("-day", "-pk")
