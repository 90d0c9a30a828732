"""How dates are written, and when a file has to be asked."""

import datetime as dt

import pytest

from imports.cells import decide_date_order, parse_date, told_orders
from imports.options import DateOrder
from imports.problems import Ambiguous

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
        ("45322", None),
        ("45322.99", None),
        ("45322,5", "mdy"),
        ("31 Jan 2024", None),
        ("31-Jan-2024", "mdy"),
        ("31JAN2024", None),
        ("Jan 31, 2024", None),
        ("January 31st 2024", None),
        ("2024-Jan-31", None),
        ("31. Januar 2024", None),
        ("31. Jan. 2024", None),
        ("31 janvier 2024", None),
        ("31 JANV. 2024", None),
        ("31 de enero de 2024", None),
        ("31 ene 2024", None),
    ],
)
def test_a_day_in_many_hands(text: str, order: DateOrder | None) -> None:
    assert parse_date(text, order) == DAY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1er août 2026", dt.date(2026, 8, 1)),
        ("3 févr. 2026", dt.date(2026, 2, 3)),
        ("3. März 2026", dt.date(2026, 3, 3)),
        ("4 Mai 2026", dt.date(2026, 5, 4)),
        ("4 juin 2026", dt.date(2026, 6, 4)),
        ("4 juil. 2026", dt.date(2026, 7, 4)),
        ("5 Sept 2026", dt.date(2026, 9, 5)),
        ("12-dic-2026", dt.date(2026, 12, 12)),
        ("24. Dez. 2026", dt.date(2026, 12, 24)),
        ("20000", dt.date(1954, 10, 3)),
        ("60000", dt.date(2064, 4, 8)),
    ],
)
def test_months_by_their_names_and_days_of_spreadsheets(text: str, day: dt.date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31/01/24", "four"),
        ("1.2.99", "four"),
        ("2024-02-30", "no such day"),
        ("0213-01-31", "before 1900"),
        ("31/01/2024", "not a date"),
        ("19999", "not a date"),
        ("60001", "not a date"),
        ("141640", "not a date"),
        ("03-Oct-26", "four"),
        ("Oct 3, 26", "four"),
        ("3 jui 2026", "not a date"),
        ("3 Brumaire 2026", "not a date"),
        ("31 Feb 2026", "no such day"),
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
    with pytest.raises(Ambiguous, match="Date: is '3/4/2024' day/month") as raised:
        decide_date_order(["3/4/2024", "5/6/2024"], column="Date")
    assert raised.value.field == "date_order"
    assert "--" not in str(raised.value)


def test_another_column_of_the_file_settles_one_that_does_not_tell() -> None:
    assert told_orders(["3/4/2024", "3/13/2024", "2024-01-31"]) == {"mdy"}
    assert decide_date_order(["3/4/2024"], column="Date", elsewhere={"mdy"}) == "mdy"
    assert decide_date_order(["13/4/2024"], column="Date", elsewhere={"mdy"}) == "dmy"
    with pytest.raises(Ambiguous, match="month/day"):
        decide_date_order(["3/4/2024"], column="Date", elsewhere={"dmy", "mdy"})


def test_a_column_that_says_both_is_asked_about() -> None:
    with pytest.raises(Ambiguous, match="puts the day first") as raised:
        decide_date_order(["13/1/2024", "1/13/2024"], column="Date")
    assert raised.value.field == "date_order"


def test_days_that_need_no_order_say_nothing_of_it() -> None:
    assert decide_date_order(["45322", "3 Oct 2026", "13/4/2024"], column="Date") == "dmy"
    assert decide_date_order(["45322", "3 Oct 2026"], column="Date") is None


def test_nonsense_decides_nothing() -> None:
    assert decide_date_order(["45/13/2024", "3/31/2024"], column="Date") == "mdy"
