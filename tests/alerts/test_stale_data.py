"""Feeds that report too late."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from alerts import actions
from alerts.canaries.stale_data import StaleData, outcome_of
from alerts.models import Alert
from alerts.verdicts import Outcome, Scope
from partners.models import Partner
from sales.models import Feed

from .conftest import monthly

CANARY = StaleData()
Make = Callable[..., Partner]
Sell = Callable[..., None]


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        (46, Outcome.FIRES),
        (45, Outcome.HOLDS),
        (34, Outcome.HOLDS),
        (33, Outcome.CLEARS),
        (0, Outcome.CLEARS),
    ],
)
def test_more_than_45_days_late_fires_and_a_quarter_less_clears(
    late: int, outcome: Outcome
) -> None:
    assert outcome_of(late, ended=False, limits=CANARY.limits) == outcome


@given(st.integers(0, 5000))
def test_a_feed_that_has_ended_is_never_late(late: int) -> None:
    assert outcome_of(late, ended=True, limits=CANARY.limits) == Outcome.CLEARS


@pytest.fixture
def reported(make_known: Make, sell: Sell, manager: User) -> Partner:
    partner = make_known("R", manager)
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    return partner


def alert() -> Alert:
    found: Alert = Alert.objects.get(canary=CANARY.name)
    return found


def test_it_opens_on_the_46th_day_and_ends_with_the_report(
    reported: Partner, sell: Sell, on: Callable[[str], None]
) -> None:
    # January is due on its last day.
    actions.recompute(dt.date(2026, 3, 17))
    assert not Alert.objects.filter(canary=CANARY.name).exists()
    actions.recompute(dt.date(2026, 3, 18))
    assert alert().scope == Scope.FEED
    assert list(alert().partners.all()) == [reported]
    assert alert().money == Decimal(1200)
    assert alert().evidence["covered_to"] == "2025-12-31"
    on("2026-03-19")
    more = monthly(reported, "2026-01", "2026-02", "100")
    sell(more, covers="2026-01..2026-02", history=False)
    actions.recompute(dt.date(2026, 3, 19))
    assert alert().end_reason == "its report has come"


def test_a_feed_said_to_have_ended_ends_it(reported: Partner) -> None:
    actions.recompute(dt.date(2026, 3, 18))
    Feed.objects.update(ended_on=dt.date(2026, 3, 19))
    actions.recompute(dt.date(2026, 3, 19))
    assert alert().end_reason == "it reports no more"


def test_a_manager_of_one_of_its_partners_reads_it_and_nobody_else_s(
    reported: Partner,
    manager: User,
    other_manager: User,
    sign_in: Callable[[User], Client],
) -> None:
    actions.recompute(dt.date(2026, 3, 18))
    address = f"/alerts/{alert().public_id}/"
    page = sign_in(manager).get(address)
    assert "Reports 46 days late" in page.content.decode()
    assert "erp (channel)" in page.content.decode()
    # A feed is set up by admins: nobody else is led to its page.
    assert "/feeds/" not in page.content.decode().split("<main", 1)[1]
    assert sign_in(other_manager).get(address).status_code == 404


def test_a_late_feed_lowers_nobody_s_health(reported: Partner) -> None:
    actions.recompute(dt.date(2026, 3, 18))
    assert [row.terms for row in reported.health.all()] == [[]]
