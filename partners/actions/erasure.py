"""What is known of a person at a partner, or of its account, is overwritten for ever."""

from collections.abc import Collection

from django.db.models import QuerySet, Value
from django.utils import timezone

from accounts.actions.erasure import erase_account as overwrite_account
from accounts.models import User
from channelhub.lib.erasure import ERASED, erased, overwrite
from partners.models import Departure, Invitation, PartnerNote, Person


def erase_person(person: Person) -> int:
    """Overwrite name, address, phone and where they went; role, key mark and days stay.

    Returns:
        How many rows of the history were overwritten.
    """
    own = overwrite(
        Person.objects.filter(pk=person.pk), name=ERASED, email="", phone=erased("phone")
    )
    gone = Departure.objects.filter(person=person)
    return own + overwrite(gone, where_to=erased("where_to"))


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
