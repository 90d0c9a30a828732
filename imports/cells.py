"""How people write dates and numbers, and what they mean by them. Nothing is guessed in silence."""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Literal

from imports import month_names
from imports.marks import BEHIND_PERCENT, without_currency
from imports.options import DateOrder
from imports.parsing.header import squash
from imports.problems import Ambiguous

DecimalMark = Literal[".", ","]

FIRST_YEAR = 1900
# A time after the day, as in 2024-01-31T10:00:00Z or 1/31/2024 10:00 PM; the day stays as written.
# The pattern is read by Python and by PostgreSQL alike, like every pattern in this file.
TIME = (
    r"[T ]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r" ?([AaPp][Mm])?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?$"
)

_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_TWO_DIGITS = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2}", re.ASCII)
# A day as spreadsheets keep it: nothing else that is written with five digits is a day.
_SERIAL = re.compile(r"([2-5]\d{4}|60000)([.,]\d+)?", re.ASCII)
SERIAL_ZERO = dt.date(1899, 12, 30)
# What to leave of a cell of more than ten characters, as its first group, to have no time in it.
WITHOUT_TIME = rf"^([2-6][0-9]{{4}})[.,][0-9]+$|{TIME}"

NOT_A_DATE = "This is not a date. Write it like 2024-01-31."
TWO_DIGIT_YEAR = "The year has two digits. Write all four."


def parse_date(text: str, order: DateOrder | None = None) -> dt.date:
    """The day meant by a cell without its time of day.

    `order` says what the first number is where the year comes last; with dots it is the day
    unless `order` says otherwise. Five digits are a spreadsheet's number of a day.

    Raises:
        ValueError: it is no date, or one without an order; the message says what to do.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        year, mark, month, day = match.groups()
        if mark or len(text) == 8:
            return _day(year, month, day)
    if match := _YEAR_LAST.fullmatch(text):
        first, mark, second, year = match.groups()
        order = order or ("dmy" if mark == "." else None)
        if order == "dmy":
            return _day(year, second, first)
        if order == "mdy":
            return _day(year, first, second)
    if match := _SERIAL.fullmatch(text):
        return SERIAL_ZERO + dt.timedelta(days=int(match[1]))
    return _named_day(text)


def _named_day(text: str) -> dt.date:
    """A day whose month is a word. Raises ValueError for what is no date at all."""
    for pattern in month_names.WRITTEN:
        match = pattern.fullmatch(text)
        month = month_names.MONTHS.get(squash(match["month"])) if match else None
        if match and month:
            if len(match["year"]) == 2:
                raise ValueError(TWO_DIGIT_YEAR)
            return _day(match["year"], str(month), match["day"])
    raise ValueError(TWO_DIGIT_YEAR if _TWO_DIGITS.fullmatch(text) else NOT_A_DATE)


def told_orders(values: Iterable[str]) -> set[DateOrder]:
    """The orders that values of a column say, each by being a day in no other."""
    told = {_order_of(text) for text in values}
    orders: tuple[DateOrder, ...] = ("dmy", "mdy")
    return {order for order in orders if order in told}


def decide_date_order(
    values: Iterable[str], *, column: str, elsewhere: Collection[DateOrder] = ()
) -> DateOrder | None:
    """Whether the day or the month comes first in a column, from the values that say so.

    Args:
        values: those of the column.
        column: its name.
        elsewhere: what the file's columns say, all together: one program wrote them alike, so
            that an order they agree on settles a column of which no value tells.

    Returns:
        None where no value needs an order.

    Raises:
        Ambiguous: every value could be either, or some say one and some the other.
    """
    says: dict[str, str] = {}
    for text in values:
        says.setdefault(_order_of(text), text)
    if "dmy" in says and "mdy" in says:
        raise Ambiguous(
            f"{column}: {says['dmy']!r} puts the day first and {says['mdy']!r} the month."
            " Say which the file uses; the other rows are rejected.",
            field="date_order",
        )
    if "either" in says and not ("dmy" in says or "mdy" in says):
        if len(elsewhere) == 1:
            return next(iter(elsewhere))
        raise Ambiguous(
            f"{column}: is {says['either']!r} day/month or month/day? No value tells."
            " Say which it is.",
            field="date_order",
        )
    return "dmy" if "dmy" in says else "mdy" if "mdy" in says else None


def _order_of(text: str) -> str:
    """The one order that makes it a date; "either" where both do and differ; else nothing."""
    match = _YEAR_LAST.fullmatch(text)
    if match is None or match[2] == ".":
        return ""
    days = {order: _try(text, order) for order in ("dmy", "mdy")}
    if days["dmy"] and days["mdy"]:
        return "" if days["dmy"] == days["mdy"] else "either"
    return next((order for order, day in days.items() if day), "")


def _try(text: str, order: str) -> dt.date | None:
    try:
        return parse_date(text, "dmy" if order == "dmy" else "mdy")
    except ValueError:
        return None


def _day(year: str, month: str, day: str) -> dt.date:
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError("There is no such day.") from None
    if found.year < FIRST_YEAR:
        raise ValueError(f"The year lies before {FIRST_YEAR}.")
    return found


# Thousands may be set apart by a space (also a no-break or thin one) or an apostrophe.
_QUIET = " \u00a0\u202f\u2009'\u2019"
# Numbers as programs write them, which are most. PostgreSQL counts repeats slowly: how many digits
# there may be is asked for apart.
PLAIN_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
PLAIN_WHOLE_NUMBER = "^-?[0-9]+$"
PLAIN_LENGTH = 18


def number_pattern(mark: DecimalMark) -> str:
    """Numbers with this decimal mark; brackets or a minus behind make them negative too."""
    other = "," if mark == "." else "."
    grouped = rf"[1-9][0-9]{{0,2}}([{_QUIET}{other}][0-9]{{3}})+"
    body = rf"(([0-9]+|{grouped})([{mark}][0-9]*)?|[{mark}][0-9]+)([eE][+-]?[0-9]{{1,2}})?"
    return rf"^([+\u2212-]? ?{body}|{body} ?[\u2212-]|[(] ?{body} ?[)])$".replace(
        r"\u2212", "\u2212"
    )


NEGATIVE = "^[(\u2212-]|[\u2212-]$"
AROUND = "^[(+\u2212-] ?| ?[)\u2212-]$"


def separators(mark: DecimalMark) -> str:
    """What is between the digits of a number with this decimal mark and means nothing."""
    return _QUIET + ("," if mark == "." else ".")


def parse_decimal(text: str, mark: DecimalMark, *, percent: bool = False) -> Decimal:
    """The number meant by a cell, which may carry the mark of a currency.

    With `percent` it may carry a percent sign instead: 15% is 0.15.

    Raises:
        ValueError: it is none with this decimal mark.
    """
    bare = re.sub(BEHIND_PERCENT, "", text) if percent else without_currency(text)
    if not re.search(number_pattern(mark), bare):
        raise ValueError(not_a_number(mark))
    digits = re.sub(AROUND, "", bare)
    digits = digits.translate({ord(sign): None for sign in separators(mark)}).replace(mark, ".")
    number = Decimal(digits) * (-1 if re.search(NEGATIVE, bare) else 1)
    return number / 100 if percent and text.endswith("%") else number


def not_a_number(mark: DecimalMark) -> str:
    """Why a cell was rejected."""
    return f"This is not a number. Write it like 1234{mark}50."
