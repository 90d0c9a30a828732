"""The rejected rows of an import as a file that can be corrected and sent again."""

import itertools
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from imports.columns import header_words
from imports.exporting import Table
from imports.filling import open_files
from imports.models import Import, RejectedRow
from imports.options import Options
from imports.problems import Unreadable
from imports.reading import Row, Sheet

TOLD = ("Rejected because", "Column at fault", "Line of the file")
KEY = "Line number"
PLAIN = ("row", "column", "value", "reason")


def corrections(load: Import) -> Table:
    """The rejected rows with the columns of their file, and what was wrong with each.

    Where the file is gone, or cannot be read any more, what is known of them.
    """
    name = f"rejected-{load.public_id}"
    try:
        options = Options.from_json(load.options)
        sheet = open_files(load.file, options, header_words()).sheets[0]
    except Unreadable:
        rows = load.rejected_rows.values_list(*PLAIN)
        return Table(name=name, header=PLAIN, rows=rows.iterator(), size=rows.count)
    rejected = load.rejected_rows
    keyed = rejected.exclude(key="").exists()
    return Table(
        name=name,
        header=(*sheet.columns, *((KEY,) if keyed else ()), *TOLD),
        rows=_rows(sheet, rejected.order_by("row", "pk").iterator(), keyed=keyed),
        size=rejected.count,
    )


def _rows(sheet: Sheet, rejected: Iterator[RejectedRow], *, keyed: bool) -> Iterator[Sequence[Any]]:
    """Both are in the order of lines, so that one is in memory at a time."""
    records = sheet.records()
    for line, faults in itertools.groupby(rejected, key=attrgetter("row")):
        known = list(faults)
        record = next((each for each in records if each.line == line), None)
        yield [
            *_cells(record, len(sheet.columns)),
            *((known[0].key,) if keyed else ()),
            " ".join(fault.reason for fault in known),
            ", ".join(fault.column for fault in known if fault.column),
            line,
        ]


def _cells(record: Row | None, count: int) -> list[str]:
    """The row's cells; one that could not be cut into cells stands whole in the first."""
    if record is None or record.problem:
        return [record.value if record else "", *[""] * (count - 1)]
    return record.cells
