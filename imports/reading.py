"""Reads files from outside through a child that may be killed, and does not grow by it."""

import dataclasses
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from imports.parsing.__main__ import UNREADABLE
from imports.problems import Unreadable

CHUNK = 1 << 18
DESCRIBE_SECONDS = 60
STREAM_SECONDS = 900
# How long a child may say nothing at all; one that waits for something uses no processor time.
SILENT_SECONDS = 100
UNESCAPES = {"\\\\": "\\", "\\t": "\t", "\\n": "\n", "\\r": "\r"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sheet:
    """A file whose columns are known; its rows are read once they are asked for.

    `encoding` and `delimiter` are those of a text file, `sheets` and `sheet` those of a workbook,
    empty for the other. `header_line` is where the columns are named, `above` how many rows stand
    before it. `head` are the first rows.
    """

    path: Path
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    header_line: int = 1
    above: int = 0
    columns: tuple[str, ...] = ()
    head: tuple[tuple[str, ...], ...] = ()

    @property
    def is_workbook(self) -> bool:
        """Whether its cells have types: numbers are written with a point there."""
        return bool(self.sheets)

    def stream(self, wanted: Sequence[int]) -> Iterator[bytes]:
        """Its rows as lines of COPY's text format: line, problem, column, value, those wanted.

        Raises:
            Unreadable: it cannot be read to its end, or takes too much memory or time.
        """
        request = {
            "path": str(self.path),
            "encoding": self.encoding or None,
            "delimiter": self.delimiter or None,
            "sheet": self.sheet or None,
            "header_line": self.header_line,
            "wanted": list(wanted),
            "most_rows": settings.IMPORT_MAX_ROWS,
        }
        with _child("stream", self.path, request, STREAM_SECONDS) as output:
            yield from output

    def records(self) -> Iterator["Row"]:
        """Its rows, each with every column. For files of what was rejected, and for tests."""
        rest = b""
        for chunk in self.stream(range(len(self.columns))):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield _row(line.decode())


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A row of the file; `problem` says why its cells cannot be used."""

    line: int
    cells: list[str]
    problem: str = ""
    column: str = ""
    value: str = ""


def open_sheet(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_line: int | None = None,
    words: Collection[str] = (),
) -> Sheet:
    """Find out how a file is written, where nobody said it, and read its header.

    Args:
        path: where it is.
        encoding: of a text file.
        delimiter: of a text file.
        sheet: of a workbook.
        header_line: where the columns are named.
        words: squashed headers that mean one of our fields: a row with two of them is the header.

    Raises:
        Unreadable: it is missing, empty or no table, or takes too much memory or time.
    """
    request = {
        "path": str(path),
        "encoding": encoding,
        "delimiter": delimiter,
        "sheet": sheet,
        "header_line": header_line,
        "words": list(words),
    }
    with _child("describe", path, request, DESCRIBE_SECONDS) as output:
        answer = b"".join(output)
    told = json.loads(answer)
    for name in ("sheets", "columns"):
        told[name] = tuple(told[name])
    return Sheet(path=path, head=tuple(map(tuple, told.pop("rows"))), **told)


@contextmanager
def _child(
    job: str, path: Path, request: dict[str, Any], seconds: int
) -> Iterator[Iterator[bytes]]:
    """Run a job and give its output; whatever ends it early ends here as Unreadable."""
    limits = {"memory": settings.IMPORT_CHILD_BYTES, "seconds": seconds}
    child = subprocess.Popen(
        [sys.executable, "-m", "imports.parsing", job],
        cwd=settings.BASE_DIR,
        env={"PYTHONPATH": str(settings.BASE_DIR), "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        with child:
            if child.stdin is None or child.stdout is None or child.stderr is None:
                raise RuntimeError("The child has no pipes.")
            with child.stdin:
                child.stdin.write(json.dumps({**request, **limits}).encode())
            try:
                yield _output(child.stdout, path)
            except BaseException:
                child.kill()
                raise
            said = child.stderr.read().decode(errors="replace")
    finally:
        if child.poll() is None:
            child.kill()
    if child.returncode:
        raise Unreadable(_why(child.returncode, said, path))


def _output(pipe: IO[bytes], path: Path) -> Iterator[bytes]:
    """What a child says, as it says it. Raises Unreadable where it falls silent."""
    waiting = select.poll()
    waiting.register(pipe)
    while waiting.poll(SILENT_SECONDS * 1000):
        if not (chunk := os.read(pipe.fileno(), CHUNK)):
            return
        yield chunk
    raise Unreadable(_too_long(path))


def _why(code: int, said: str, path: Path) -> str:
    """What a person is told of a child that did not finish."""
    last = said.strip().rsplit("\n", 1)[-1]
    if code == UNREADABLE:
        return last
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:
        return _too_long(path)
    if "MemoryError" in said or "memory allocation" in said or code == -signal.SIGABRT:
        return f"{path.name} takes too much memory to read. Split it, or save its table as CSV."
    return f"{path.name} cannot be read: it is damaged, or not what its name says ({last[:200]})."


def _too_long(path: Path) -> str:
    return f"{path.name} takes too long to read. Split it, or save it as CSV."


def _row(line: str) -> Row:
    number, *cells = (_cell(cell) for cell in line.split("\t"))
    problem, column, value, *cells = cells
    return Row(int(number), [] if problem else cells, problem, column, value)


def _cell(text: str) -> str:
    if text == "\\N":
        return ""
    if "\\" not in text:
        return text
    parts = text.split("\\\\")
    for escaped, sign in list(UNESCAPES.items())[1:]:
        parts = [part.replace(escaped, sign) for part in parts]
    return "\\".join(parts)
