"""Reads a sheet of a workbook: values as text, as a person would have typed them."""

import datetime as dt
import itertools
import lzma
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from imports.parsing.records import Record
from imports.problems import Unreadable

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The name of a stream as the directory of a compound file holds it.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
MOST_ENTRIES = 10_000
MOST_UNPACKED = 2 << 30
# Sheets shrink to a tenth or a thirtieth; what shrinks further was made to.
MOST_RATIO, HARMLESS = 200, 50 << 20
# As many cells as the memory that a file may use holds, with room to spare.
MOST_CELLS = 20_000_000
MESSY = re.compile(r"[\x00-\x1f\x7f\\]")
MIDNIGHT = dt.time()
NO_DAY = "A cell of the row is formatted as a day or a time, but its number is too large for one."
# What zipfile raises for archives that are cut, garbled, encrypted or packed in a way of their own.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError,
    ValueError,
)  # fmt: skip


def is_workbook(path: Path) -> bool:
    """Whether its first bytes are those of a workbook, whatever its name ends in."""
    try:
        with path.open("rb") as file:
            return file.read(8).startswith((ZIP, OLE))
    except OSError:
        return False


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Turns whatever the library makes of a workbook that it cannot read into Unreadable."""
    try:
        yield
    except PasswordError:
        raise Unreadable(f"{what} is encrypted. Save it without a password.") from None
    except (CalamineError, OSError) as error:
        raise Unreadable(f"{what} is no workbook that can be read: {error}") from None
    except BaseException as error:
        # The name is all that can be known of it: the library does not export its class.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(
            f"{what} is damaged, or holds a number that is too large. Save its sheet as CSV."
        ) from None


class Workbook:
    """A workbook of which one sheet is read: that of a name, else the first that holds anything."""

    encoding = ""
    delimiter = ""

    def __init__(self, path: Path, sheet: str | None) -> None:
        """Checks what it would unpack to before it is opened.

        Raises:
            Unreadable: it is none, or encrypted, too large or made to do harm.
        """
        self.path = path
        _check_encrypted(path)
        _check_archive(path)
        with _readable(path.name):
            self._book = CalamineWorkbook.from_path(str(path))
            self.sheets = tuple(self._book.sheet_names)
            self._sheet = self._chosen(sheet)
        self.sheet = self._sheet.name
        if self._sheet.total_height * self._sheet.total_width > MOST_CELLS:
            raise Unreadable(
                f"{path.name}: the sheet {self.sheet!r} spans {self._sheet.total_height:,} rows"
                f" and {self._sheet.total_width:,} columns. Delete the cells that are far away from"
                " the table, or save it as CSV."
            )

    def records(self) -> Iterator[Record]:
        """Every row that holds anything.

        Raises:
            Unreadable: a number is so large that nothing can be made of its row.
        """
        for line, row in enumerate(self._rows(), start=1):
            if row is None:
                yield Record(line, [], NO_DAY)
                continue
            cells = [as_text(value) for value in row]
            if any(cells):
                messy = any(MESSY.search(cell) for cell in cells)
                yield Record(line, cells, "", messy)

    def _rows(self) -> Iterator[list[Any] | None]:
        """Every row, None for one with a number that Excel shows as a day and that is none."""
        rows = iter(self._sheet.iter_rows())
        for line in itertools.count(1):
            try:
                with _readable(f"{self.path.name}, line {line},"):
                    row = next(rows)
            except StopIteration:
                return
            except OverflowError:
                row = None
            yield row

    def _chosen(self, name: str | None) -> CalamineSheet:
        if not self.sheets:
            raise Unreadable(f"{self.path.name} has no sheet.")
        if name is not None and name not in self.sheets:
            raise Unreadable(
                f"{self.path.name} has no sheet {name!r}. It has: {', '.join(self.sheets)}."
            )
        names = [name] if name else self.sheets
        found = (self._book.get_sheet_by_name(each) for each in names)
        for sheet in found:
            if sheet.height:
                return sheet
        raise Unreadable(f"{self.path.name} is empty.")


def as_text(value: Any) -> str:
    """A cell's value as text: ISO days, numbers with a point and without a computer's noise."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dt.datetime):
        day = value.date().isoformat()
        return day if value.time() == MIDNIGHT else f"{day} {value:%H:%M:%S}"
    return "" if value is None else str(value)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    written = format(value, ".15g")
    return f"{Decimal(written):f}" if "e" in written else written


def _check_encrypted(path: Path) -> None:
    """Raises Unreadable for a workbook with a password, which is a compound file around it."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[: len(OLE)] == OLE and content.find(ENCRYPTED) >= 0:
            raise Unreadable(f"{path.name} is encrypted. Save it without a password.")


def _check_archive(path: Path) -> None:
    """Raises Unreadable where a workbook would unpack to what no table is."""
    with path.open("rb") as file:
        if not file.read(4).startswith(ZIP):
            return
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(path, archive)
    except DAMAGED as error:
        raise Unreadable(f"{path.name} begins like a workbook, but is damaged: {error}.") from None


def _check_entries(path: Path, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    bomb = unpacked > HARMLESS and unpacked > MOST_RATIO * packed
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or bomb:
        raise Unreadable(
            f"{path.name} would unpack to {unpacked >> 20:,} MB in {len(entries):,} parts: that is"
            " no ordinary workbook. Save its sheet as CSV."
        )
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            with archive.open(entry) as part:
                if b"<!DOCTYPE" in part.read(4096).upper():
                    raise Unreadable(
                        f"{path.name} defines its own XML ({entry.filename}), which no spreadsheet"
                        " program writes."
                    )
