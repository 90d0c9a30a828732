"""Values that hold for every row of a file."""

import datetime as dt
from decimal import Decimal

from imports import cells
from imports.kinds import Field
from imports.options import Options
from imports.parsing.header import squash
from imports.parsing.records import CONTROL
from imports.problems import Unreadable


def parse_fixed(field: Field, text: str, options: Options) -> str | dt.date | Decimal | None:
    """A value that somebody set for every row, typed; None for an empty one.

    Raises:
        Unreadable: it does not fit the field.
    """
    text = text.strip()
    if not text and not field.required:
        return None
    try:
        return _parse(field, text, options)
    except ValueError as error:
        raise Unreadable(f"{field.name}={text}: {error}") from None


def _parse(field: Field, text: str, options: Options) -> str | dt.date | Decimal:
    if field.type == "date":
        return cells.parse_date(text, options.date_order)
    if field.type == "decimal":
        mark = options.decimal_mark or "."
        return _fitting(field, cells.parse_decimal(text, mark, percent=field.percent))
    if field.type == "choice":
        return _choice(field, text)
    if not text or len(text) > field.max_length or CONTROL.search(text):
        raise ValueError(f"Use 1 to {field.max_length} ordinary characters.")
    return text


def _fitting(field: Field, number: Decimal) -> Decimal:
    if abs(round(number, field.places)) >= Decimal(10) ** (18 - field.places):
        raise ValueError("The number is too large.")
    return number


def _choice(field: Field, text: str) -> str:
    found = field.words().get(squash(text))
    if found is None:
        raise ValueError(f"Use one of: {', '.join(field.choices)}.")
    return found
