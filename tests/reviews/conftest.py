"""A partner with two years of sales, known in January 2026, and its review of the last quarter."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.actions.organisation import add_fiscal_year
from accounts.models import User
from imports.models import Source
from partners.models import Partner, PartnerExternalId, PartnerTier
from reviews.models import Review
from reviews.quarterly.quarters import quarter_named
from reviews.quarterly.scheduling import review_of
from tests.alerts.conftest import monthly, on, sell

__all__ = ["on", "sell"]


@pytest.fixture
def fiscal_years(admin: User) -> None:
    """FY2025 and FY2026, by the calendar."""
    for year in (2025, 2026):
        add_fiscal_year(start=dt.date(year, 1, 1), acting_user=admin)


@pytest.fixture
def january(on: Callable[[str], None]) -> None:
    """It is the 26th of January 2026."""
    on("2026-01-26")


@pytest.fixture
def sales(
    partner: Partner, other_partner: Partner, sell: Callable[..., None], january: None
) -> None:
    """1,000 USD a month with the partner in 2025 and 2024, 7,777 with the other one."""
    source = Source.objects.create(name="erp")
    for each in (partner, other_partner):
        PartnerExternalId.objects.create(partner=each, source=source, external_id=each.number)
    sell(
        [
            *monthly(partner, "2024-01", "2025-12", "1000"),
            *monthly(other_partner, "2024-01", "2025-12", "7777"),
        ]
    )


@pytest.fixture
def give_tier() -> Callable[..., None]:
    """`give_tier(partner, "Gold")`, from 2000 on."""

    def give(partner: Partner, tier: str) -> None:
        valid = DateRange(dt.date(2000, 1, 1), None)
        PartnerTier.objects.create(partner=partner, tier=tier, valid=valid)

    return give


@pytest.fixture
def review(partner: Partner, fiscal_years: None, january: None) -> Review:
    """Of the fourth quarter of 2025."""
    return a_review(partner, "FY2025-Q4")


def a_review(partner: Partner, name: str) -> Review:
    quarter = quarter_named(name, partner)
    assert quarter
    return review_of(partner, quarter, acting_user=None)


def section(document: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s for s in document["sections"] if s["key"] == key)
    return found


def figure(document: dict[str, Any], key: str) -> dict[str, Any]:
    return next(f for s in document["sections"] for f in s["figures"] if f["key"] == key)
