"""Reads a text file of rows, one record at a time, whatever program wrote it."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from imports.formulas import original
from imports.parsing.records import Record
from imports.problems import Unreadable

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 50
LONGEST_LINE = 1_000_000
CHUNK = 1 << 20
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
# Ways to write text within ASCII, which let halves of characters through that nothing can store.
ESCAPED = {"utf-7", "unicode-escape", "raw-unicode-escape", "idna", "punycode"}
# What COPY or a reader would take for something else: control characters, tabs and backslashes.
MESSY = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\\]")
# In a file whose cells are parted by tabs, a tab is not in a cell.
MESSY_BUT_TABS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\\]")
NO_TABLE = {
    b"%PDF": "a PDF document",
    b"<!DO": "a web page",
    b"<htm": "a web page",
    b"<HTM": "a web page",
    b"<?xm": "an XML document",
    b"{\\rt": "a text document",
    b"[{": "a JSON document",
    b'{"': "a JSON document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"Rar!": "a compressed file",
}


class TextFile:
    """A text file whose encoding and delimiter are known."""

    sheets: tuple[str, ...] = ()
    sheet = ""

    def __init__(self, path: Path, encoding: str | None, delimiter: str | None) -> None:
        """Finds out how it is written, where nobody said it.

        Raises:
            Unreadable: it is missing, empty or no text.
        """
        self.path = path
        self.encoding = known_encoding(encoding) if encoding else guess_encoding(path)
        self.delimiter = delimiter or guess_delimiter(self._first_lines())

    def records(self) -> Iterator[Record]:
        """Every row; empty ones are left out. One row is in memory at a time.

        Raises:
            Unreadable: the text cannot be decoded, or a quote is never closed.
        """
        with _opened(self.path, self.encoding) as file:
            watched = _Watched(_lines(file, self.path), self.delimiter)
            reader = csv.reader(watched, delimiter=self.delimiter, strict=True)
            while True:
                first = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    problem = _row_problem(self.path, first, error)
                    yield Record(first, [], problem, messy=watched.seen())
                    continue
                messy = watched.seen() or reader.line_num > first
                if watched.quoted():
                    cells = [original(cell) for cell in cells]
                if any(cell and not cell.isspace() for cell in cells):
                    yield Record(first, cells, "", messy)

    def _first_lines(self) -> list[str]:
        with _opened(self.path, self.encoding) as file:
            lines = _lines(file, self.path)
            return [line for line, _ in zip(lines, range(SAMPLE_RECORDS), strict=False)]


def guess_encoding(path: Path) -> str:
    """UTF-8 where the whole file is, else Windows-1252; a byte order mark settles it.

    UTF-16 is told without a mark as well, by the zeros of every second byte.

    Raises:
        Unreadable: it is missing, empty or no text file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(CHUNK)
            if unmarked := _utf16_without_mark(start):
                return unmarked
            _must_be_text(path, start)
            if start.startswith(UTF32):
                return "utf-32"
            if start.startswith(UTF16):
                return "utf-16"
            if start.startswith(codecs.BOM_UTF8):
                return "utf-8-sig"
            return "utf-8" if _is_utf8(start, file) else "cp1252"
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None


def guess_delimiter(lines: Sequence[str]) -> str:
    """The mark that splits most of the first lines into rows of one width; a comma if none does.

    Titles above the header have other widths, and do not count, where they are fewer than the rest.
    """

    def fit(mark: str) -> tuple[int, int]:
        rows = [row for row in _split(lines, mark) if row]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda each: (each[1], each[0]), default=(0, 0))
        return (count, width) if count * 2 >= len(rows) else (0, 0)

    return max(DELIMITERS, key=fit)


def _split(lines: Sequence[str], mark: str) -> Iterator[list[str]]:
    """The rows up to one with a cell longer than any may be: a quote is not closed there."""
    try:
        yield from csv.reader(lines, delimiter=mark)
    except csv.Error:
        return


def known_encoding(name: str) -> str:
    """The codec of that name.

    Raises:
        Unreadable: there is none, or it is none of text.
    """
    try:
        known = codecs.lookup(name).name
        " ".encode(known)
    except (LookupError, UnicodeError):
        known = ""
    if not known or known in ESCAPED:
        raise Unreadable(f"{name!r} is not an encoding. Use utf-8 or cp1252, say.")
    return "utf-8-sig" if known == "utf-8" else known


def _utf16_without_mark(start: bytes) -> str:
    """Which UTF-16 it is where no mark says so; empty where it is none.

    The characters of most alphabets, delimiters and digits have a zero as their upper byte.
    """
    if start.startswith((*UTF16, *UTF32)):
        return ""
    first, second = start[::2].count(0), start[1::2].count(0)
    most = len(start) // 2 * 0.8
    if second > most and first == 0:
        return "utf-16-le"
    return "utf-16-be" if first > most and second == 0 else ""


def _must_be_text(path: Path, start: bytes) -> None:
    if not start:
        raise Unreadable(f"{path.name} is empty.")
    for mark, what in NO_TABLE.items():
        if start.lstrip().startswith(mark):
            raise Unreadable(f"{path.name} is {what}. Save its table as XLSX or CSV.")
    if not start.startswith((*UTF16, *UTF32)) and start.count(0) * 20 > len(start):
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
    """Lines on their way to the CSV reader, noting those that need a closer look."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self.lines = lines
        self.search = (MESSY_BUT_TABS if delimiter == "\t" else MESSY).search
        self.messy = False
        self.apostrophe = False

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            if self.search(line):
                self.messy = True
            if "'" in line:
                self.apostrophe = True
            yield line

    def seen(self) -> bool:
        """Whether a line since the last call was messy."""
        seen, self.messy = self.messy, False
        return seen

    def quoted(self) -> bool:
        """Whether a line since the last call held an apostrophe, which may keep a formula still."""
        quoted, self.apostrophe = self.apostrophe, False
        return quoted


def _row_problem(path: Path, line: int, error: csv.Error) -> str:
    if "unexpected end" in str(error) or "field limit" in str(error):
        raise Unreadable(f"{path.name}: the quote opened on line {line} is never closed.") from None
    return f"Its quotes do not pair up ({error})."
