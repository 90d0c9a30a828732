"""A partner's own total sales: years as they are, compared or said to be incomparable."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import actions
from alerts.canaries.own_sales_shift import Class, OwnSales, OwnSalesShift, Year, pro_forma
from alerts.models import Alert, Finding
from alerts.night import Night
from alerts.verdicts import Direction, Nature, Outcome, Verdict
from partners.models import OwnResult, Partner, PartnerFiscalPeriod

from .conftest import monthly

CANARY = OwnSalesShift()
AS_OF = dt.date(2026, 6, 30)
NIGHT = Night(
    as_of=AS_OF, currency="USD", rates={"USD": Decimal(1)}, feeds={},
    channel=Decimal(1_000_000), channel_to=dt.date(2026, 6, 1),
)  # fmt: skip
Make = Callable[..., Partner]


def year(start: str, end: str, amount: str = "100", **more: Any) -> Year:
    standard: dict[str, Any] = {"currency": "USD", "basis": "reported"}
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return Year(start=first, end=last, amount=Decimal(amount), **{**standard, **more})


def calendar(number: int, amount: str = "100", **more: Any) -> Year:
    return year(f"{number}-01-01", f"{number}-12-31", amount, **more)


def judged(*years: Year, next_close: str = "2026-12-31", size: str | None = "5000") -> Verdict:
    ordered = tuple(sorted(years, key=lambda each: each.end, reverse=True))
    facts = OwnSales(
        partner=7,
        years=ordered,
        next_close=dt.date.fromisoformat(next_close),
        size=Decimal(size) if size else None,
    )
    return CANARY.judge(facts, NIGHT, CANARY.limits)


@pytest.mark.parametrize(
    ("amount", "kind", "outcome"),
    [
        ("120", Class.UP, Outcome.FIRES),
        ("119.9999", Class.WITHIN, Outcome.HOLDS),
        ("115", Class.WITHIN, Outcome.HOLDS),
        ("114.9999", Class.WITHIN, Outcome.CLEARS),
        ("80", Class.DOWN, Outcome.FIRES),
        ("80.04", Class.WITHIN, Outcome.HOLDS),
        ("85.0001", Class.WITHIN, Outcome.CLEARS),
    ],
)
def test_exactly_a_fifth_fires_and_19_96_does_not(
    amount: str, kind: Class, outcome: Outcome
) -> None:
    # 2024 has a leap day, which would move the edge: both of these have 365 days.
    verdict = judged(year("2024-03-01", "2025-02-28"), year("2025-03-01", "2026-02-28", amount))
    assert (verdict.finding_class, verdict.outcome) == (kind, outcome)


def test_at_stake_is_our_trailing_year_times_the_change() -> None:
    verdict = judged(year("2024-03-01", "2025-02-28"), year("2025-03-01", "2026-02-28", "70"))
    assert verdict.money == Decimal(1500)
    assert (verdict.direction, verdict.nature) == (Direction.DOWN, Nature.RISK)
    unknown = judged(calendar(2024), calendar(2025, "50"), size=None)
    assert unknown.money is None
    assert unknown.outcome == Outcome.FIRES


def test_years_of_unequal_length_are_scaled_per_day_and_marked() -> None:
    # A changed fiscal year: six months in between, selling as much a day as before.
    verdict = judged(calendar(2024, "366"), year("2025-01-01", "2025-06-30", "181"))
    assert verdict.value == 0
    assert "Scaled per day" in verdict.evidence["tags"]
    assert "181 and 366 days" in verdict.evidence["reason"]


def test_a_leap_day_is_scaled_and_not_marked() -> None:
    assert "Scaled per day" not in judged(calendar(2024), calendar(2025)).evidence["tags"]


@pytest.mark.parametrize(
    ("years", "kind"),
    [
        ((), Class.NO_FIGURES),
        ((calendar(2025),), Class.NO_FIGURES),
        ((calendar(2024), calendar(2025, basis="estimated")), Class.BASES_DIFFER),
        ((calendar(2024, currency="EUR"), calendar(2025)), Class.CURRENCIES_DIFFER),
        ((calendar(2023), calendar(2025)), Class.YEARS_APART),
        ((calendar(2024), year("2024-07-01", "2025-06-30")), Class.YEARS_APART),
        ((calendar(2024, "0"), calendar(2025)), Class.NO_BASE),
    ],
)
def test_what_cannot_be_compared_is_unknown(years: tuple[Year, ...], kind: Class) -> None:
    verdict = judged(*years)
    assert (verdict.finding_class, verdict.outcome) == (kind, Outcome.UNKNOWN)
    assert verdict.money is None
    assert verdict.value is None


def test_estimates_are_compared_with_estimates_where_both_years_have_them() -> None:
    both = judged(
        calendar(2024, basis="estimated"), calendar(2025, "50", basis="estimated"),
        calendar(2025, "99"),
    )  # fmt: skip
    assert both.finding_class == Class.DOWN
    assert "Estimated" in both.evidence["tags"]
    reported = judged(
        calendar(2024), calendar(2025, "99"),
        calendar(2024, "10", basis="estimated"), calendar(2025, "50", basis="estimated"),
    )  # fmt: skip
    assert reported.finding_class == Class.WITHIN


def test_an_acquisition_is_marked_and_judged() -> None:
    verdict = judged(calendar(2024), calendar(2025, "150", inorganic=True))
    assert verdict.outcome == Outcome.FIRES
    assert verdict.evidence["tags"] == ["Inorganic"]


def test_nine_months_after_a_close_without_figures_is_stale() -> None:
    years = calendar(2023), calendar(2024, "10")
    assert judged(*years, next_close="2025-09-30").finding_class == Class.STALE
    assert judged(*years, next_close="2025-10-01").finding_class == Class.DOWN


amounts = st.decimals(1, 10**9, places=4)


@given(amounts, amounts)
def test_class_direction_and_outcome_agree(now: Decimal, before: Decimal) -> None:
    verdict = judged(
        year("2024-03-01", "2025-02-28", str(before)), year("2025-03-01", "2026-02-28", str(now))
    )
    moved = abs(now - before) * 5 >= before
    assert (verdict.outcome == Outcome.FIRES) == moved
    assert (verdict.direction == Direction.UP) == (now > before)
    told = CANARY.explain(verdict.finding_class, verdict.value, verdict.evidence)
    assert told.table


def test_merged_partners_are_summed_where_all_have_the_year() -> None:
    rows = [(1, calendar(2025, "10")), (2, calendar(2025, "5")), (1, calendar(2024, "9"))]
    (whole,) = pro_forma(rows, 2)
    assert (whole.end.year, whole.amount) == (2025, Decimal(15))


# --- Through nights ----------------------------------------------------------------------------


def told(partner: Partner, number: int, amount: str, **more: Any) -> OwnResult:
    facts: dict[str, Any] = {
        "start": dt.date(number, 1, 1), "end": dt.date(number, 12, 31), "amount": Decimal(amount),
        "currency": "USD", "known_on": dt.date(number + 1, 3, 1),
    }  # fmt: skip
    row: OwnResult = OwnResult.objects.create(partner=partner, **{**facts, **more})
    return row


def finding(partner: Partner) -> Finding:
    newest = Finding.objects.filter(canary=CANARY.name, subject=partner.pk)
    found: Finding = newest.latest("run__as_of")
    return found


def test_results_open_an_alert_when_they_become_known(
    make_known: Make, sell: Callable[..., None]
) -> None:
    partner = make_known("A")
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    told(partner, 2024, "1000")
    told(partner, 2025, "700")
    actions.recompute(dt.date(2026, 2, 28))
    assert not Finding.objects.filter(canary=CANARY.name).exists()
    actions.recompute(dt.date(2026, 3, 1))
    alert = Alert.objects.get(canary=CANARY.name)
    assert alert.finding_class == Class.DOWN
    assert alert.value is not None
    assert alert.money == (abs(alert.value) * 12).quantize(Decimal("0.0001"))


def test_a_correction_counts_from_the_day_it_was_known(partner: Partner) -> None:
    told(partner, 2024, "1000")
    told(partner, 2025, "700")
    told(partner, 2025, "990", known_on=dt.date(2026, 3, 5))
    actions.recompute(dt.date(2026, 3, 4))
    assert finding(partner).finding_class == Class.DOWN
    actions.recompute(dt.date(2026, 3, 5))
    assert finding(partner).finding_class == Class.WITHIN
    assert Alert.objects.get(canary=CANARY.name).ended_on == dt.date(2026, 3, 5)


def test_a_recorded_fiscal_year_says_when_the_next_one_closed(partner: Partner) -> None:
    told(partner, 2023, "1000")
    told(partner, 2024, "700")
    PartnerFiscalPeriod.objects.create(
        partner=partner, name="Short", start=dt.date(2025, 1, 1), end=dt.date(2025, 3, 31)
    )
    actions.recompute(dt.date(2025, 12, 30))
    assert finding(partner).finding_class == Class.DOWN
    actions.recompute(dt.date(2025, 12, 31))
    assert finding(partner).finding_class == Class.STALE


def test_a_merged_partner_s_results_count_at_its_root(
    partner: Partner, other_partner: Partner
) -> None:
    for each, now in ((partner, "700"), (other_partner, "1300")):
        told(each, 2024, "1000")
        told(each, 2025, now)
    partner.merged_into, partner.merged_on = other_partner, dt.date(2026, 3, 2)
    partner.save()
    actions.recompute(dt.date(2026, 3, 1))
    assert finding(partner).finding_class == Class.DOWN
    actions.recompute(dt.date(2026, 3, 2))
    assert finding(other_partner).finding_class == Class.WITHIN
    assert finding(other_partner).evidence["years"][0]["amount"] == "2000.0000"
