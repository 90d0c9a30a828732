"""How a file is to be read: what the command line and the upload page both say."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any, Literal, Self, get_args

from channelhub.lib import months

DateOrder = Literal["ymd", "dmy", "mdy"]
Unknown = Literal["reject", "create"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Join:
    """Adds the columns of another file: `column` is the key in both."""

    column: str
    path: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """What a person says of a file; whatever is None is found out from the file itself.

    `mapping` is {our field: their column}, so that one column may fill several fields;
    `match_headers` lets columns that nobody mapped find their field by their header;
    `fixed` is {our field: value for every row}; `covers` is the first and last month that the
    file reports, as first days; `history` makes each row count as known at the close of its month.
    `replace` says that the file is all that its source reports for these months.
    `unknown` is {reference of the kind: what becomes of rows that name nobody known}. `locked` is
    {our field: value for every row} that whoever sends the file cannot change: columns and values
    for these fields are not asked for, and passed over.
    """

    mapping: dict[str, str] = dataclasses.field(default_factory=dict)
    match_headers: bool = True
    fixed: dict[str, str] = dataclasses.field(default_factory=dict)
    locked: dict[str, str] = dataclasses.field(default_factory=dict)
    unknown: dict[str, Unknown] = dataclasses.field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    covers: tuple[dt.date, dt.date] | None = None
    history: bool = False
    sheet: str | None = None
    header_line: int | None = None
    replace: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a way of writing that does not exist."""
        if self.date_order not in (None, *get_args(DateOrder)):
            raise ValueError(f"Unknown date order {self.date_order!r}: write dmy, mdy or ymd.")
        if self.decimal_mark not in {None, ".", ","}:
            raise ValueError(f"Unknown decimal mark {self.decimal_mark!r}: write . or ,")
        if strange := set(self.unknown.values()) - set(get_args(Unknown)):
            raise ValueError(f"Unknown names are rejected or created, not {strange.pop()!r}.")
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise ValueError(f"A delimiter is one character or tab, not {self.delimiter!r}.")

    def as_json(self) -> dict[str, Any]:
        """For `Import.options`."""
        data = dataclasses.asdict(self)
        data["covers"] = [month.isoformat() for month in self.covers] if self.covers else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """From `Import.options`."""
        covers = data.get("covers")
        joins = tuple(Join(**join) for join in data.get("joins", ()))
        period = tuple(dt.date.fromisoformat(month) for month in covers) if covers else None
        return cls(**{**data, "joins": joins, "covers": period})


def parse_pairs(texts: Iterable[str], *, last: bool = False) -> list[tuple[str, str]]:
    """`name=value` texts as pairs, parted at the first or the last equals sign.

    Raises:
        ValueError: a text has none, or nothing on one side of it.
    """
    return [_pair(text, last=last) for text in texts]


def _pair(text: str, *, last: bool) -> tuple[str, str]:
    left, sign, right = text.rpartition("=") if last else text.partition("=")
    if not sign or not left.strip() or (last and not right.strip()):
        raise ValueError(f"{text!r} needs an equals sign with something on both sides.")
    return left.strip(), right.strip()


def parse_covers(text: str) -> tuple[dt.date, dt.date]:
    """`2024-01..2024-03` (or whole days, or one month) as the first days of both months.

    Raises:
        ValueError: it is not a period, or ends before it starts.
    """
    first, _, last = text.partition("..")
    start, end = _month(first), _month(last or first)
    if end < start:
        raise ValueError(f"The period {text} ends before it starts.")
    return start, end


def _month(text: str) -> dt.date:
    try:
        return months.first_day(dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01"))
    except ValueError:
        raise ValueError(f"{text!r} is not a month. Write 2024-01..2024-03.") from None
