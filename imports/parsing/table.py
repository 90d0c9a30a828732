"""What the child does: say what a file is, or stream its rows as COPY reads them."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from imports.parsing.header import adds_up, find_header, may_add_up, name_columns, width
from imports.parsing.records import CONTROL, Record, visible
from imports.parsing.text import SAMPLE_RECORDS, TextFile
from imports.parsing.workbook import Workbook, is_workbook
from imports.problems import Unreadable

MOST_COLUMNS = 2_000
SHOWN_ROWS, SHOWN_CELL = 5, 200
BATCH = 2_000
CONTROL_CHARACTER = "The cell holds a control character."
TOTALS_ROW = "This row only adds others up: it is no row of data."
NOTHING = "\\N"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a file; whatever is None is found out.

    `words` are squashed headers that mean one of our fields, `wanted` the positions of the columns
    to stream, `most_rows` how many rows a file may have.
    """

    path: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_line: int | None = None
    words: Sequence[str] = ()
    wanted: Sequence[int] = ()
    most_rows: int = 5_000_000

    def open(self) -> TextFile | Workbook:
        """The file. Raises Unreadable."""
        path = Path(self.path)
        if path.exists() and not path.is_file():
            raise Unreadable(f"{path.name} is no file that can be read.")
        if is_workbook(path):
            return Workbook(path, self.sheet)
        return TextFile(path, self.encoding, self.delimiter)


@dataclasses.dataclass(frozen=True)
class Table:
    """A file whose header is found: its columns, and the rows below."""

    file: TextFile | Workbook
    header: Record
    columns: tuple[str, ...]
    sample: tuple[Record, ...]

    @classmethod
    def of(cls, request: Request) -> Self:
        """Find the header of a file.

        Raises:
            Unreadable: the file cannot be read, or holds no header.
        """
        file = request.open()
        sample = tuple(itertools.islice(file.records(), SAMPLE_RECORDS))
        header = _header(file.path.name, sample, request)
        if isinstance(file, Workbook):
            header = header._replace(cells=header.cells[: width(header.cells)])
        if len(header.cells) > MOST_COLUMNS:
            raise Unreadable(f"{file.path.name} has over {MOST_COLUMNS:,} columns.")
        return cls(file, header, name_columns(header.cells), sample)

    def records(self) -> Iterator[Record]:
        """The rows below the header, each as wide as it, or with the problem that it has."""
        return self._below(self.file.records())

    def first_rows(self) -> Iterator[Record]:
        """Those of the sample."""
        return self._below(iter(self.sample))

    def _below(self, records: Iterator[Record]) -> Iterator[Record]:
        wide = len(self.columns)
        for record in records:
            if record.line > self.header.line:
                fits = len(record.cells) == wide or record.problem
                yield record if fits else _fitted(record, wide)


def describe(request: Request) -> dict[str, Any]:
    """What a file is, and its first rows; see `imports.reading.Sheet`.

    Raises:
        Unreadable: it cannot be read.
    """
    table = Table.of(request)
    rows = [record for record in table.first_rows() if not record.problem]
    return {
        "encoding": table.file.encoding,
        "delimiter": table.file.delimiter,
        "sheets": list(table.file.sheets),
        "sheet": table.file.sheet,
        "header_line": table.header.line,
        "above": sum(record.line < table.header.line for record in table.sample),
        "columns": list(table.columns),
        "rows": [[visible(cell)[:SHOWN_CELL] for cell in row.cells] for row in rows[:SHOWN_ROWS]],
    }


def stream(request: Request) -> Iterator[bytes]:
    """Every row as a line of COPY's text format, in batches.

    The columns are line, problem, the column and the value at fault, and those wanted.

    Raises:
        Unreadable: the file cannot be read to its end, or has more rows than it may.
    """
    table = Table.of(request)
    rows = _lines(table, list(request.wanted))
    count = 0
    while batch := list(itertools.islice(rows, BATCH)):
        count += len(batch)
        if count > request.most_rows:
            raise Unreadable(
                f"{table.file.path.name} has more than {request.most_rows:,} rows. Split it."
            )
        yield "".join(batch).encode()


def _lines(table: Table, wanted: Sequence[int]) -> Iterator[str]:
    nothing = "\t".join([NOTHING] * len(wanted))
    for line, cells, problem, messy in table.records():
        if not messy and not problem and not may_add_up(cells[0]):
            values = "\t".join([cells[i].strip() or NOTHING for i in wanted])
            yield f"{line}\t{NOTHING}\t{NOTHING}\t{NOTHING}\t{values}\n"
            continue
        fault = _fault(table, Record(line, cells, problem, messy), wanted)
        if fault:
            told = "\t".join(text.translate(ESCAPES) for text in fault)
            yield f"{line}\t{told}\t{nothing}\n"
        else:
            values = "\t".join([_escaped(cells[i]) for i in wanted])
            yield f"{line}\t{NOTHING}\t{NOTHING}\t{NOTHING}\t{values}\n"


def _fault(table: Table, record: Record, wanted: Sequence[int]) -> tuple[str, str, str] | None:
    """What makes a row unusable: the problem, the column and the value."""
    if record.problem:
        return record.problem, "", _shown(record)
    if adds_up(record.cells):
        return TOTALS_ROW, "", _shown(record)
    for i in wanted if record.messy else ():
        if CONTROL.search(record.cells[i]):
            return CONTROL_CHARACTER, table.columns[i], visible(record.cells[i])[:1000]
    return None


def _escaped(cell: str) -> str:
    """A cell of a messy row; tabs and line breaks in it become spaces."""
    text = " ".join(cell.split()) if "\n" in cell or "\t" in cell or "\r" in cell else cell.strip()
    return text.translate(ESCAPES) or NOTHING


def _shown(record: Record) -> str:
    return visible(" | ".join(record.cells))[:200]


def _header(name: str, sample: Sequence[Record], request: Request) -> Record:
    if not sample:
        raise Unreadable(f"{name} is empty.")
    if request.header_line is None:
        header = sample[find_header(sample, request.words)]
    else:
        named = [record for record in sample if record.line == request.header_line]
        if not named:
            raise Unreadable(f"{name} has nothing on line {request.header_line}.")
        header = named[0]
    if header.problem:
        raise Unreadable(f"{name}, line {header.line}: {header.problem}")
    return header


def _fitted(record: Record, wide: int) -> Record:
    """The record with as many cells as the header, or the problem; empty ones too many are cut."""
    count = len(record.cells)
    if count > wide and not any(cell.strip() for cell in record.cells[wide:]):
        return record._replace(cells=record.cells[:wide])
    return record._replace(problem=f"The row has {count} cells, the header {wide}.")
