"""What other pages show of registrations that wait for us."""

import dataclasses
from typing import Any

from django.db.models import Count, Q

from deals.actions.steps import now
from deals.models import Deal
from deals.review.lists import open_requests


@dataclasses.dataclass(frozen=True)
class Waiting:
    """How many registrations a person can decide, how many of them are late, and requests."""

    to_decide: int
    late: int
    due_today: int
    requests: int


def waiting(user: Any) -> Waiting:
    """What waits for decisions of this person; three queries."""
    moment = now()
    end_of_day = moment.replace(hour=23, minute=59, second=59)
    counts = (
        Deal.objects.visible_to(user)
        .to_decide()
        .aggregate(
            to_decide=Count("pk"),
            late=Count("pk", filter=Q(due_at__lt=moment)),
            due_today=Count("pk", filter=Q(due_at__range=(moment, end_of_day))),
        )
    )
    extensions, appeals = open_requests(user)
    return Waiting(**counts, requests=extensions.count() + appeals.count())
