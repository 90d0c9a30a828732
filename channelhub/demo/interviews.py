"""Interviews of the demo: those that its nights open, and the one of the first text's story."""

import datetime as dt

from accounts.models import User
from channelhub.demo.cast import PARTNER_OF_ACCOUNTS
from partners.models import Action, Origin, Partner
from reviews.interviews.opening import open_interviews, open_older
from reviews.interviews.recording import save_interview
from reviews.models import Cause, HeardFrom, Interview

# Whose loss is found out about.
LOST = "Greyfriars"
STATED = "Another supplier was cheaper."
FOUND = (
    "The price came up at the end. It began in spring, when Brightmoor's support desk lost two"
    " engineers: tickets waited for days, and two outages were theirs alone to answer."
)
CHANGE = "Lift the first line at Brightmoor: our support lead on site, and a target for answers."
# By the number of the question.
ANSWERS = {
    1: "In May, after the second outage.",
    3: "They said a technician was coming. It took four days.",
    5: "It did what it should.",
    7: "A named engineer who answers, until the end of summer.",
}
FOLLOWS = "Send our support lead"


def write_interviews(as_of: dt.date, *, acting_user: User) -> None:
    """Open what the nights ask for, and finish the one that finds the partner's support."""
    open_interviews()
    # Of a demo that is counted back from an earlier day, too.
    open_older(since=as_of - dt.timedelta(days=120), acting_user=acting_user)
    told = Interview.objects.filter(customer__name__startswith=LOST, kind="loss").first()
    if told is not None and told.interviewer is not None:
        _finish(told, told.interviewer, as_of)


def _finish(interview: Interview, interviewer: User, as_of: dt.date) -> None:
    partner = Partner.objects.get(number=PARTNER_OF_ACCOUNTS)
    done = save_interview(
        interview, answers=ANSWERS, finish=True, acting_user=interviewer, held_on=as_of,
        respondent="Their head of IT operations", heard_from=HeardFrom.BUYER, stated=STATED,
        found=FOUND, cause=Cause.PARTNER, cause_partner=partner, change=CHANGE,
    )  # fmt: skip
    action = Action.objects.filter(partner=partner, title__startswith=FOLLOWS)
    action.update(origin=Origin.INTERVIEW, origin_id=done.public_id)
