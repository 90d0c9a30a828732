"""The judgement of our-sales-shift at its edges: no database, no clock."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.canaries.our_sales_shift import Class, OurSales, OurSalesShift, classify
from alerts.night import Night
from alerts.verdicts import Direction, Nature, Outcome, Severity, Verdict

CANARY = OurSalesShift()
NIGHT = Night(
    as_of=dt.date(2026, 10, 31),
    currency="USD",
    rates={"USD": Decimal(1)},
    feeds={},
    channel=Decimal(1_000_000),
    channel_to=dt.date(2026, 10, 1),
)
STEADY = OurSales(
    partner=7,
    ended=False,
    feeds=("erp (channel)",),
    end=dt.date(2026, 10, 1),
    covered=24,
    days_late=0,
    stale=False,
    current=Decimal(100_000),
    current_returns=Decimal(0),
    prior=Decimal(100_000),
    prior_returns=Decimal(0),
    bought_earlier=True,
    missing_rates=(),
)


def judged(**facts: Any) -> Verdict:
    changed: dict[str, Any] = {
        name: Decimal(value) if isinstance(value, (int, str)) and name in MONEY else value
        for name, value in facts.items()
    }
    return CANARY.judge(dataclasses.replace(STEADY, **changed), NIGHT, CANARY.limits)


MONEY = {"current", "current_returns", "prior", "prior_returns"}


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ("120000", Class.UP),
        ("119999.9999", Class.WITHIN),
        ("119960", Class.WITHIN),
        ("80000", Class.DOWN),
        ("80000.0001", Class.WITHIN),
        ("80040", Class.WITHIN),
    ],
)
def test_exactly_a_fifth_fires_and_19_96_does_not(current: str, expected: Class) -> None:
    assert judged(current=current).finding_class == expected


def test_19_96_percent_is_told_unrounded() -> None:
    verdict = judged(current="80040")
    assert verdict.value == Decimal("-19.96")
    assert verdict.outcome == Outcome.HOLDS


def test_a_thirds_change_keeps_its_digits() -> None:
    assert judged(prior="300", current="200").value == Decimal(-100) / 3


@pytest.mark.parametrize(
    ("current", "outcome"),
    [
        ("85000", Outcome.HOLDS),  # 15% is 75% of the threshold, not under it
        ("85000.0001", Outcome.CLEARS),
        ("100000", Outcome.CLEARS),
        ("114999.9999", Outcome.CLEARS),
        ("115000", Outcome.HOLDS),
    ],
)
def test_it_clears_under_three_quarters_of_the_threshold(current: str, outcome: Outcome) -> None:
    assert judged(current=current).outcome == outcome


def test_nothing_before_is_new_and_an_opportunity() -> None:
    verdict = judged(prior=0, current=5000, bought_earlier=False)
    assert (verdict.finding_class, verdict.outcome) == (Class.NEW, Outcome.FIRES)
    assert (verdict.nature, verdict.direction) == (Nature.OPPORTUNITY, Direction.UP)
    assert verdict.value is None
    assert verdict.money == 5000


def test_bought_before_and_now_nothing_is_lost() -> None:
    verdict = judged(current=0)
    assert verdict.finding_class == Class.LOST
    assert verdict.value == -100
    assert (verdict.nature, verdict.outcome) == (Nature.RISK, Outcome.FIRES)


def test_returns_alone_are_no_purchase() -> None:
    verdict = judged(current=-500, current_returns=-500)
    assert verdict.finding_class == Class.LOST
    assert verdict.money == 100_500


@pytest.mark.parametrize("prior", [0, -200])
def test_a_prior_window_eaten_by_returns_is_no_base(prior: int) -> None:
    verdict = judged(prior=prior, prior_returns=-10_000)
    assert (verdict.finding_class, verdict.outcome) == (
        Class.NO_COMPARABLE_BASE,
        Outcome.UNKNOWN,
    )
    assert verdict.value is None
    assert verdict.money is None


def test_bought_for_the_first_time_and_returned_is_no_news() -> None:
    verdict = judged(prior=0, current=-100, current_returns=-300)
    assert verdict.finding_class == Class.NO_COMPARABLE_BASE
    assert verdict.direction is None


def test_nothing_in_both_windows_is_inactive_and_touches_no_alert() -> None:
    verdict = judged(prior=0, current=0)
    assert (verdict.finding_class, verdict.outcome) == (Class.INACTIVE, Outcome.UNKNOWN)


def test_more_returned_than_bought_is_down_by_more_than_all() -> None:
    verdict = judged(current=-20_000, current_returns=-50_000)
    assert verdict.finding_class == Class.DOWN
    assert verdict.value == -120


@pytest.mark.parametrize(("covered", "known"), [(23, False), (24, True)])
def test_24_covered_months_are_history_enough(covered: int, *, known: bool) -> None:
    verdict = judged(covered=covered, current=10)
    assert (verdict.finding_class != Class.NOT_ENOUGH_HISTORY) == known
    assert (verdict.outcome != Outcome.UNKNOWN) == known


def test_no_feed_at_all_is_not_enough_history() -> None:
    verdict = judged(end=None, covered=0)
    assert verdict.finding_class == Class.NOT_ENOUGH_HISTORY
    assert verdict.partner_size is None


def test_a_currency_without_plan_rate_is_unknown_not_zero() -> None:
    verdict = judged(missing_rates=("CHF",), current=0)
    assert (verdict.finding_class, verdict.outcome) == (Class.NO_PLAN_RATE, Outcome.UNKNOWN)
    assert "CHF" in verdict.evidence["reason"]
    assert verdict.money is None


@pytest.mark.parametrize("current", [0, 50_000, 100_000, 200_000])
def test_a_stale_feed_opens_and_clears_nothing_but_tells_the_class(current: int) -> None:
    fresh, stale = judged(current=current), judged(current=current, stale=True, days_late=46)
    assert stale.outcome == Outcome.UNKNOWN
    assert stale.finding_class == fresh.finding_class
    assert "46 days late" in stale.evidence["reason"]


def test_an_ended_partner_raises_no_lost() -> None:
    assert judged(current=0, ended=True).outcome == Outcome.HOLDS
    assert judged(current=0, ended=False).outcome == Outcome.FIRES


@pytest.mark.parametrize(
    ("change", "outcome"), [(Decimal("199.9999"), Outcome.HOLDS), (Decimal(200), Outcome.FIRES)]
)
def test_a_change_under_a_fiftieth_of_a_percent_of_the_channel_opens_nothing(
    change: Decimal, outcome: Outcome
) -> None:
    verdict = judged(prior=400, current=400 + change)
    assert (verdict.finding_class, verdict.outcome) == (Class.UP, outcome)


@pytest.mark.parametrize(
    ("lost", "severity"),
    [
        ("999.9999", Severity.WATCH),
        ("1000", Severity.WARNING),
        ("4999.9999", Severity.WARNING),
        ("5000", Severity.CRITICAL),
    ],
)
def test_severity_is_the_share_of_the_channel_at_stake(lost: str, severity: Severity) -> None:
    assert judged(prior=lost, current=0).severity == severity


def test_up_from_a_first_purchase_inside_the_prior_window_is_ramping() -> None:
    for earlier in (True, False):
        verdict = judged(current=200_000, bought_earlier=earlier)
        assert verdict.evidence["ramping"] is not earlier


def test_windows_are_whole_calendar_months_side_by_side() -> None:
    assert judged().evidence["windows"] == {
        "current": {"from": "2025-11-01", "to": "2026-10-31", "amount": "100000"},
        "prior": {"from": "2024-11-01", "to": "2025-10-31", "amount": "100000"},
    }


def test_the_sentence_on_what_ends_it_names_the_figure() -> None:
    assert "under 15%" in CANARY.ends_when(Class.DOWN, CANARY.limits)
    assert "buys again" in CANARY.ends_when(Class.LOST, CANARY.limits)


amounts = st.decimals(-10_000_000, 10_000_000, places=4)
returns = st.decimals(-10_000_000, 0, places=4)


@given(current=amounts, current_returns=returns, prior=amounts, prior_returns=returns)
def test_every_case_has_one_class_that_agrees_with_its_figures(
    current: Decimal, current_returns: Decimal, prior: Decimal, prior_returns: Decimal
) -> None:
    facts = dataclasses.replace(
        STEADY,
        current=max(current, current_returns),
        current_returns=current_returns,
        prior=max(prior, prior_returns),
        prior_returns=prior_returns,
    )
    kind = classify(facts, CANARY.limits)
    verdict = CANARY.judge(facts, NIGHT, CANARY.limits)
    assert verdict.finding_class == kind
    if kind in {Class.UP, Class.DOWN}:
        assert verdict.value is not None
        assert abs(verdict.value) >= 20
        assert (verdict.value > 0) == (kind is Class.UP)
    if verdict.outcome is Outcome.FIRES:
        assert verdict.direction is not None
        assert verdict.money is not None
        assert verdict.money * 5000 >= NIGHT.channel
    if verdict.outcome is Outcome.CLEARS:
        assert verdict.value is not None
        assert abs(verdict.value) < 15
