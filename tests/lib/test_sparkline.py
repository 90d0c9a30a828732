"""The line in a table row."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelhub.lib.sparkline import sparkline

values = st.lists(
    st.none()
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15),
    max_size=40,
)


def decimals(*amounts: int | None) -> list[Decimal | None]:
    return [None if amount is None else Decimal(amount) for amount in amounts]


def test_it_runs_from_left_to_right_and_from_zero_up() -> None:
    drawn = sparkline(decimals(0, 5, 10), width=96, height=24)
    assert drawn.line == "M2 22L48 12L94 2"
    assert drawn.last == (94.0, 2.0)
    assert drawn.zero is None


def test_a_gap_in_the_figures_is_a_gap_in_the_line() -> None:
    drawn = sparkline(decimals(1, 2, None, 4, 5), width=96, height=24)
    assert drawn.line.count("M") == 2
    assert drawn.area.count("Z") == 2


def test_a_month_alone_between_gaps_is_a_dot() -> None:
    drawn = sparkline(decimals(None, 3, None), width=96, height=24)
    assert drawn.line == "M48 2L48 2"
    assert drawn.area == ""
    assert drawn.last is None


def test_returns_go_under_a_zero_line() -> None:
    drawn = sparkline(decimals(10, -10), width=96, height=24)
    assert drawn.zero == pytest.approx(12)


@pytest.mark.parametrize("unknown", [[], decimals(None, None)])
def test_nothing_known_draws_nothing(unknown: list[Decimal | None]) -> None:
    assert sparkline(unknown, width=96, height=24).line == ""


def test_only_zeros_lie_on_the_ground() -> None:
    assert sparkline(decimals(0, 0), width=96, height=24).line == "M2 22L94 22"


def test_one_value_stands_in_the_middle() -> None:
    assert sparkline(decimals(7), width=96, height=24).last == (48.0, 2.0)


@given(values)
def test_every_point_lies_inside(amounts: list[Decimal | None]) -> None:
    drawn = sparkline(amounts, width=96, height=24)
    numbers = drawn.line.replace("M", " ").replace("L", " ").split()
    assert all(2 <= float(x) <= 94 for x in numbers[::2])
    assert all(2 <= float(y) <= 22 for y in numbers[1::2])
