"""What interviews put on the pages of alerts, partners and customers, and on the home page."""

import dataclasses

from accounts.models import User
from alerts.models import Alert
from customers.models import Customer
from partners.models import Partner
from reviews.models import Interview, InterviewQuerySet

SHOWN = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """The newest interviews of something that a person may see, and how many there are."""

    shown: list[Interview]
    count: int


def interviews_of_partner(partner: Partner, viewer: User) -> Panel:
    """Those that concern a partner."""
    return _newest(Interview.objects.visible_to(viewer).filter(partners=partner))


def interviews_at(customer: Customer, viewer: User) -> Panel:
    """Those about a customer or one merged into it."""
    own = Customer.objects.filter(pk=customer.pk) | customer.merged_customers.all()
    return _newest(Interview.objects.visible_to(viewer).filter(customer__in=own))


def interviews_from(alert: Alert, viewer: User) -> Panel:
    """Those that an alert opened."""
    return _newest(Interview.objects.visible_to(viewer).filter(alert=alert))


def _newest(rows: InterviewQuerySet) -> Panel:
    shown = rows.shown().order_by("-happened_on", "-pk")
    return Panel(shown=list(shown[:SHOWN]), count=rows.count())


def your_interviews(user: User) -> Panel:
    """What a person has to hold, the most urgent first."""
    mine = Interview.objects.unfinished().filter(interviewer=user)
    return Panel(shown=list(mine.shown()[:SHOWN]), count=mine.count())
