"""What interviews put on the pages of alerts, partners and customers, and on the home page."""

import dataclasses
from urllib.parse import urlencode

from accounts.models import User
from alerts.models import Alert
from customers.models import Customer
from partners.models import Partner
from reviews.models import Interview, InterviewQuerySet

SHOWN = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class Panel:
    """The newest interviews of something that a person may see, and how many there are.

    `query` narrows the list of all interviews to these.
    """

    shown: list[Interview]
    count: int
    query: str


def interviews_of_partner(partner: Partner, viewer: User) -> Panel:
    """Those that concern a partner."""
    rows = Interview.objects.visible_to(viewer).filter(partners=partner)
    return _newest(rows, q=partner.number)


def interviews_at(customer: Customer, viewer: User) -> Panel:
    """Those about a customer or one merged into it."""
    own = Customer.objects.filter(pk=customer.pk) | customer.merged_customers.all()
    rows = Interview.objects.visible_to(viewer).filter(customer__in=own)
    return _newest(rows, q=customer.name)


def interviews_from(alert: Alert, viewer: User) -> Panel:
    """Those that an alert opened."""
    return _newest(Interview.objects.visible_to(viewer).filter(alert=alert))


def _newest(rows: InterviewQuerySet, **asked: str) -> Panel:
    shown = rows.shown().order_by("-happened_on", "-pk")
    query = urlencode({"state": "", **asked})
    return Panel(shown=list(shown[:SHOWN]), count=rows.count(), query=query)


def your_interviews(user: User) -> Panel:
    """What a person has to hold, the most urgent first."""
    mine = Interview.objects.unfinished().filter(interviewer=user)
    return Panel(shown=list(mine.shown()[:SHOWN]), count=mine.count(), query="whose=mine")
