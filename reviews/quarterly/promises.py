"""What was promised in reviews: actions that a review asked for, and those carried over."""

import datetime as dt
from typing import Any

from django.db.models import Q

from partners.models import Action, Origin
from reviews.models import Review


def commitments_of(review: Review) -> Any:
    """What both sides promised in a review."""
    made = Action.objects.filter(origin=Origin.REVIEW, origin_id=review.public_id)
    return made.select_related("owner")


def carried_into(review: Review, *, since: dt.date | None = None) -> Any:
    """What earlier reviews of the partner asked for and was open when this quarter's work began.

    That is whatever is open still, and what was finished or dropped since the last review.
    """
    earlier = Review.objects.before(review)
    last = since or earlier.values_list("start", flat=True).first() or review.start
    asked = Action.objects.filter(
        partner=review.partner_id,
        origin=Origin.REVIEW,
        origin_id__in=earlier.order_by().values("public_id"),
    )
    return asked.filter(Q(closed_on=None) | Q(closed_on__gte=last)).select_related("owner")
