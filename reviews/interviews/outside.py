"""An interviewer from outside: a signed link to one interview, and to nothing else."""

import dataclasses
import datetime as dt
import logging
import uuid
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Unpack

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from reviews.interviews.assigning import locked
from reviews.interviews.guide import answers_of
from reviews.interviews.recording import Said, write_down
from reviews.models import Interview, InterviewAnswer, InterviewState

logger = logging.getLogger(__name__)

SALT = "reviews.interview"
LINK_DAYS = 30
STARTED = "Something is written down already: an outsider would read it. Hold it yourself."


class LinkUnusable(Exception):
    """A link that opens nothing: forged, too old, taken back, or of an interview that is over."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shown:
    """What somebody outside reads of an interview: an allow-list.

    No partner, no amount, no alert, nobody of ours; of what is written down, their own draft.
    """

    organisation: str
    about: str
    customer: str
    happened_on: dt.date
    due_on: dt.date
    until: dt.date | None
    answers: list[InterviewAnswer]
    draft: Said


def invite_outsider(interview: Interview, *, name: str, email: str, acting_user: User) -> Interview:
    """Mail a link that opens this one interview for 30 days; an earlier link opens nothing.

    Raises:
        ValidationError: by field; our people wrote something down already, or it is over.
    """
    with decision(acting_user):
        row = locked(interview)
        if row.state != InterviewState.TO_HOLD and row.link_key is None:
            raise ValidationError(STARTED)
        if row.state != InterviewState.TO_HOLD and email != row.outsider_email:
            raise ValidationError(STARTED)
        row.outsider_name, row.outsider_email = name, email
        row.link_key = uuid.uuid4()
        row.link_until = Organisation.current().today() + dt.timedelta(days=LINK_DAYS)
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(update_fields=["outsider_name", "outsider_email", "link_key", "link_until"])
        _mail(row)
    return row


def take_link_back(interview: Interview, *, acting_user: User) -> Interview:
    """The link opens nothing from now on; what was written through it stays.

    Raises:
        ValidationError: the interview is over.
    """
    with decision(acting_user):
        row = locked(interview)
        row.link_key = row.link_until = None
        row.save(update_fields=["link_key", "link_until"])
    return row


def link_of(interview: Interview) -> str:
    """The address that opens it."""
    key = interview.link_key.hex if interview.link_key else ""
    token = signing.dumps([interview.public_id.hex, key], salt=SALT)
    return settings.SITE_URL + reverse("interview-by-link", args=[token])


def by_token(token: str) -> Interview:
    """The interview that a link opens. Raises LinkUnusable."""
    try:
        public_id, key = signing.loads(token, salt=SALT, max_age=dt.timedelta(days=LINK_DAYS + 1))
    except signing.BadSignature:
        raise LinkUnusable from None
    today = Organisation.current().today()
    rows = Interview.objects.unfinished().filter(link_until__gte=today)
    found: Interview | None = (
        rows.select_related("customer", "deal", "alert")
        .filter(public_id=uuid.UUID(public_id), link_key=uuid.UUID(key))
        .first()
    )
    if found is None:
        raise LinkUnusable
    return found


def shown_to_outsider(interview: Interview) -> Shown:
    """What the page behind the link may say."""
    return Shown(
        organisation=Organisation.current().name,
        about="customer lost" if interview.won is None else "won" if interview.won else "lost",
        customer=interview.customer.name,
        happened_on=interview.happened_on,
        due_on=interview.due_on,
        until=interview.link_until,
        answers=answers_of(interview),
        draft=Said(
            held_on=interview.held_on,
            respondent=interview.respondent,
            heard_from=interview.heard_from,
            stated=interview.stated,
            found=interview.found,
            cause=interview.cause,
            change=interview.change,
        ),
    )


def save_by_link(
    token: str, *, answers: Mapping[int, str], finish: bool, **said: Unpack[Said]
) -> Interview:
    """What somebody outside writes down, as a draft or for good.

    Raises:
        LinkUnusable: it was taken back meanwhile.
        ValidationError: by field.
    """
    interview = by_token(token)
    with decision(None):
        row = locked(interview)
        if row.link_key != interview.link_key:
            raise LinkUnusable
        return write_down(row, answers, said, finish=finish, by=None)


def _mail(row: Interview) -> None:
    """Within the transaction: a mail that fails leaves no link."""
    context = {"interview": row, "link": link_of(row), "organisation": Organisation.current()}
    subject = f"An interview for {Organisation.current().name}"
    text = render_to_string("reviews/interviews/mail/outside.txt", context)
    try:
        send_mail(subject, text, None, [row.outsider_email])
    except (SMTPException, OSError) as error:
        logger.warning("the link to interview %s could not be sent: %s", row.pk, error)
        raise ValidationError("The mail could not be sent. Try again later.") from None
