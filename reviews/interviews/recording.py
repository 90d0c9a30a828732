"""Writing an interview down: a draft, finished, reopened, cancelled."""

import datetime as dt
from collections.abc import Mapping
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from partners.models import Partner
from reviews.interviews.assigning import locked
from reviews.interviews.guide import answers_of
from reviews.models import Cause, Interview, InterviewAnswer, InterviewState
from sales.models import ProductLine

NEEDED = {
    "found": "Say what you found to be the reason.",
    "cause": "Choose the root cause.",
    "heard_from": "Say whose account it is.",
}
RECORDED = (
    "held_on", "respondent", "heard_from", "stated", "found", "cause", "cause_partner",
    "product_line", "change",
)  # fmt: skip
LIVE_LINK = "Somebody outside holds it by link. Take the link back first."


class Said(TypedDict, total=False):
    """What an interview brought, as far as it is given."""

    held_on: dt.date | None
    respondent: str
    heard_from: str
    stated: str
    found: str
    cause: str
    cause_partner: Partner | None
    product_line: ProductLine | None
    change: str


def save_interview(
    interview: Interview,
    *,
    answers: Mapping[int, str] | None = None,
    finish: bool = False,
    acting_user: User,
    **said: Unpack[Said],
) -> Interview:
    """Keep a draft, or finish it: the cause is found.

    `answers` are by the position of their question.

    Raises:
        ValidationError: by field; it is finished already, held by link, or has no cause yet.
    """
    with decision(acting_user):
        row = locked(interview)
        if row.link_key is not None:
            raise ValidationError(LIVE_LINK)
        return write_down(row, answers or {}, said, finish=finish, by=acting_user)


def write_down(
    row: Interview, answers: Mapping[int, str], said: Said, *, finish: bool, by: User | None
) -> Interview:
    """Set what was said on a row that is locked; None is somebody outside.

    Raises:
        ValidationError: by field.
    """
    for name, value in said.items():
        setattr(row, name, value)
    if row.cause != Cause.PARTNER:
        row.cause_partner = None
    row.state = InterviewState.DRAFT
    _check(row, finish=finish)
    if finish:
        row.state = InterviewState.DONE
        row.finished_at, row.finished_by = timezone.now(), by
        row.link_key = row.link_until = None
    _keep_answers(row, answers)
    row.save()
    return row


def _check(row: Interview, *, finish: bool) -> None:
    wrong = {name: text for name, text in NEEDED.items() if finish and not getattr(row, name)}
    if row.held_on and row.held_on > Organisation.current().today():
        wrong["held_on"] = "This day is yet to come."
    if row.cause_partner and not row.partners.filter(pk=row.cause_partner.pk).exists():
        wrong["cause_partner"] = "Choose a partner that the interview concerns."
    if wrong:
        raise ValidationError(wrong)
    row.full_clean(validate_unique=False, validate_constraints=False)


def _keep_answers(row: Interview, answers: Mapping[int, str]) -> None:
    asked = answers_of(row)
    unknown = set(answers) - {each.position for each in asked}
    if unknown:
        raise ValidationError({"answers": "There is no question of this number."})
    changed = [each for each in asked if answers.get(each.position, each.answer) != each.answer]
    for each in changed:
        each.answer = answers[each.position]
        each.full_clean(validate_unique=False, validate_constraints=False)
    if not asked or asked[0].pk:
        InterviewAnswer.objects.bulk_update(changed, ["answer"])
    else:
        InterviewAnswer.objects.bulk_create(asked)


def reopen_interview(interview: Interview, *, reason: str, acting_user: User) -> Interview:
    """Take up again what was finished or cancelled; the history keeps what was found.

    Raises:
        ValidationError: it is open, or no reason is given.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Say why."})
    with decision(acting_user):
        row: Interview = Interview.objects.select_for_update(of=("self",)).get(pk=interview.pk)
        if row.is_open:
            raise ValidationError("This interview is open.")
        row.state, row.reason = InterviewState.DRAFT, reason.strip()
        row.finished_at = row.finished_by = None
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(update_fields=["state", "reason", "finished_at", "finished_by"])
    return row


def cancel_interview(interview: Interview, *, reason: str, acting_user: User) -> Interview:
    """Hold it no more. It is not opened again by itself.

    Raises:
        ValidationError: it is finished, or no reason is given.
    """
    if not reason.strip():
        raise ValidationError({"reason": "Say why."})
    with decision(acting_user):
        row = locked(interview)
        row.state, row.reason = InterviewState.CANCELLED, reason.strip()
        row.link_key = row.link_until = None
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(update_fields=["state", "reason", "link_key", "link_until"])
    return row
