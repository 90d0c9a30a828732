"""Copies the text of a file, and of the files joined to it, into the database."""
# ruff: noqa: S608 - identifiers are our fields' names and numbered columns, values are parameters

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from django.db import connection

from imports.options import Options
from imports.problems import Unreadable
from imports.reading import Sheet, open_sheet


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


def open_files(path: Path, options: Options, words: Collection[str] = ()) -> Files:
    """Open a file and its joins and read their headers.

    Args:
        path: the main file.
        options: how it is written, and what is joined to it.
        words: squashed headers that mean one of our fields.

    Raises:
        Unreadable: one of them cannot be read, or lacks the key column.
    """
    main = open_sheet(
        path,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
        header_line=options.header_line,
        words=words,
    )
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
        progress: told from time to time how many rows were read.

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
            for chunk in sheet.stream(wanted):
                copy.write(chunk)
                # A line break in a cell is escaped: each one left ends a row.
                count += chunk.count(b"\n")
                progress(count)
    return count


def _analyze(files: int) -> None:
    tables = ", ".join(f"staging_file_{number}" for number in range(files))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


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
