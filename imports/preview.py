"""The first rows of a file that waits to be confirmed, and what its columns seem to be."""

import dataclasses
import itertools
from pathlib import Path

from imports.columns import match_headers
from imports.kinds import Kind
from imports.models import Import
from imports.options import Options
from imports.reading import DELIMITERS, Sheet, open_sheet

ROWS = 5
# A form of more selects than this helps nobody.
MOST_COLUMNS = 200


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of the file: its place and name, the first values, the field it seems to be."""

    position: int
    name: str
    values: tuple[str, ...]
    guess: str


@dataclasses.dataclass(frozen=True)
class Preview:
    """What a person needs to see to say what the columns are."""

    sheet: Sheet
    columns: tuple[Column, ...]

    def facts(self) -> list[tuple[str, str]]:
        """How the file is written, as we found out or were told: pairs of label and value."""
        return [
            ("Encoding", self.sheet.encoding),
            ("Columns are parted by", DELIMITERS.get(self.sheet.delimiter, self.sheet.delimiter)),
            ("Columns", str(len(self.sheet.columns))),
        ]

    @property
    def left_out(self) -> int:
        """Columns that are not shown."""
        return len(self.sheet.columns) - len(self.columns)


def preview(load: Import, kind: Kind) -> Preview:
    """Read the head of an import's file.

    Raises:
        Unreadable: it cannot be read.
    """
    options = Options.from_json(load.options)
    sheet = open_sheet(Path(load.path), encoding=options.encoding, delimiter=options.delimiter)
    names = sheet.columns[:MOST_COLUMNS]
    matched = match_headers(kind, names, taken=options.locked) if options.match_headers else {}
    said = {**matched, **options.mapping}
    fields = {column: field for field, column in said.items()}
    rows = [row.cells for row in itertools.islice(sheet.records(), ROWS) if not row.problem]
    columns = (
        Column(i, name, tuple(row[i][:60] for row in rows), fields.get(name, ""))
        for i, name in enumerate(names)
    )
    return Preview(sheet, tuple(columns))
