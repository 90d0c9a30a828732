"""The first rows of a file that waits to be confirmed, and what its columns seem to be."""

import dataclasses

from imports.columns import header_words, match_headers
from imports.filling import open_files
from imports.kinds import Kind
from imports.models import Import
from imports.options import Options
from imports.reading import Sheet

PARTED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
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
        sheet = self.sheet
        written = (
            [("Written as", "Workbook"), ("Sheet", sheet.sheet)]
            if sheet.is_workbook
            else [
                ("Written as", "Text"),
                ("Encoding", sheet.encoding),
                ("Columns are parted by", PARTED.get(sheet.delimiter, sheet.delimiter)),
            ]
        )
        above = f", below {sheet.above} other rows" if sheet.above else ""
        return [
            *written,
            ("Columns are named on", f"line {sheet.header_line}{above}"),
            ("Columns", str(len(sheet.columns))),
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
    sheet = open_files(load.file, options, header_words()).sheets[0]
    names = sheet.columns[:MOST_COLUMNS]
    matched = match_headers(kind, names, taken=options.locked) if options.match_headers else {}
    said = {**matched, **options.mapping}
    fields = {column: field for field, column in said.items()}
    columns = (
        Column(i, name, tuple(row[i][:60] for row in sheet.head), fields.get(name, ""))
        for i, name in enumerate(names)
    )
    return Preview(sheet, tuple(columns))
