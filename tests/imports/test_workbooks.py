"""Workbooks: which sheet, which row names the columns, and how values become text."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import call_command

from imports.problems import Unreadable
from imports.reading import Sheet, open_sheet
from partners.models import Partner, PartnerStatus

Book = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Writes a workbook: `book([["id"], [1]])`, or several sheets by name."""

    def write(
        rows: Sequence[Sequence[Any]] = (), *, name: str = "book.xlsx", top: int = 0, left: int = 0,
        **sheets: Sequence[Sequence[Any]],
    ) -> Path:  # fmt: skip
        path = tmp_path / name
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as made:
            for title, content in (sheets or {"Sheet1": rows}).items():
                sheet = made.add_worksheet(title)
                for number, row in enumerate(content):
                    sheet.write_row(top + number, left, row)
        return path

    return write


def cells(sheet: Sheet) -> list[list[str]]:
    return [row.cells for row in sheet.records()]


def test_values_are_as_a_person_would_have_typed_them(book: Book) -> None:
    day = dt.datetime(2024, 1, 31)  # noqa: DTZ001 - a workbook knows no time zone
    sheet = open_sheet(book([
        ["id", "day", "when", "price", "count", "key"],
        ["007", day, day.replace(hour=14, minute=5), 0.1 + 0.2, 12.0, True],
    ]))  # fmt: skip
    assert sheet.is_workbook
    assert cells(sheet) == [["007", "2024-01-31", "2024-01-31 14:05:00", "0.3", "12", "yes"]]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e15, "1000000000000000"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
        (123456789.123, "123456789.123"),
    ],
)
def test_numbers_carry_no_noise_and_no_exponent(book: Book, value: float, text: str) -> None:
    assert cells(open_sheet(book([["n", "m"], [value, "x"]])))[0][0] == text


def test_the_first_sheet_that_holds_anything_is_read(book: Book) -> None:
    path = book(Notes=[], Data=[["id", "name"], ["1", "A"]], Later=[["x", "y"], ["1", "2"]])
    sheet = open_sheet(path)
    assert (sheet.sheets, sheet.sheet) == (("Notes", "Data", "Later"), "Data")
    assert open_sheet(path, sheet="Later").columns == ("x", "y")
    with pytest.raises(Unreadable, match=r"no sheet 'None'\. It has: Notes, Data, Later"):
        open_sheet(path, sheet="None")


def test_titles_above_and_columns_left_of_the_table_are_no_matter(book: Book) -> None:
    sheet = open_sheet(book([["Report"], [], ["id", "name"], ["1", "A"]], top=2, left=3))
    assert sheet.columns == ("id", "name")
    assert (sheet.header_line, sheet.above) == (5, 1)
    assert [(row.line, row.cells) for row in sheet.records()] == [(6, ["1", "A"])]


def test_what_it_is_counts_and_not_what_it_is_called(book: Book, tmp_path: Path) -> None:
    assert open_sheet(book([["a", "b"], [1, 2]], name="sales.csv")).columns == ("a", "b")
    text = tmp_path / "sales.xlsx"
    text.write_text("a,b\n1,2\n")
    assert open_sheet(text).columns == ("a", "b")


def test_formulas_count_by_the_value_they_had(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '=HYPERLINK("http://x")', None, "link")
    assert cells(open_sheet(path)) == [["2", "link"]]


def test_a_workbook_is_imported_like_a_text(book: Book, db: None) -> None:
    day = dt.datetime(2024, 1, 31)  # noqa: DTZ001 - a workbook knows no time zone
    path = book([["Partners of 2024"], ["External id", "Name", "Start"], ["1", "Ärzte & Co", day]])
    call_command("import_file", "partners", str(path), source="erp")
    partner = Partner.objects.get()
    assert partner.name == "Ärzte & Co"
    assert PartnerStatus.objects.get().valid.lower == dt.date(2024, 1, 31)


def test_its_numbers_are_written_with_a_point(book: Book, db: None) -> None:
    path = book([["currency", "rate", "type", "start"], ["EUR", 1.125, "plan", "2024-01-01"]])
    call_command("import_file", "rates", str(path), source="erp")


def archive(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", content)
    return path


def with_sheet(book: Book, xml: bytes) -> Path:
    """A workbook whose only sheet is this XML."""
    made, changed = book([["a", "b"], [1, 2]]), io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            sheet = entry.filename.endswith("sheet1.xml")
            new.writestr(entry, xml if sheet else old.read(entry))
    made.write_bytes(changed.getvalue())
    return made


SHEET = (
    b'<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    b'2006/main"><dimension ref="%s"/><sheetData>%s</sheetData></worksheet>'
)
CELL = b'<row r="%d"><c r="%s" t="n"><v>1</v></c></row>'


def test_a_cell_at_the_end_of_the_world_is_refused(book: Book) -> None:
    rows = CELL % (1, b"A1") + CELL % (1048576, b"XFD1048576")
    with pytest.raises(Unreadable, match=r"too much memory|Delete the cells|cannot be read"):
        open_sheet(with_sheet(book, SHEET % (b"", b"A1:XFD1048576", rows)))


def test_a_dimension_that_lies_is_no_matter(book: Book) -> None:
    rows = CELL % (1, b"A1") + CELL % (2, b"A2")
    assert cells(open_sheet(with_sheet(book, SHEET % (b"", b"A1:XFD1048576", rows)))) == [["1"]]


def test_a_billion_laughs_are_refused(book: Book) -> None:
    doctype = b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
    with pytest.raises(Unreadable, match="defines its own XML"):
        open_sheet(with_sheet(book, SHEET % (doctype, b"A1", CELL % (1, b"A1"))))


def test_a_zip_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = archive(tmp_path / "bomb.xlsx", xl__worksheets__sheet1=bytes(80 << 20))
    with pytest.raises(Unreadable, match="would unpack to 80 MB"):
        open_sheet(path)


def test_an_archive_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is no workbook that can be read"):
        open_sheet(archive(tmp_path / "letter.docx", word__document=b"<w/>"))


def test_a_truncated_one_says_so(book: Book) -> None:
    path = book([["a", "b"], [1, 2]])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(Unreadable, match="damaged"):
        open_sheet(path)


def test_one_that_takes_too_much_memory_says_so(book: Book, settings: Any) -> None:
    path = book([["a", "b"], *([f"text {n}", n] for n in range(60_000))])
    settings.IMPORT_CHILD_BYTES = 30 << 20
    with pytest.raises(Unreadable, match="too much memory"):
        open_sheet(path)
