"""Text that a spreadsheet would run: harmless on its way out, the same again on its way in."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.formulas import harmless, original
from imports.reading import open_sheet

CORPUS = [
    '=HYPERLINK("http://evil.example","click")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t1+1",
    "\r1+1",
    "\n1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(1)",
    "'=1",
    "''-1",
]
SIGNS = st.text(alphabet="'=+-@\t\r\n\uff1d\uff20a1 ;|,\"")


@pytest.mark.parametrize("text", CORPUS)
def test_a_formula_is_kept_still_and_comes_back(text: str) -> None:
    cell = harmless(text)
    assert cell == f"'{text}"
    assert original(cell) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x;=1+1", "x;'=1+1"),
        ('x;"=1+1', "x;'\"=1+1"),
        ("x;'=1", "x;''=1"),
        ("a|@SUM(1)", "a|'@SUM(1)"),
        ("note\n-2+3", "note\n'-2+3"),
        ("\t=1", "'\t'=1"),
        (";\uff1d1;+2", ";'\uff1d1;'+2"),
    ],
)
def test_a_formula_behind_another_mark_is_kept_still_and_comes_back(text: str, cell: str) -> None:
    assert harmless(text) == cell
    assert original(cell) == text


@given(SIGNS | st.text())
def test_no_spreadsheet_that_parts_by_semicolons_finds_a_formula(text: str) -> None:
    line = io.StringIO()
    csv.writer(line).writerow(["first", harmless(text)])
    # A quote that does not begin a cell is a sign like any other there.
    cells = re.split(r"[;|\t\r\n]", line.getvalue())
    assert not [cell for cell in cells if re.match("[=+@\uff1d\uff0b\uff20-]", cell)]


@pytest.mark.parametrize(
    "text", ["", "Alpha", "O'Neill", "'s-Hertogenbosch", "5-3", "a=b", "'", "a;b", "a; =1"]
)
def test_other_text_is_left_alone(text: str) -> None:
    assert (harmless(text), original(text)) == (text, text)


@given(SIGNS | st.text())
def test_whatever_goes_out_comes_back(text: str) -> None:
    assert original(harmless(text)) == text
    assert not harmless(text).startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))


@given(SIGNS | st.text())
def test_a_cell_that_runs_nothing_means_one_text(text: str) -> None:
    cell = harmless(text)
    assert harmless(original(cell)) == cell


def test_a_file_is_read_as_the_text_that_was_meant(tmp_path: Path) -> None:
    texts = [text for text in (*CORPUS, "x;=1+1", "a|-1") if text == text.strip()]
    path = tmp_path / "formulas.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([["text"], *([harmless(text)] for text in texts)])
    assert [record.cells for record in open_sheet(path).records()] == [[text] for text in texts]
