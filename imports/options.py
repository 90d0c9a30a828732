"""How a file is to be read: what the command line and the upload page both say."""

import dataclasses
import datetime as dt
from typing import Any, Literal, Self

from channelhub.lib import months

DateOrder = Literal["ymd", "dmy", "mdy"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Join:
    """Adds the columns of another file: `column` is the key in both."""

    column: str
    path: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """What a person says of a file; whatever is None is found out from the file itself.

    `mapping` is {their column: our field}; `fixed` is {our field: value for every row};
    `covers` is the first and last month that the file reports, as first days; `history` makes
    each row count as known at the close of its month.
    """

    mapping: dict[str, str] = dataclasses.field(default_factory=dict)
    fixed: dict[str, str] = dataclasses.field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    covers: tuple[dt.date, dt.date] | None = None
    history: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    date_order: DateOrder | None = None
    decimal_mark: Literal[".", ","] | None = None

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
