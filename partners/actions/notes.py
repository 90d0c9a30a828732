"""Notes about partners, and contacts with them."""

import datetime as dt

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from partners.models import Partner, PartnerNote


def add_note(
    partner: Partner, *, kind: str, day: dt.date, text: str, acting_user: User
) -> PartnerNote:
    """Write down a note, or a contact of a day.

    Raises:
        ValidationError: the day lies ahead, or there is no text.
    """
    if day > Organisation.current().today():
        raise ValidationError({"day": "This day has not come yet."})
    note = PartnerNote(partner=partner, kind=kind, day=day, text=text, author=acting_user)
    note.full_clean()
    with decision(acting_user):
        note.save()
    return note


def remove_note(note: PartnerNote, *, acting_user: User) -> None:
    """Take back a note; its author or an admin may, and the history keeps it."""
    with decision(acting_user):
        note.delete()
