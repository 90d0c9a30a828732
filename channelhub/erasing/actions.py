"""One person's data is overwritten in every room, in one transaction, for ever."""

import dataclasses
from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Erasure, User
from alerts.erasure import forget_leaver
from channelhub.lib.erasure import events_of
from channelhub.lib.history import decision
from customers.actions.erasure import erase_contact
from customers.models import CustomerContact
from deals.actions.erasure import emails_of, erase_contacts
from deals.models import Deal
from deals.portal.imports import DealsKind
from imports.erasure import forget_cells, forget_files
from partners.actions.erasure import (
    days_of_leaving,
    erase_account,
    erase_notes,
    erase_person,
    names_of,
)
from partners.import_people import PeopleKind
from partners.models import PartnerNote, Person
from reviews.interviews.erasure import forget_in_interviews
from satisfaction.actions.erasure import forget_respondent
from satisfaction.imports.answers import SurveyAnswersKind


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom to erase: the record, what finds notes about them, and where one goes afterwards."""

    kind: str
    record: Any
    who: str
    terms: tuple[str, ...]
    back: str
    loses: tuple[str, ...]
    keeps: tuple[str, ...]


def subject_of(record: Person | CustomerContact | Deal | User) -> Subject:
    """What an erasure of this record, stored or removed, is about.

    Raises:
        ValidationError: it is an account that is in use, or one of our own people's.
    """
    if isinstance(record, Person):
        return Subject(
            kind=Erasure.Kind.PERSON,
            record=record,
            who=str(record),
            terms=_said(record.name, record.email, record.phone),
            back=_back(record, lambda: reverse("partners:person", args=[record.public_id])),
            loses=(
                "name",
                "e-mail address",
                "phone",
                "where they went",
                "what they said in surveys",
            ),
            keeps=("partner", "role", "key mark", "certifications", "days of joining and leaving"),
        )
    if isinstance(record, CustomerContact):
        return Subject(
            kind=Erasure.Kind.CONTACT,
            record=record,
            who=str(record),
            terms=_said(record.name, record.email, record.phone),
            back=_back(record, lambda: str(record.customer.get_absolute_url())),
            loses=(
                "name",
                "e-mail address",
                "phone",
                "the same on registrations with the address",
                "what they said in surveys",
            ),
            keeps=("customer", "role"),
        )
    if isinstance(record, Deal):
        return Subject(
            kind=Erasure.Kind.DEAL,
            record=record,
            who=record.contact_name or record.contact_email or f"the contact of {record.number}",
            terms=_said(record.contact_name, record.contact_email, record.contact_phone),
            back=record.get_absolute_url(),
            loses=(
                "name, e-mail address and phone, on every registration with the address",
                "the content of these registrations' files",
                "kept answers of the API that told of them",
            ),
            keeps=("customer", "amounts", "states", "what was done and when"),
        )
    if record.is_active or not record.works_at_partner:
        raise ValidationError("Only the account of a partner's person that is shut out is erased.")
    return Subject(
        kind=Erasure.Kind.ACCOUNT,
        record=record,
        who=str(record),
        terms=_said(record.name, record.email),
        back=reverse("people:person", args=[record.public_id]),
        loses=(
            "name",
            "e-mail address",
            "means of signing in",
            "invitations to the address",
            "what they said in surveys",
        ),
        keeps=("partner", "role", "what they did, as done by “erased”"),
    )


def _back(record: Person | CustomerContact, page: Callable[[], str]) -> str:
    """The page that shows a record; of one that was removed, the list of those."""
    stored = type(record).objects.filter(pk=record.pk).exists()
    return page() if stored else reverse("erasure:removed")


def _said(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def is_erased(subject: Subject) -> bool:
    """Whether it was done already."""
    return Erasure.objects.filter(kind=subject.kind, subject=subject.record.public_id).exists()


def erase(
    subject: Subject, *, reason: str, notes: Collection[PartnerNote], acting_user: User
) -> Erasure:
    """Overwrite who it was in the record, its history, these notes, alerts and interviews.

    Nothing brings it back. Counts, days and what canaries need stay.

    Raises:
        ValidationError: it was erased already, or the reason names the person.
    """
    if any(term.lower() in reason.lower() for term in subject.terms):
        raise ValidationError({"reason": "Say why without naming the person: this is kept."})
    try:
        with decision(acting_user):
            trace: Erasure = Erasure.objects.create(
                kind=subject.kind,
                subject=subject.record.public_id,
                reason=reason,
                events=0,
                notes=len(notes),
                erased_by=acting_user,
            )
            trace.events = (
                VERBS[subject.kind](subject.record)
                + erase_notes(notes)
                + forget_in_interviews(subject.terms)
            )
            trace.save(update_fields=["events"])
    except IntegrityError:
        raise ValidationError("This was erased already.") from None
    return trace


def _person(person: Person) -> int:
    names = names_of(person)
    told = _forget_answers(names, _said(person.email, str(person.public_id)))
    forget_leaver(names, days_of_leaving(person))
    forget_cells(_said(*names, person.email, person.phone), kind=PeopleKind.name)
    forget_files(kind=PeopleKind.name)
    return told + erase_person(person)


def _account(user: User) -> int:
    told = _forget_answers(_said(user.name), _said(user.email))
    return told + erase_account(user)


def _forget_answers(names: Collection[str], addresses: Collection[str]) -> int:
    forget_cells(_said(*names, *addresses), kind=SurveyAnswersKind.name)
    forget_files(kind=SurveyAnswersKind.name)
    return forget_respondent(names, addresses)


def _contact(contact: CustomerContact) -> int:
    told = events_of(CustomerContact).filter(pgh_obj_id=contact.pk)
    emails = {each for each in (contact.email, *told.values_list("email", flat=True)) if each}
    names = {contact.name, *told.values_list("name", flat=True)}
    count = _forget_answers(names, ()) + erase_contact(contact)
    return count + _on_deals((), emails, _said(contact.name, *emails))


def _deal(deal: Deal) -> int:
    emails = emails_of(deal)
    return _on_deals((deal,), emails, _said(deal.contact_name, deal.contact_phone, *emails))


def _on_deals(deals: Collection[Deal], emails: Collection[str], terms: Collection[str]) -> int:
    forget_cells(terms, kind=DealsKind.name)
    forget_files(kind=DealsKind.name)
    return erase_contacts(deals, emails=emails)


VERBS: dict[str, Callable[[Any], int]] = {
    Erasure.Kind.PERSON: _person,
    Erasure.Kind.CONTACT: _contact,
    Erasure.Kind.DEAL: _deal,
    Erasure.Kind.ACCOUNT: _account,
}
