"""Customers that are merged, and protections that follow them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from customers.actions.merges import merge_customer, unmerge_customer
from customers.models import Customer, Level
from deals.actions.progress import withdraw
from deals.actions.protecting import end_of
from deals.actions.reviewing import approve_deal
from deals.models import Deal, Protection
from partners.models import Partner

Make = Callable[..., Deal]


@pytest.fixture
def two(
    submitted: Make,
    partner: Partner,
    other_partner: Partner,
    partner_rep: User,
    other_partner_admin: User,
) -> tuple[Deal, Deal]:
    """Registrations of two partners at customers that nobody takes for one."""
    return (
        submitted(partner, partner_rep, name="Fenwick Mills"),
        submitted(other_partner, other_partner_admin, name="Quarrystone Hospital"),
    )


def customer_of(deal: Deal) -> Customer:
    assert deal.customer is not None
    return deal.customer


def merge(two: tuple[Deal, Deal], clock: Any, admin: User) -> Customer:
    first, second = (customer_of(deal) for deal in two)
    return merge_customer(first, into=second, on=clock.now.date(), acting_user=admin)


def test_a_live_protection_follows_and_comes_back(
    two: tuple[Deal, Deal], admin: User, clock: Any
) -> None:
    approve_deal(two[0], acting_user=admin)
    clock.turn(days=10)
    merged = merge(two, clock, admin)
    before, since = Protection.objects.order_by("during")
    assert (before.root_customer, since.root_customer) == tuple(map(customer_of, two))
    assert before.during.upper == since.during.lower == clock.now.date()
    unmerge_customer(merged, acting_user=admin)
    customers = {row.root_customer for row in Protection.objects.all()}
    assert customers == {customer_of(two[0])}
    assert end_of(two[0]) == dt.date(2026, 5, 31)


def test_days_that_are_over_stay_with_the_customer_they_were_for(
    two: tuple[Deal, Deal], admin: User, partner_rep: User, clock: Any
) -> None:
    approve_deal(two[0], acting_user=admin)
    approve_deal(two[1], acting_user=admin)
    clock.turn(days=10)
    withdraw(two[1], acting_user=admin)
    merge(two, clock, admin)
    live = Protection.objects.on(clock.now.date()).get()
    assert (live.deal, live.root_customer) == (two[0], customer_of(two[1]))


def test_after_the_merge_the_other_cannot_be_approved(
    two: tuple[Deal, Deal], admin: User, clock: Any
) -> None:
    approve_deal(two[0], acting_user=admin)
    merge(two, clock, admin)
    with pytest.raises(ValidationError, match="Another registration holds"):
        approve_deal(two[1], acting_user=admin)


def test_two_live_protections_are_decided_before_the_merge(
    two: tuple[Deal, Deal], admin: User, clock: Any
) -> None:
    for deal in two:
        approve_deal(deal, acting_user=admin)
    with pytest.raises(ValidationError, match="Both customers have a live protection"):
        merge(two, clock, admin)
    assert not Customer.objects.exclude(merged_into=None).exists()
    assert Protection.objects.count() == 2


def test_a_site_is_protected_with_its_entity(two: tuple[Deal, Deal], admin: User) -> None:
    entity, site = (customer_of(deal) for deal in two)
    Customer.objects.filter(pk=site.pk).update(level=Level.SITE, parent=entity)
    approve_deal(two[0], acting_user=admin)
    with pytest.raises(ValidationError, match="Another registration holds"):
        approve_deal(two[1], acting_user=admin)


def test_entities_of_a_group_are_protected_apart(two: tuple[Deal, Deal], admin: User) -> None:
    group = Customer.objects.create(name="Holding", level=Level.GROUP)
    Customer.objects.exclude(pk=group.pk).update(parent=group)
    for deal in two:
        approve_deal(deal, acting_user=admin)
    assert Protection.objects.count() == 2
