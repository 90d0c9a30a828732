"""What the commands `alerts` and `recompute` say of a day."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from alerts import actions
from alerts.models import Alert, Run
from alerts.report import alerts
from partners.models import Partner

from .conftest import monthly

YEAR_END = dt.date(2025, 12, 31)
LATE = dt.date(2026, 3, 20)


@pytest.fixture
def falling(make_known: Callable[..., Partner], sell: Callable[..., None]) -> Partner:
    partner = make_known("F")
    sell(
        [
            *monthly(partner, "2024-01", "2024-12", "200"),
            *monthly(partner, "2025-01", "2025-12", "100"),
        ]
    )
    return partner


def of_sales(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """The one alert of our sales; that the feed is late is told beside it."""
    (told,) = (each for each in listed if each["canary"] == "our-sales-shift")
    return told


def test_an_alert_that_a_night_could_not_judge_is_still_among_the_alerts_of_that_day(
    falling: Partner,
) -> None:
    actions.recompute(YEAR_END)
    actions.recompute(LATE)  # its feed is stale: unknown, which ends nothing
    told = of_sales(alerts(LATE))
    assert told == of_sales(alerts(None))
    assert (told["partner"], told["last_seen"]) == ("F", "2025-12-31")


def test_a_later_night_does_not_change_what_an_unjudged_alert_was_then(
    falling: Partner, sell: Callable[..., None]
) -> None:
    actions.recompute(YEAR_END)
    actions.recompute(LATE)
    months = monthly(falling, "2026-01", "2026-03", "10")
    sell([(f"n{invoice}", *rest) for invoice, *rest in months], covers="2026-01..2026-03")
    actions.recompute(dt.date(2026, 4, 30))
    assert Alert.objects.get(canary="our-sales-shift").last_seen == dt.date(2026, 4, 30)
    told = of_sales(alerts(LATE))
    assert (told["value"], told["money"], told["last_seen"]) == (-50.0, 1200.0, "2025-12-31")


@pytest.mark.parametrize("day", ["2026-01-10", "2026-01-11", "2031-01-01"])
def test_a_day_that_is_not_over_is_not_judged(
    falling: Partner, on: Callable[[str], None], day: str
) -> None:
    on("2026-01-10")
    with pytest.raises(CommandError, match="not over yet"):
        call_command("recompute", as_of=dt.date.fromisoformat(day))
    assert not Run.objects.exists()
