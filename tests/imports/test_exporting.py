"""Tables as CSV and as workbooks: text stays text, numbers numbers, days days."""

import codecs
import csv
import datetime as dt
import io
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from imports import exporting
from imports.cells import parse_decimal
from imports.exporting import Table, TooManyRows, as_csv, as_workbook, plain
from imports.formulas import original
from imports.models import Import, RejectedRow, Source
from imports.reading import open_sheet
from tests.imports.exports import sheet
from tests.imports.test_formulas import CORPUS

NEGATIVE = Decimal("-1234.5000")


def table(*rows: Sequence[Any], header: Sequence[str] = ("a", "b")) -> Table:
    return Table(name="file", header=header, rows=rows)


def text_of(given_table: Table) -> str:
    return b"".join(as_csv(given_table)).decode("utf-8-sig")


def book_of(given_table: Table) -> list[list[Any]]:
    with as_workbook(given_table) as file:
        return sheet(file.read())


def test_csv_says_that_it_is_utf_8_and_keeps_umlauts_and_lines() -> None:
    data = b"".join(as_csv(table(("Müller & Söhne", 'two\nlines, "quoted"; ≠'))))
    assert data.startswith(codecs.BOM_UTF8)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["a", "b"], ["Müller & Söhne", 'two\nlines, "quoted"; ≠']]


def test_a_negative_number_stays_one_where_the_same_text_is_kept_still() -> None:
    assert text_of(table((NEGATIVE, "-1234.50"))) == "a,b\r\n-1234.50,'-1234.50\r\n"
    assert book_of(table((NEGATIVE, "-1234.50")))[1] == [-1234.5, "-1234.50"]


def test_unknown_is_empty_and_never_zero() -> None:
    assert text_of(table((None, 0))) == "a,b\r\n,0\r\n"
    assert book_of(table((None, 0)))[1] == ["", 0]


def test_days_are_days() -> None:
    day = dt.date(2026, 1, 31)
    assert text_of(table((day, True))) == "a,b\r\n2026-01-31,yes\r\n"
    assert book_of(table((day, False)))[1] == [day, "no"]


@pytest.mark.parametrize("text", CORPUS)
def test_a_workbook_holds_formulas_as_text(text: str) -> None:
    assert book_of(table((text, "https://evil.example")))[1] == [text, "https://evil.example"]


def test_a_number_that_a_spreadsheet_would_round_is_text_in_a_workbook() -> None:
    exact = Decimal("12345678901234.5678")
    assert book_of(table((exact, 1)))[1] == ["12345678901234.5678", 1]


@pytest.mark.parametrize("write", [text_of, lambda it: ",".join(book_of(it)[0]) + "\r\n"])
def test_an_empty_list_is_a_header(write: Any) -> None:
    assert write(table()) == "a,b\r\n"


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4) | st.decimals(
    min_value=-1000, max_value=1000, places=8))  # fmt: skip
def test_a_number_is_read_as_the_same_number(number: Decimal) -> None:
    assert parse_decimal(plain(number), ".") == number
    # Three decimals could be thousands: then the whole file would have to be asked about.
    assert len(plain(number).partition(".")[2]) != 3


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_any_text_comes_back_from_a_csv(rows: list[list[str]]) -> None:
    kept = [[cell.replace("\0", "") for cell in row] for row in rows]
    read = list(csv.reader(io.StringIO(text_of(table(*kept)), newline="")))
    assert [[original(cell) for cell in row] for row in read[1:]] == kept


def test_the_importer_reads_a_csv_without_being_told_how(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"".join(as_csv(table(("=1;2", "ä\tb"), ("-", NEGATIVE)))))
    found = open_sheet(path)
    assert (found.encoding, found.delimiter, found.columns) == ("utf-8-sig", ",", ("a", "b"))
    # A tab within a cell is read as a space.
    assert [record.cells for record in found.records()] == [["=1;2", "ä b"], ["-", "-1234.50"]]


def test_rows_are_read_while_they_are_written() -> None:
    asked = 0

    def rows() -> Iterator[tuple[str, int]]:
        nonlocal asked
        for asked in itertools.count():
            yield "x" * 100, asked

    pieces = as_csv(Table(name="file", header=("a", "b"), rows=rows()))
    assert next(pieces) == codecs.BOM_UTF8
    assert 50_000 < len(next(pieces)) < 100_000
    assert asked < 1000


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 3)
    assert len(book_of(table((1, 2), (3, 4)))) == 3
    with pytest.raises(TooManyRows):
        as_workbook(table((1, 2), (3, 4), (5, 6)))


def test_a_person_is_told_that_a_workbook_is_full(
    admin: User, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source.objects.create(name="erp")
    load = Import.objects.create(kind="partners", source=source, file_name="x", path="x", size=1)
    RejectedRow.objects.create(load=load, row=2, column="a", value="=1", reason="no")
    client: Client = sign_in(admin)
    url = f"/imports/{load.public_id}/rejected.xlsx"
    assert sheet(b"".join(client.get(url).streaming_content))[1] == [2, "a", "=1", "no"]  # type: ignore[attr-defined]
    monkeypatch.setattr(exporting, "MOST_ROWS", 1)
    answer = client.get(url, {"q": "x"})
    assert answer["Location"] == f"/imports/{load.public_id}/?q=x"
    (told,) = get_messages(answer.wsgi_request)
    assert "take CSV" in str(told)
