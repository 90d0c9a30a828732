"""Reads a text file of rows, one record at a time, whatever program wrote it."""

import codecs
import csv
import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from imports.formulas import original
from imports.problems import Unreadable

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_RECORDS = 50
LONGEST_LINE = 1_000_000
CHUNK = 1 << 20
# Characters that no cell of a readable file holds; a tab or a line break becomes a space.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SUSPICIOUS = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WORKBOOK = b"PK\x03\x04"


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A row of the file: `line` is where a text editor shows its first line, the header is 1.

    `problem` says why its cells cannot be used at all. `messy` cells may hold control characters.
    """

    line: int
    cells: list[str]
    problem: str = ""
    messy: bool = False


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A file whose encoding, delimiter and header are known."""

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    def records(self) -> Iterator[Record]:
        """Every row after the header; empty ones are left out. One row is in memory at a time.

        Raises:
            Unreadable: the text cannot be decoded, or a quote is never closed.
        """
        rows = _records(self.path, self.encoding, self.delimiter)
        next(rows, None)
        width = len(self.columns)
        for record in rows:
            yield record if record.problem else _fitted(record, width)


def open_sheet(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """Find out how a file is written, where nobody said it, and read its header.

    Raises:
        Unreadable: it is missing, empty or no text, or its header cannot be read.
    """
    encoding = _known_encoding(encoding) if encoding else guess_encoding(path)
    delimiter = delimiter or guess_delimiter(_first_lines(path, encoding))
    header = next(_records(path, encoding, delimiter), None)
    if header is None:
        raise Unreadable(f"{path.name} is empty.")
    if header.problem:
        raise Unreadable(f"{path.name}, line {header.line}: {header.problem}")
    return Sheet(path, encoding, delimiter, name_columns(header.cells))


def guess_encoding(path: Path) -> str:
    """UTF-8 where the whole file is, else Windows-1252; a byte order mark settles it.

    Raises:
        Unreadable: it is missing, empty or no text file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(CHUNK)
            _must_be_text(path, start)
            if start.startswith(UTF16):
                return "utf-16"
            if start.startswith(codecs.BOM_UTF8):
                return "utf-8-sig"
            return "utf-8" if _is_utf8(start, file) else "cp1252"
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None


def guess_delimiter(lines: Sequence[str]) -> str:
    """The mark that splits the first lines into the most even rows; a comma if none does."""

    def fit(mark: str) -> tuple[int, int]:
        rows = [row for row in csv.reader(lines, delimiter=mark) if row]
        width = len(rows[0]) if rows else 0
        return (sum(len(row) == width for row in rows) if width > 1 else 0, width)

    return max(DELIMITERS, key=fit)


def name_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The header's names, each one unique: `Price (1)`, `Price (2)`; a blank one is `Column 3`."""
    names = [" ".join(cell.split()).strip("\ufeff") for cell in header]
    total, seen = Counter(names), Counter[str]()
    unique = []
    for position, name in enumerate(names, start=1):
        seen[name] += 1
        repeated = f"{name} ({seen[name]})" if total[name] > 1 else name
        unique.append(repeated if name else f"Column {position}")
    return tuple(unique)


def _must_be_text(path: Path, start: bytes) -> None:
    if not start:
        raise Unreadable(f"{path.name} is empty.")
    if start.startswith(WORKBOOK):
        raise Unreadable(f"{path.name} is a workbook. Save its sheet as CSV and import that.")
    if not start.startswith(UTF16) and start.count(0) * 20 > len(start):
        raise Unreadable(f"{path.name} is not a text file. Save it as CSV and import that.")


def _is_utf8(start: bytes, file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = start
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = file.read(CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _known_encoding(name: str) -> str:
    try:
        known = codecs.lookup(name).name
        " ".encode(known)
    except (LookupError, UnicodeError):
        raise Unreadable(f"{name!r} is not an encoding. Use utf-8 or cp1252, say.") from None
    return "utf-8-sig" if known == "utf-8" else known


def _first_lines(path: Path, encoding: str) -> list[str]:
    with _opened(path, encoding) as file:
        lines = _lines(file, path)
        return [line for line, _ in zip(lines, range(SAMPLE_RECORDS), strict=False)]


def _opened(path: Path, encoding: str) -> TextIO:
    try:
        return path.open(encoding=encoding, newline="")
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    number = 0
    try:
        while line := file.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise Unreadable(f"{path.name}, line {number} is longer than a million characters.")
            yield line
    except UnicodeError:
        raise Unreadable(
            f"{path.name} is no text file, or not {file.encoding} text:"
            f" from line {number + 1} on it cannot be read."
            " Save it as CSV (UTF-8) and import that."
        ) from None


class _Watched:
    """Lines on their way to the CSV reader, noting those with control characters or apostrophes."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self.lines = lines
        self.search = (CONTROL if delimiter == "\t" else SUSPICIOUS).search
        self.suspicious = False
        self.apostrophe = False

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            if self.search(line):
                self.suspicious = True
            if "'" in line:
                self.apostrophe = True
            yield line

    def seen(self) -> bool:
        """Whether a line since the last call was suspicious."""
        seen, self.suspicious = self.suspicious, False
        return seen

    def quoted(self) -> bool:
        """Whether a line since the last call held an apostrophe, which may keep a formula still."""
        quoted, self.apostrophe = self.apostrophe, False
        return quoted


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Record]:
    with _opened(path, encoding) as file:
        watched = _Watched(_lines(file, path), delimiter)
        reader = csv.reader(watched, delimiter=delimiter, strict=True)
        while True:
            first = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(first, [], _row_problem(path, first, error), messy=watched.seen())
                continue
            messy = watched.seen() or reader.line_num > first
            cells = [original(cell) for cell in cells] if watched.quoted() else cells
            if any(cell.strip() for cell in cells):
                yield Record(first, cells, messy=messy)


def _row_problem(path: Path, line: int, error: csv.Error) -> str:
    if "unexpected end" in str(error) or "field limit" in str(error):
        raise Unreadable(f"{path.name}: the quote opened on line {line} is never closed.") from None
    return f"Its quotes do not pair up ({error})."


def _fitted(record: Record, width: int) -> Record:
    """The record with as many cells as the header, or the problem; empty ones too many are cut."""
    extra = len(record.cells) - width
    if extra == 0:
        return record
    if extra > 0 and not any(cell.strip() for cell in record.cells[width:]):
        return dataclasses.replace(record, cells=record.cells[:width])
    count = len(record.cells)
    problem = f"The row has {count} cells, the header {width}."
    return dataclasses.replace(record, problem=problem)
