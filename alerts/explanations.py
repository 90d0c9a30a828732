"""How a canary explains itself: plain values that a page, the API or a packet can show."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Literal

from channelhub.lib import figures

Kind = Literal["text", "money", "percent", "number", "day"]


@dataclasses.dataclass(frozen=True)
class Cell:
    """One value and how to show it; None is unknown.

    Money is in reporting currency unless `unit` names another; percent is a value such as 19.96.
    """

    kind: Kind
    value: Decimal | int | str | dt.date | None
    unit: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """What was compared; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Period:
    """The days, first and last included, of the sales lines behind an alert."""

    first: dt.date
    last: dt.date


@dataclasses.dataclass(frozen=True, kw_only=True)
class Explanation:
    """What a canary saw: the arithmetic in words, what was compared, what marks it, its rows.

    `figures` are labelled values beside the money at stake, such as the change and the threshold.
    """

    arithmetic: str
    table: Table | None = None
    figures: tuple[tuple[str, Cell], ...] = ()
    tags: tuple[str, ...] = ()
    lines: Period | None = None


def text(value: str) -> Cell:
    """A cell of words."""
    return Cell("text", value)


def day(value: str | None) -> Cell:
    """A cell with a day, from its ISO text in a piece of evidence."""
    return Cell("day", dt.date.fromisoformat(value) if value else None)


def money(value: Decimal | str | None, unit: str = "") -> Cell:
    """A cell with an amount, also from its text in a piece of evidence."""
    return Cell("money", None if value is None else Decimal(value), unit)


def percent(value: Decimal | str | None) -> Cell:
    """A cell with a percentage."""
    return Cell("percent", None if value is None else Decimal(value))


def amount(value: Decimal | str | None, unit: str) -> str:
    """An amount within a sentence."""
    return figures.UNKNOWN if value is None else f"{figures.full(Decimal(value))} {unit}"
