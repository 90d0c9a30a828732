"""Copies the text of a file, and of the files joined to it, into the database."""
# ruff: noqa: S608 - identifiers are our fields' names and numbered columns, values are parameters

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import connection

from imports.options import Options
from imports.problems import Unreadable
from imports.reading import CONTROL, Record, Sheet, open_sheet

PROGRESS_EVERY = 1000
CONTROL_CHARACTER = "The cell holds a control character."


@dataclasses.dataclass(frozen=True)
class JoinedSheet:
    """Another file whose columns are looked up by a key column of the same name in both."""

    sheet: Sheet
    key: str


@dataclasses.dataclass(frozen=True)
class Files:
    """The file and those joined to it. `origin` is {column: (number of the file, position)}."""

    sheets: tuple[Sheet, ...]
    keys: tuple[str, ...]
    origin: Mapping[str, tuple[int, int]]

    @property
    def columns(self) -> list[str]:
        """Every column that can be mapped, the file's own first."""
        return list(self.origin)


def open_files(path: Path, options: Options) -> Files:
    """Open a file and its joins and read their headers.

    Raises:
        Unreadable: one of them cannot be read, or lacks the key column.
    """
    main = open_sheet(path, encoding=options.encoding, delimiter=options.delimiter)
    sheets, keys = [main], []
    origin = {name: (0, position) for position, name in enumerate(main.columns)}
    for number, join in enumerate(options.joins, start=1):
        other = open_sheet(Path(join.path))
        _must_have(join.column, origin, path.name)
        _must_have(join.column, other.columns, other.path.name)
        for position, name in enumerate(other.columns):
            origin.setdefault(name, (number, position))
        sheets.append(other)
        keys.append(join.column)
    return Files(tuple(sheets), tuple(keys), origin)


def fill(
    files: Files, columns: Mapping[str, str], *, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Copy what is mapped; the view `staging_cells` then has `row` and each field's text.

    Args:
        files: what to read.
        columns: {our field: their column}.
        progress: told every thousand rows how many were read.

    Returns:
        The number of rows of the main file.

    Raises:
        Unreadable: a file cannot be read to its end, or a joined key stands twice in its file.
    """
    wanted = _wanted(files, columns)
    for number, sheet in reversed(list(enumerate(files.sheets))):
        rows = _copy(number, sheet, wanted[number], progress if number == 0 else lambda _: None)
        if number:
            _check_joined(number, sheet, files.keys[number - 1])
    if files.keys:
        _analyze(len(files.sheets))
    _create_view(files, columns)
    return rows


def _must_have(column: str, columns: object, file: str) -> None:
    names: list[str] = list(columns)  # type: ignore[call-overload]
    if column not in names:
        raise Unreadable(f"{file} has no column {column!r} to join by. It has: {', '.join(names)}.")


def _wanted(files: Files, columns: Mapping[str, str]) -> list[list[int]]:
    """For each file the positions of the columns that are mapped or joined by."""
    wanted: list[set[int]] = [set() for _ in files.sheets]
    for name in [*columns.values(), *files.keys]:
        number, position = files.origin[name]
        wanted[number].add(position)
    for number, key in enumerate(files.keys, start=1):
        wanted[number].add(files.sheets[number].columns.index(key))
    return [sorted(positions) for positions in wanted]


def _copy(number: int, sheet: Sheet, wanted: Sequence[int], progress: Callable[[int], None]) -> int:
    names = ["row", "problem", "problem_column", "problem_value", *(f"c{i}" for i in wanted)]
    types = ["integer", *["text"] * (len(names) - 1)]
    declared = ", ".join(f"{name} {kind}" for name, kind in zip(names, types, strict=True))
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE staging_file_{number} ({declared}) ON COMMIT DROP")
        with cursor.copy(f"COPY staging_file_{number} ({', '.join(names)}) FROM STDIN") as copy:
            for count, row in enumerate(_rows(sheet, wanted), start=1):
                copy.write_row(row)
                if count % PROGRESS_EVERY == 0:
                    progress(count)
    return count


def _analyze(files: int) -> None:
    tables = ", ".join(f"staging_file_{number}" for number in range(files))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _rows(sheet: Sheet, wanted: Sequence[int]) -> Iterator[Sequence[Any]]:
    nothing = [None] * len(wanted)
    for record in sheet.records():
        problem = (record.problem, "", _shown(record)) if record.problem else None
        if record.messy and not problem:
            problem = _control_character(sheet, record, wanted)
        if problem:
            yield [record.line, *problem, *nothing]
        else:
            cells = record.cells
            yield [record.line, None, None, None, *[cells[i].strip() or None for i in wanted]]


def _control_character(
    sheet: Sheet, record: Record, wanted: Sequence[int]
) -> tuple[str, str, str] | None:
    """The problem of a messy record; tabs and line breaks in its cells become spaces."""
    for i in wanted:
        if CONTROL.search(record.cells[i]):
            return CONTROL_CHARACTER, sheet.columns[i], _visible(record.cells[i])
        record.cells[i] = " ".join(record.cells[i].split())
    return None


def _shown(record: Record) -> str:
    return _visible(" | ".join(record.cells))[:200]


def _visible(text: str) -> str:
    """The text with control characters as symbols: NUL cannot be stored, none can be seen."""
    return CONTROL.sub(
        lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < 32 else "\u2421", text
    )


def _check_joined(number: int, sheet: Sheet, key: str) -> None:
    table, column = f"staging_file_{number}", f"c{sheet.columns.index(key)}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row, problem FROM {table} WHERE problem IS NOT NULL LIMIT 1")
        if bad := cursor.fetchone():
            raise Unreadable(f"{sheet.path.name}, line {bad[0]}: {bad[1]}")
        cursor.execute(
            f"SELECT {column}, min(row), max(row) FROM {table} WHERE {column} IS NOT NULL"
            f" GROUP BY {column} HAVING count(*) > 1 LIMIT 1"
        )
        if twice := cursor.fetchone():
            raise Unreadable(
                f"{sheet.path.name} has {key} {twice[0]!r} twice, on lines {twice[1]} and"
                f" {twice[2]}: it cannot be joined by it."
            )


def _create_view(files: Files, columns: Mapping[str, str]) -> None:
    def place(column: str) -> str:
        number, position = files.origin[column]
        return f"staging_file_{number}.c{position}"

    fields = "".join(f', {place(column)} AS "{field}"' for field, column in columns.items())
    joins = "".join(
        f" LEFT JOIN staging_file_{number} ON staging_file_{number}"
        f".c{files.sheets[number].columns.index(key)} = {place(key)}"
        for number, key in enumerate(files.keys, start=1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY VIEW staging_cells AS SELECT staging_file_0.row{fields}"
            f" FROM staging_file_0{joins} WHERE staging_file_0.problem IS NULL"
        )
