"""Every night: opportunities of our own that nobody touched since a partner was approved."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deals.actions import reviewing
from deals.actions.direct import decide_breach, log_direct
from deals.actions.suspecting import sweep_direct
from deals.models import Breach, BreachKind, Deal, DirectOpportunity
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]


def sweep(clock: Any) -> list[Breach]:
    """The ledger after the beat of the day."""
    cache.delete(f"deals-swept-{clock.now.date()}")
    sweep_direct()
    return list(Breach.objects.all())


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


def log(deal: Deal, line: ProductLine, owner: User) -> DirectOpportunity:
    return log_direct(
        customer=deal.customer, product_line=line, acting_user=owner,
        account_name=deal.account_name, direct_team="North",
    )  # fmt: skip


def test_one_logged_between_submission_and_approval_is_suspected_the_night_after_once(
    deal: Deal, storage: ProductLine, direct: User, manager: User, admin: User, clock: Any
) -> None:
    clock.turn(hours=1)
    row = log(deal, storage, direct)
    assert sweep(clock) == []
    reviewing.approve_deal(deal, acting_user=manager)
    assert not Breach.objects.exists()
    clock.turn(days=1)
    (breach,) = sweep(clock)
    assert (breach.kind, breach.deal, breach.direct_opportunity) == (BreachKind.WORKED, deal, row)
    assert (breach.direct_team, breach.happened_on) == ("North", clock.now.date())
    clock.turn(days=1)
    assert sweep(clock) == [breach]
    decide_breach(breach, confirm=False, text="They asked for it.", acting_user=admin)
    clock.turn(days=1)
    assert sweep(clock) == [breach]


def test_the_beat_looks_once_a_day(
    deal: Deal, storage: ProductLine, direct: User, manager: User, clock: Any
) -> None:
    cache.delete(f"deals-swept-{clock.now.date()}")
    sweep_direct()
    clock.turn(hours=1)
    log(deal, storage, direct)
    reviewing.approve_deal(deal, acting_user=manager)
    sweep_direct()
    assert not Breach.objects.exists()


def test_logged_first_closed_or_of_another_line_breaks_nothing(
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    storage: ProductLine,
    network: ProductLine,
    direct: User,
    manager: User,
    clock: Any,
) -> None:
    first = log_direct(
        customer=None, product_line=storage, acting_user=direct, account_name="Fenwick Mills",
        account_country="GB",
    )  # fmt: skip
    clock.turn(hours=1)
    deal = submitted(partner, partner_rep)
    assert deal.customer == first.customer
    clock.turn(hours=1)
    log(deal, network, direct)
    closed = log(deal, storage, direct)
    day = dt.date(2026, 3, 2)
    DirectOpportunity.objects.filter(pk=closed.pk).update(state="lost", closed_on=day)
    reviewing.approve_deal(deal, acting_user=manager)
    clock.turn(days=1)
    assert sweep(clock) == []


def test_it_costs_the_same_however_many_there_are(
    submitted: Make, partner: Partner, partner_rep: User, storage: ProductLine, direct: User,
    manager: User, clock: Any,
) -> None:  # fmt: skip
    costs = []
    for number in range(7):
        deal = submitted(partner, partner_rep, name=f"Mill {number}")
        clock.turn(hours=1)
        log(deal, storage, direct)
        reviewing.approve_deal(deal, acting_user=manager)
        if number in {0, 6}:
            with CaptureQueriesContext(connection) as queries:
                assert len(sweep(clock)) == number + 1
            costs.append(len(queries))
    assert costs[0] == costs[1]
