"""Reviews of the demo: scheduled by rule, and one held with promises on both sides."""

import datetime as dt

from accounts.models import FiscalPeriod, User
from channelhub.demo.cast import MARA, PARTNER_OF_ACCOUNTS, TOP
from partners.models import Action, Partner
from reviews.models import CommentKind, Review, ReviewRule
from reviews.quarterly.meeting import change_meeting, commit, hold, say
from reviews.quarterly.rules import Quarter
from reviews.quarterly.scheduling import review_of

PARTNER_ADMIN = "partner-admin@channelhub.example"
AGENDA = "What we promised last time\nSales and pipeline\nSupport of your first line\nNext quarter"
# (partner, whether by us, what, days from the meeting until it is due)
PROMISED = (
    (True, "Lend a demo unit for the hospital project", 14),
    (True, "Send a support engineer for two days", 30),
    (False, "Certify two engineers for wireless", 75),
    (False, "Name a lead for the public sector", 21),
)


def write_reviews(users: dict[str, User], as_of: dt.date) -> None:
    """The newest ended quarter of the top tier and of the accounts' partner, and the one before."""
    for number, minutes in ((TOP, 90), ("Gold", 60)):
        ReviewRule.objects.create(tier=number, minutes=minutes)
    ended = FiscalPeriod.objects.filter(length=FiscalPeriod.Length.QUARTER, end__lt=as_of)
    newest, before = (Quarter(row.name, row.start, row.end) for row in ended.order_by("-end")[:2])
    admin = users[MARA]
    ours = Partner.objects.get(number=PARTNER_OF_ACCOUNTS)
    _held(review_of(ours, before, acting_user=admin), users, as_of)
    for partner in Partner.objects.unmerged().with_tier(TOP, as_of):
        review_of(partner, newest, acting_user=admin)
    coming = review_of(ours, newest, acting_user=admin)
    asks = "Please bring your pipeline of public tenders."
    change_meeting(coming, agenda=AGENDA, asks=asks, acting_user=admin)


def _held(review: Review, users: dict[str, User], as_of: dt.date) -> None:
    """It took place, and four promises were made, of which one is kept."""
    ours, theirs = users[MARA], users[PARTNER_ADMIN]
    day = min(review.cut_off + dt.timedelta(days=8), as_of)
    change_meeting(review, agenda=AGENDA, acting_user=ours)
    text = "Sales hold; first-line support answers more slowly than a year ago."
    say(review, section="meeting", kind=CommentKind.SHARED, text=text, acting_user=ours)
    note = "Paula hinted that they talk to another supplier."
    say(review, section="meeting", kind=CommentKind.INTERNAL, text=note, acting_user=ours)
    hold(review, held_on=day, acting_user=ours)
    for by_us, title, days in PROMISED:
        commit(
            review, title=title, owner=ours if by_us else theirs,
            due_on=day + dt.timedelta(days=days), acting_user=ours,
        )  # fmt: skip
    kept = {"status": "done", "closed_on": min(day + dt.timedelta(days=12), as_of)}
    Action.objects.filter(origin_id=review.public_id, title=PROMISED[0][1]).update(**kept)
