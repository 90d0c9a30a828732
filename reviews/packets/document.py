"""What a packet is made of: figures, tables and charts in sections, as plain values for JSON.

Nothing of it is partner-safe unless its section says so (`Shares`): an allow-list.
"""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from channelhub.lib.text import plain

FORMAT = 1
Kind = Literal["text", "money", "percent", "number", "day"]
Value = Decimal | int | str | dt.date | None
Document = dict[str, Any]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Origin:
    """Where something comes from: in words, over which days, known by when, with its page.

    `shared_words` say it to the partner, without the names of others who report. `link` is the
    page of the rows behind it.
    """

    words: str
    known_by: dt.date
    shared_words: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    link: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figure:
    """One value; None is unknown, and `owed_by` says who would tell it.

    `measure` names what is measured where another packet may have said it of the same days.
    Percentages are values such as 19.96. `theirs`: the partner owes it.
    """

    key: str
    label: str
    kind: Kind
    value: Value
    origin: Origin
    unit: str = ""
    note: str = ""
    owed_by: str = ""
    theirs: bool = False
    measure: str = ""


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table; money is in the table's unit."""

    key: str
    label: str
    kind: Kind = "text"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A row of a table, a value for each column; `shared` where the partner may read it."""

    cells: tuple[Value, ...]
    shared: bool = False
    link: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a caption. `more` are rows that are not listed; `empty` says why there is none."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    origin: Origin
    unit: str = ""
    more: int = 0
    empty: str = "None."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars over categories: one number for each category in every series, None where unknown."""

    key: str
    caption: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal | int | None, ...]], ...]
    unit: str
    origin: Origin
    flat: bool = False


Part = Figure | Table | Chart


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shares:
    """What of a section the partner may read: figures, charts, and columns of tables, by key."""

    figures: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    tables: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


def figure_json(figure: Figure) -> Document:
    """A figure as it is frozen."""
    return {
        **_said(figure, "key", "label", "kind", "unit", "note", "owed_by", "measure"),
        "value": value_json(figure.value),
        "theirs": figure.theirs,
        **_origin(figure.origin),
    }


def table_json(table: Table) -> Document:
    """A table as it is frozen."""
    return {
        **_said(table, "key", "caption", "unit", "empty"),
        "columns": [_said(column, "key", "label", "kind") for column in table.columns],
        "rows": [
            {
                "cells": [value_json(cell) for cell in row.cells],
                "shared": row.shared,
                "link": row.link,
            }
            for row in table.rows
        ],
        "more": table.more,
        **_origin(table.origin),
    }


def chart_json(chart: Chart) -> Document:
    """A chart as it is frozen."""
    return {
        **_said(chart, "key", "caption", "unit"),
        "flat": chart.flat,
        "categories": [plain(name) for name in chart.categories],
        "series": [
            {"name": plain(name), "values": [value_json(value) for value in values]}
            for name, values in chart.series
        ],
        **_origin(chart.origin),
    }


def value_json(value: Value) -> str | None:
    """A value as text that loses nothing: 19.96, 2026-01-31, plain words."""
    if value is None or isinstance(value, str):
        return None if value is None else plain(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def checksum(document: Document) -> str:
    """SHA-256 of a document, in whatever order its keys stand."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _said(part: Any, *names: str) -> Document:
    return {name: plain(getattr(part, name)) for name in names}


def _origin(origin: Origin) -> Document:
    return {
        "source": plain(origin.words),
        "shared_source": plain(origin.shared_words),
        "known_by": origin.known_by.isoformat(),
        "first": origin.first.isoformat() if origin.first else None,
        "last": origin.last.isoformat() if origin.last else None,
        "link": origin.link,
    }
