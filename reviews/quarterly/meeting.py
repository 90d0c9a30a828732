"""Verbs of a review: its meeting, what is said of it, what is promised, who signed."""

import datetime as dt
import zoneinfo
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from channelhub.lib.roles import acting_as_app
from partners.actions.commitments import Facts, create_action
from partners.models import Action, Origin
from partners.models.people import partner_of
from reviews.models import CommentKind, Review, ReviewComment

# What is said in the meeting itself, beside the sections of the packet.
MEETING = "meeting"


class MeetingFacts(TypedDict, total=False):
    """When and where, and what about."""

    day: dt.date
    time: dt.time
    time_zone: str
    minutes: int
    place: str
    cut_off: dt.date
    agenda: str
    asks: str


def change_meeting(review: Review, *, acting_user: User, **facts: Unpack[MeetingFacts]) -> Review:
    """Change when and where a review meets, its data cut-off, agenda and what is asked.

    Raises:
        ValidationError: by field; it is signed off, or the cut-off lies in the quarter.
    """
    with decision(acting_user):
        row = _open(review)
        day, time = facts.pop("day", None), facts.pop("time", None)
        for name, value in facts.items():
            setattr(row, name, value)
        if day and time:
            row.meets_at = dt.datetime.combine(day, time, zoneinfo.ZoneInfo(row.time_zone))
        if row.cut_off < row.end:
            raise ValidationError({"cut_off": f"The quarter ends on {row.end:%-d %b %Y}."})
        row.full_clean(validate_constraints=False, validate_unique=False)
        row.save()
    return row


def say(
    review: Review, *, section: str, kind: str, text: str, acting_user: User
) -> ReviewComment | None:
    """Say something of a section; an empty text takes back what was said.

    Raises:
        ValidationError: by field; it is signed off, or the kind is not this person's to write.
    """
    if (kind == CommentKind.PARTNER) != acting_user.works_at_partner:
        raise ValidationError({"text": "That side's comment is not yours to write."})
    with acting_as_app(review), decision(acting_user):
        row = _open(review)
        said = ReviewComment.objects.filter(review=row, section=section, kind=kind).first()
        if not text.strip():
            if said:
                said.delete()
            return None
        kept = said or ReviewComment(review=row, section=section, kind=kind)
        kept.text, kept.author = text.strip(), acting_user
        kept.full_clean(validate_constraints=False, validate_unique=False)
        kept.save()
    return kept


def commit(review: Review, *, acting_user: User, **facts: Unpack[Facts]) -> Action:
    """Note what somebody on either side promises; both sides see it.

    Raises:
        ValidationError: by field; it is signed off, or the owner works elsewhere.
    """
    with decision(acting_user):
        row = _open(review)
        facts["shared"] = True
        return create_action(
            partner=row.partner,
            origin=Origin.REVIEW,
            origin_id=row.public_id,
            acting_user=acting_user,
            **facts,
        )


def hold(review: Review, *, held_on: dt.date, acting_user: User) -> Review:
    """The meeting took place.

    Raises:
        ValidationError: that day is still to come, or it is signed off.
    """
    if held_on > Organisation.current().today():
        raise ValidationError({"held_on": "That day is still to come."})
    with decision(acting_user):
        row = _open(review)
        row.held_on = held_on
        row.save(update_fields=["held_on"])
    return row


def sign(review: Review, *, acting_user: User) -> Review:
    """Sign for one's own side; once both have, nothing of the review changes any more.

    Raises:
        ValidationError: it was not held yet, or this side has signed.
    """
    theirs = acting_user.works_at_partner
    if theirs and partner_of(acting_user) != review.partner_id:
        raise ValidationError("Only this partner's people sign for it.")
    with acting_as_app(review), decision(acting_user):
        row = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
        if row.held_on is None:
            raise ValidationError("Say first on which day it was held.")
        if row.partner_signed_at if theirs else row.signed_at:
            raise ValidationError("Your side has signed already.")
        side = "partner_signed" if theirs else "signed"
        setattr(row, f"{side}_by", acting_user)
        setattr(row, f"{side}_at", timezone.now())
        row.save(update_fields=[f"{side}_by", f"{side}_at"])
    return row


def _open(review: Review) -> Review:
    """The review, locked until the transaction ends.

    Raises:
        ValidationError: both sides signed it.
    """
    row: Review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if row.is_signed:
        raise ValidationError("Both sides signed this review; nothing of it changes any more.")
    return row
