"""Which of our customers may be one and the same, as a page shows it."""

from dataclasses import dataclass

from accounts.models import User
from customers.actions.likeness import account_of
from customers.matching import Verdict, find
from customers.models import Customer

MOST = 6


@dataclass(frozen=True)
class Possible:
    """A customer that may be another one, and why."""

    customer: Customer
    reason: str
    likely: bool


def possibly_the_same(customer: Customer, viewer: User) -> list[Possible]:
    """Those that the viewer may see, likeliest first; neither its parts nor what it is part of."""
    if customer.placeholder or customer.merged_into_id:
        return []
    alike = find(account_of(customer), limit=3 * MOST).candidates
    seen = Customer.objects.visible_to(viewer).filter(pk__in=[each.customer for each in alike])
    told_apart = customer.said_to_be_others.values("customer")
    others = {row.pk: row for row in seen.exclude(pk=customer.pk).exclude(pk__in=told_apart)}
    possible = [
        Possible(others[each.customer], each.reason, each.verdict == Verdict.MATCH)
        for each in alike
        if each.customer in others and not _related(customer, others[each.customer])
    ]
    return possible[:MOST]


def said_to_be_others(customer: Customer, viewer: User) -> list[Customer]:
    """Those that somebody said it is not."""
    told_apart = customer.said_to_be_others.values("customer")
    rows = Customer.objects.visible_to(viewer).filter(pk__in=told_apart)
    return list(rows.order_by("name", "pk")[:MOST])


def _related(customer: Customer, other: Customer) -> bool:
    return customer.pk == other.parent_id or other.pk == customer.parent_id
