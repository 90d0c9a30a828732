"""People at partners: who they are, that they left, that they came back."""

import datetime as dt
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from partners.actions.promises import promises
from partners.models import Departure, Partner, Person


class Facts(TypedDict, total=False):
    """Who a person is, as far as it is given."""

    name: str
    role: str
    email: str
    phone: str
    key: bool
    certifications: str
    joined_on: dt.date | None


def add_person(partner: Partner, *, acting_user: User, **facts: Unpack[Facts]) -> Person:
    """Note that somebody works at a partner; we know it from today on.

    Raises:
        ValidationError: by field, what is wrong or taken.
    """
    person = Person(partner=partner, known_on=_today(), **facts)
    return _save(person, acting_user)


def change_person(person: Person, *, acting_user: User, **facts: Unpack[Facts]) -> Person:
    """Change what is known of a person.

    Raises:
        ValidationError: by field, what is wrong or taken.
    """
    for name, value in facts.items():
        setattr(person, name, value)
    return _save(person, acting_user)


def _save(person: Person, acting_user: User) -> Person:
    if person.joined_on and person.joined_on > _today():
        raise ValidationError({"joined_on": "This day has not come yet."})
    person.full_clean(validate_unique=False, validate_constraints=False)
    with decision(acting_user), promises():
        person.save()
    return person


def remove_person(person: Person, *, acting_user: User) -> None:
    """Forget somebody who was entered by mistake; who has left is recorded as having left."""
    with decision(acting_user):
        person.delete()


def record_departure(
    person: Person,
    *,
    left_on: dt.date,
    where_to: str = "",
    to_partner: Partner | None = None,
    acting_user: User,
) -> Departure:
    """Note that a person has left; we learn it today.

    Raises:
        ValidationError: the day lies ahead or before they joined, they have left already, or the
            partner they went to is the one they left.
    """
    if left_on > _today():
        raise ValidationError({"left_on": "This day has not come yet."})
    if person.joined_on and left_on < person.joined_on:
        raise ValidationError({"left_on": f"They joined on {person.joined_on:%-d %B %Y}."})
    if to_partner == person.partner:
        raise ValidationError({"to_partner": "This is the partner that they left."})
    departure = Departure(
        person=person, left_on=left_on, known_on=_today(), where_to=where_to, to_partner=to_partner
    )
    with decision(acting_user), promises():
        departure.save()
    return departure


def record_return(person: Person, *, returned_on: dt.date, acting_user: User) -> Departure:
    """Note that somebody who had left works there again; we learn it today.

    Raises:
        ValidationError: they have not left, or the day lies ahead or before they left.
    """
    with decision(acting_user):
        away = person.departures.select_for_update().filter(returned_on=None).first()
        if away is None:
            raise ValidationError(f"{person} has not left.")
        if not away.left_on <= returned_on <= _today():
            raise ValidationError(
                {"returned_on": f"Choose a day from {away.left_on:%-d %B %Y} to today."}
            )
        away.returned_on, away.returned_known_on = returned_on, _today()
        away.save(update_fields=["returned_on", "returned_known_on"])
    return away


def _today() -> dt.date:
    return Organisation.current().today()
