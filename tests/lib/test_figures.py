"""Figures at their edges: a cut percentage, a compact amount, nothing known."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelhub.lib import figures

exact = st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-(10**20), max_value=10**20
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("19.996", "19.99%"),
        ("20", "20.00%"),
        ("19.9999999999999999999999999999999999999999", "19.99%"),
        ("-19.996", "\N{MINUS SIGN}19.99%"),
        ("0.009", "0.00%"),
        ("-0.009", "0.00%"),
        ("0", "0.00%"),
        ("123456.789", "123,456.78%"),
    ],
)
def test_a_percentage_is_cut_toward_zero(value: str, shown: str) -> None:
    assert figures.percent(Decimal(value)) == shown


def test_a_fraction_just_under_the_threshold_does_not_become_it() -> None:
    fraction = Decimal("0.19999999999999999999999999999999999")
    assert figures.percent(figures.as_percentage(fraction)) == "19.99%"


@given(exact)
def test_a_shown_percentage_never_exceeds_the_true_one(value: Decimal) -> None:
    shown = figures.percent(value).replace(",", "").replace("\N{MINUS SIGN}", "-").removesuffix("%")
    assert abs(Decimal(shown)) <= abs(value)
    assert abs(abs(Decimal(shown)) - abs(value)) < Decimal("0.01")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0", "0"),
        ("0.004", "0"),
        ("-0.004", "0"),
        ("0.1", "0.10"),
        ("950", "950"),
        ("12.3", "12.30"),
        ("999.4", "999.40"),
        ("999.6", "1.00K"),
        ("9995", "10.0K"),
        ("999499", "999K"),
        ("999500", "1.00M"),
        ("1234567.89", "1.23M"),
        ("-1234567.89", "\N{MINUS SIGN}1.23M"),
        ("1e9", "1.00B"),
        ("123456789012345678", "123,000T"),
    ],
)
def test_an_amount_shows_three_digits(value: str, shown: str) -> None:
    assert figures.compact(Decimal(value)) == shown


@given(exact)
def test_a_compact_amount_is_short(value: Decimal) -> None:
    assert len(figures.compact(value)) <= len("\N{MINUS SIGN}100,000,000T")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1234567.8951", "1,234,567.90"),
        ("-0.001", "0.00"),
        ("-5", "\N{MINUS SIGN}5.00"),
        ("1e30", f"{10**30:,}.00"),
    ],
)
def test_a_full_amount_has_two_decimals(value: str, shown: str) -> None:
    assert figures.full(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("60855", "60,855"), ("-3", "\N{MINUS SIGN}3"), ("2.5000", "2.5"), ("1000", "1,000")],
)
def test_a_quantity_shows_no_needless_decimals(value: str, shown: str) -> None:
    assert figures.whole(Decimal(value)) == shown


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_unknown(value: float | Decimal | None) -> None:
    assert figures.decimal(value) is None


@pytest.mark.parametrize(
    ("value", "sign"), [("0.2", "+"), ("0", ""), ("0.00001", ""), ("-0.2", "\N{MINUS SIGN}")]
)
def test_a_sign_stands_only_before_a_figure_that_shows_it(value: str, sign: str) -> None:
    amount = Decimal(value)
    assert figures.plus(figures.percent(amount * 100), amount).rstrip("%0123456789.,") == sign
