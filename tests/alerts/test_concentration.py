"""How much hangs on the channel and on one partner."""

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from alerts import actions
from alerts.canaries.concentration import Class, Concentration, classify, outcome_of
from alerts.models import Alert, Finding
from alerts.night import Night
from alerts.revenue import Revenue
from alerts.verdicts import Outcome, Scope
from channelhub.lib import months
from partners.models import Partner

CANARY = Concentration()
NIGHT = Night(
    as_of=dt.date(2025, 12, 31), currency="USD", rates={"USD": Decimal(1)}, feeds={},
    channel=Decimal(100_000), channel_to=dt.date(2025, 12, 1),
)  # fmt: skip
Make = Callable[..., Partner]


@pytest.fixture(autouse=True)
def spread_out() -> None:
    """Here the thresholds are the defaults."""


def revenue(channel: str, before: str, **more: Any) -> Revenue:
    """Both years come to 100; what is not channel is direct."""
    now, then = Decimal(channel), Decimal(before)
    standard: dict[str, Any] = {
        "end": dt.date(2025, 12, 1), "covered": 24, "channel": now, "direct": 100 - now,
        "channel_before": then, "direct_before": 100 - then,
    }  # fmt: skip
    return Revenue(**{**standard, **more})


@pytest.mark.parametrize(
    ("channel", "kind", "outcome"),
    [
        ("45", Class.MORE_CHANNEL, Outcome.FIRES),
        ("44.99", Class.STEADY, Outcome.HOLDS),
        ("43.75", Class.STEADY, Outcome.HOLDS),
        ("43.74", Class.STEADY, Outcome.CLEARS),
        ("35", Class.LESS_CHANNEL, Outcome.FIRES),
        ("36.26", Class.STEADY, Outcome.CLEARS),
    ],
)
def test_five_points_in_a_year_fire_either_way(channel: str, kind: Class, outcome: Outcome) -> None:
    verdict = CANARY.judge(revenue(channel, "40"), NIGHT, CANARY.limits)
    assert (verdict.finding_class, verdict.outcome) == (kind, outcome)


@pytest.mark.parametrize(
    "unknown",
    [
        {"covered": 23},
        {"missing": ("DKK",)},
        {"end": None},
        {"channel_before": Decimal(0), "direct_before": Decimal(0)},
    ],
)
def test_what_is_not_known_is_not_steady(unknown: dict[str, Any]) -> None:
    verdict = CANARY.judge(revenue("60", "40", **unknown), NIGHT, CANARY.limits)
    assert verdict.outcome == Outcome.UNKNOWN
    assert verdict.value is None
    assert verdict.money is None


def test_a_late_feed_ends_nothing() -> None:
    late = revenue("40", "40", stale=True)
    assert CANARY.judge(late, NIGHT, CANARY.limits).outcome == Outcome.UNKNOWN


shares = st.decimals(0, 100, places=4)


@given(shares, shares)
def test_the_class_and_the_outcome_agree(channel: Decimal, before: Decimal) -> None:
    facts = revenue(str(channel), str(before))
    verdict = CANARY.judge(facts, NIGHT, CANARY.limits)
    moved = classify(facts, CANARY.limits) in {Class.MORE_CHANNEL, Class.LESS_CHANNEL}
    assert moved == (verdict.outcome == Outcome.FIRES)
    assert verdict.money == abs(channel - before)


@given(shares)
def test_a_partner_at_a_fifth_fires_and_clears_under_three_quarters(share: Decimal) -> None:
    outcome = outcome_of(share, Decimal(20), CANARY.limits)
    assert (outcome == Outcome.FIRES) == (share >= 20)
    assert (outcome == Outcome.CLEARS) == (share < 15)


@pytest.fixture
def two_routes(make_known: Make, tmp_path: Path, manager: User) -> Partner:
    """The channel brings 200 of 300 a month, after 100 of 300 the year before."""
    big, small = make_known("B", manager), make_known("S")
    path = tmp_path / "both.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["invoice", "line", "date", "reseller", "amount"])
        for month in months.between(dt.date(2024, 1, 1), dt.date(2025, 12, 1)):
            later = month.year == 2025
            amounts = {
                big.number: 190 if later else 90,
                small.number: 10,
                "": 100 if later else 200,
            }
            for who, amount in amounts.items():
                rows.writerow([f"{who}{month:%y%m}", "1", f"{month:%Y-%m}-03", who, amount])
    call_command(
        "import_file", "sales", str(path), source="erp", covers="2024-01..2025-12", history=True,
        set=["kind=billing", "currency=USD"],
    )  # fmt: skip
    return big


def test_both_are_found_in_real_lines(two_routes: Partner, manager: User, chief: User) -> None:
    actions.recompute(dt.date(2025, 12, 31))
    channel = Alert.objects.get(canary=CANARY.name, scope=Scope.CHANNEL)
    assert channel.value == Decimal("33.333333333333")
    one = Alert.objects.get(canary=CANARY.name, scope=Scope.PARTNER)
    assert (one.subject, one.value, one.money) == (two_routes.pk, Decimal(95), Decimal(2280))
    mine = Alert.objects.visible_to(manager).filter(canary=CANARY.name)
    assert list(mine) == [one]
    assert channel in Alert.objects.visible_to(chief)


def test_without_direct_sales_the_share_is_not_known(
    make_known: Make, sell: Callable[..., None]
) -> None:
    sell([("1", "2025-01-05", make_known("A").number, "100")])
    actions.recompute(dt.date(2025, 12, 31))
    told = Finding.objects.get(canary=CANARY.name, scope=Scope.CHANNEL)
    assert told.finding_class == Class.NOT_KNOWN
    assert "Both our direct sales and the channel's billing" in told.evidence["reason"]
