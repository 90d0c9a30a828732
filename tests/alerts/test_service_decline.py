"""First-line service under the criterion, two months in a row."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from alerts import actions
from alerts.canaries.service_decline import Class, Month, Service, ServiceDecline, classify
from alerts.models import Alert
from imports.models import Source
from partners.models import Partner
from satisfaction.models import ServiceMonth

from .conftest import monthly

CANARY = ServiceDecline()
AS_OF = dt.date(2025, 12, 31)


def month(number: int, tickets: int = 20, **measured: str) -> Month:
    values = {name: Decimal(value) for name, value in measured.items()}
    return Month(month=dt.date(2025, number, 1), tickets=tickets, measured=values)


@pytest.mark.parametrize(
    ("newer", "older", "kind"),
    [
        (month(12, response="8.01"), month(11, response="9"), Class.UNDER),
        (month(12, response="8"), month(11, response="9"), Class.ONE_MONTH),
        (month(12, response="9"), month(11, resolution="80"), Class.ONE_MONTH),
        (month(12, csat="3.49"), month(11, csat="3.4"), Class.UNDER),
        (month(12, response="8"), month(11, response="8"), Class.WITHIN),
        (month(12), month(11), Class.WITHIN),
        (month(12, 9, response="9"), month(11, 10, response="9"), Class.TOO_FEW),
        (month(12, response="9"), month(10, response="9"), Class.NOT_TOLD),
        (month(10, response="9"), month(9, response="9"), Class.NOT_TOLD),
        (month(11, response="9"), month(10, response="9"), Class.UNDER),
    ],
)
def test_two_months_in_a_row_beyond_the_same_criterion(
    newer: Month, older: Month, kind: Class
) -> None:
    facts = Service(partner=1, months=(newer, older), size=None)
    assert classify(facts, AS_OF, CANARY.limits) == kind


def tell(partner: Partner, text: str, known: str = "", **figures: Any) -> None:
    day = dt.date.fromisoformat(f"{text}-01")
    source, _ = Source.objects.get_or_create(name="desk")
    ServiceMonth.objects.create(
        partner=partner, month=day, source=source,
        known_on=dt.date.fromisoformat(known) if known else day + dt.timedelta(days=30),
        **{"tickets": 30, **figures},
    )  # fmt: skip


def test_it_opens_and_ends_with_two_better_months(
    make_known: Callable[..., Partner], sell: Callable[..., None], manager: User
) -> None:
    partner = make_known("R", manager)
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    for text in ("2025-11", "2025-12"):
        tell(partner, text, first_response_median=12, resolution_median=40)
    actions.recompute(AS_OF)
    alert = Alert.objects.get(canary=CANARY.name)
    assert (alert.value, alert.money) == (Decimal(50), Decimal(1200))
    assert partner.health.get().terms == []
    tell(partner, "2026-01", first_response_median=4)
    actions.recompute(dt.date(2026, 1, 31))
    alert.refresh_from_db()
    assert alert.ended_on is None
    tell(partner, "2026-02", "2026-02-28", first_response_median=4)
    actions.recompute(dt.date(2026, 2, 28))
    alert.refresh_from_db()
    assert alert.end_reason == "two months within the criterion"


def test_a_month_counts_from_the_day_it_was_known(partner: Partner) -> None:
    tell(partner, "2025-11", first_response_median=12)
    tell(partner, "2025-12", "2026-01-08", first_response_median=12)
    actions.recompute(AS_OF)
    assert not Alert.objects.filter(canary=CANARY.name).exists()
    actions.recompute(dt.date(2026, 1, 8))
    assert Alert.objects.filter(canary=CANARY.name).exists()


def test_few_answers_are_no_csat(partner: Partner) -> None:
    for text in ("2025-11", "2025-12"):
        tell(partner, text, csat=2, csat_answers=9)
    actions.recompute(AS_OF)
    assert not Alert.objects.filter(canary=CANARY.name).exists()
