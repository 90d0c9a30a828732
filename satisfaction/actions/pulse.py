"""The half-yearly pulse: asked for by signed link or in the portal, answered once."""

import dataclasses
import datetime as dt
import logging
import uuid
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Organisation, User
from partners.models import Partner, Person
from satisfaction.models import PulseAnswer
from satisfaction.rules.quarters import half_end, half_name, half_of

logger = logging.getLogger(__name__)

SALT = "satisfaction.pulse"
LINK_DAYS = 30


class LinkUnusable(Exception):
    """A link that opens nothing: forged, too old, of a half-year that is over, or nobody's."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """Whom the pulse asks: somebody at a partner, in a half-year."""

    partner: Partner
    respondent: str
    name: str
    half: dt.date

    @classmethod
    def of_user(cls, user: User, partner: Partner) -> "Asked":
        """Somebody with an account."""
        half = half_of(Organisation.current().today())
        return cls(partner=partner, respondent=user.email.lower(), name=user.name, half=half)

    def has_answered(self) -> bool:
        """Whether they said it already, here or by the other way."""
        mine = PulseAnswer.objects.filter(partner=self.partner, half=self.half)
        return mine.filter(respondent__iexact=self.respondent).exists()


def link_for(person: Person) -> str:
    """The address of the form for somebody at a partner, in this half-year."""
    half = half_of(Organisation.current().today())
    token = signing.dumps([person.public_id.hex, half.isoformat()], salt=SALT)
    return settings.SITE_URL + reverse("pulse", args=[token])


def asked_by(token: str) -> Asked:
    """Whom a link asks. Raises LinkUnusable."""
    try:
        key, text = signing.loads(token, salt=SALT, max_age=dt.timedelta(days=LINK_DAYS))
    except signing.BadSignature:
        raise LinkUnusable from None
    half = dt.date.fromisoformat(text)
    people = Person.objects.present().select_related("partner")
    person = people.filter(public_id=uuid.UUID(key)).first()
    if person is None or Organisation.current().today() > half_end(half):
        raise LinkUnusable
    return Asked(
        partner=person.partner,
        respondent=person.email.lower() or str(person.public_id),
        name=person.name,
        half=half,
    )


def answer_pulse(asked: Asked, **said: Any) -> PulseAnswer:
    """Note what somebody says, for good.

    Raises:
        ValidationError: they said it already, or a score is not on its scale.
    """
    row = PulseAnswer(
        partner=asked.partner,
        half=asked.half,
        respondent=asked.respondent,
        respondent_name=asked.name,
        answered_on=Organisation.current().today(),
        **said,
    )
    row.full_clean(exclude={"partner"}, validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise ValidationError("You have answered in this half-year already. Thank you.") from None
    return row


def ask_partner(partner: Partner, *, acting_user: User) -> int:
    """Mail the link to everybody at a partner who has an address and has not answered.

    Returns:
        How many were asked.

    Raises:
        ValidationError: nobody is left to ask, or a mail could not be sent.
    """
    half = half_of(Organisation.current().today())
    answered = {
        each.lower()
        for each in PulseAnswer.objects.filter(partner=partner, half=half).values_list(
            "respondent", flat=True
        )
    }
    people = Person.objects.present().filter(partner=partner).exclude(email="")
    left = [person for person in people if person.email.lower() not in answered]
    if not left:
        raise ValidationError("Nobody with an address is left to ask.")
    try:
        for person in left:
            _mail(person, half, acting_user)
    except (SMTPException, OSError) as error:
        logger.warning("the pulse of %s could not be sent: %s", partner, error)
        raise ValidationError("The mail could not be sent. Try again later.") from None
    return len(left)


def _mail(person: Person, half: dt.date, acting_user: User) -> None:
    context = {
        "person": person,
        "link": link_for(person),
        "days": LINK_DAYS,
        "half": half_name(half),
        "organisation": Organisation.current(),
    }
    subject = f"How is working with {Organisation.current().name}?"
    text = render_to_string("satisfaction/mail/pulse.txt", context)
    send_mail(subject, text, None, [person.email])
