"""Certifications and targets of the demo."""

import datetime as dt
from decimal import Decimal

from accounts.models import FiscalPeriod, User
from deals.actions.goals import agree_target, certify
from partners.models import Partner, Person
from sales.models import ProductLine

# (partner, certification, whether a person's, began so many days ago, ends in so many days)
CERTIFICATIONS = (
    ("P-1101", "Support partner", False, 700, 30),
    ("P-1101", "Wireless engineer", True, 400, -35),
    ("P-1301", "Support partner", False, 300, 430),
    ("P-1301", "Switching engineer", True, 200, 530),
    ("P-1302", "Security engineer", True, 500, 230),
)
# (partner, the how many-th product line or all, amount in reporting currency) of this fiscal year
TARGETS = (
    ("P-1101", None, 1_300_000),
    ("P-1101", 0, 450_000),
    ("P-1301", None, 2_500_000),
    ("P-1306", None, 700_000),
)


def write_goals(currency: str, as_of: dt.date, *, acting_user: User) -> None:
    """Who is certified, and what is to be reached in the fiscal year of a day."""
    partners = {row.number: row for row in Partner.objects.all()}
    for number, name, of_person, ago, ahead in CERTIFICATIONS:
        people = Person.objects.filter(partner=partners[number]).order_by("pk")
        certify(
            partners[number], name=name, person=people.last() if of_person else None,
            start=as_of - dt.timedelta(days=ago), end=as_of + dt.timedelta(days=ahead),
            acting_user=acting_user,
        )  # fmt: skip
    lines = list(ProductLine.objects.order_by("name"))
    year = FiscalPeriod.objects.get(
        length=FiscalPeriod.Length.YEAR, start__lte=as_of, end__gte=as_of
    )
    for number, line, amount in TARGETS:
        agree_target(
            partners[number], product_line=None if line is None else lines[line],
            start=year.start, end=year.end, amount=Decimal(amount), currency=currency,
            acting_user=acting_user,
        )  # fmt: skip
