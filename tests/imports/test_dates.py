"""How dates are written, and when a file has to be asked."""

import datetime as dt

import pytest

from imports.cells import decide_date_order, parse_date
from imports.options import DateOrder
from imports.problems import Unreadable

DAY = dt.date(2024, 1, 31)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2024-01-31", None),
        ("2024/1/31", None),
        ("2024.01.31", None),
        ("20240131", None),
        ("31.1.2024", None),
        ("31.01.2024", None),
        ("31/01/2024", "dmy"),
        ("1/31/2024", "mdy"),
        ("01-31-2024", "mdy"),
        ("01.31.2024", "mdy"),
    ],
)
def test_a_day_in_many_hands(text: str, order: DateOrder | None) -> None:
    assert parse_date(text, order) == DAY


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/01/24", "four"),
        ("1.2.99", "four"),
        ("2024-02-30", "no such day"),
        ("0213-01-31", "before 1900"),
        ("31/01/2024", "not a date"),
        ("41640", "not a date"),
        ("2024-131", "not a date"),
        ("tomorrow", "not a date"),
        ("\u0662\u0660\u0662\u0664-01-31", "not a date"),
        ("31/01-2024", "not a date"),
    ],
)
def test_what_is_no_day_says_why(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_date(text)


def test_the_whole_column_decides_the_order() -> None:
    assert decide_date_order(["3/4/2024", "3/13/2024"], column="Date") == "mdy"
    assert decide_date_order(["3/4/2024", "13/3/2024"], column="Date") == "dmy"
    assert decide_date_order(["2024-03-04", "4.3.2024"], column="Date") is None


def test_a_day_equal_to_its_month_needs_no_order() -> None:
    assert decide_date_order(["4/4/2024"], column="Date") is None


def test_an_ambiguous_column_is_asked_about() -> None:
    with pytest.raises(Unreadable, match=r"Date: is '3/4/2024' day/month.*--date-order"):
        decide_date_order(["3/4/2024", "5/6/2024"], column="Date")


def test_a_column_that_says_both_is_asked_about() -> None:
    with pytest.raises(Unreadable, match="puts the day first"):
        decide_date_order(["13/1/2024", "1/13/2024"], column="Date")


def test_nonsense_decides_nothing() -> None:
    assert decide_date_order(["45/13/2024", "3/31/2024"], column="Date") == "mdy"
