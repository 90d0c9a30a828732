"""Hypothesis writes files of every kind; reading one gives rows or a reason, never another error.

In this process, without the child's limits: those have tests of their own.
"""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports.parsing.table import Request, describe, stream
from imports.problems import Unreadable

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
    derandomize=True,
)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be", "utf-32")
CELLS = st.text(max_size=12) | st.sampled_from(
    ["", " ", "Total", "1.234,56", "=1+1", "\\N", "\\.", '"', "'=1", "\x00", "\r", "2024-01-05"]
)
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=12)
VALUES = (
    CELLS | st.booleans() | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip


def read(content: bytes) -> int:
    """How many rows are streamed, each as a line of COPY; 0 for a file that is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "any.csv")
        path.write_bytes(content)
        try:
            told = describe(Request(path=str(path)))
            wide = len(told["columns"])
            lines = b"".join(stream(Request(path=str(path), wanted=range(wide)))).decode()
        except Unreadable as problem:
            assert "any.csv" in str(problem)  # noqa: PT017 - most files are refused, not all
            return 0
    rows = lines.split("\n")
    assert rows.pop() == ""
    assert {row.count("\t") for row in rows} <= {wide + 3}
    assert "\x00" not in lines
    return len(rows)


@SETTINGS
@given(st.binary(max_size=400))
def test_bytes(content: bytes) -> None:
    read(content)


@SETTINGS
@given(
    rows=ROWS,
    encoding=st.sampled_from(ENCODINGS),
    mark=st.sampled_from(",;\t|"),
    end=st.sampled_from(("\n", "\r\n", "\r")),
    quoting=st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE)),
)
def test_texts(rows: list[list[str]], encoding: str, mark: str, end: str, quoting: Any) -> None:
    made = io.StringIO(newline="")
    written = csv.writer(made, delimiter=mark, lineterminator=end, quoting=quoting, escapechar="\\")
    # Without quotes an empty row of one cell cannot be written.
    rows = [row for row in rows if row != [""]]
    written.writerows(rows)
    assert read(made.getvalue().encode(encoding, errors="replace")) <= sum(map(bool, rows)) * 14


@SETTINGS
@given(
    rows=st.lists(st.lists(VALUES, max_size=6), max_size=12),
    form=st.sampled_from((None, "yyyy-mm-dd", "[h]:mm:ss", "0.00")),
)
def test_workbooks(rows: list[list[Any]], form: str | None) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        shown = book.add_format({"num_format": form}) if form else None
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value, shown)
    assert read(made.getvalue()) < max(len(rows), 1)


@SETTINGS
@given(cut=st.integers(0, 6_000), at=st.integers(0, 6_000), with_=st.binary(max_size=20))
def test_broken_workbooks(cut: int, at: int, with_: bytes) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write_row(0, 0, ["id", "name"])
    whole = made.getvalue()
    read((whole[:at] + with_ + whole[at + len(with_) :])[: max(cut, 4)])
