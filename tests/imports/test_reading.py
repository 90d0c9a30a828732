"""Encodings, delimiters, headers, lines and everything a file may do wrong."""

import pytest

from imports.problems import Unreadable
from imports.reading import Row, Sheet, open_sheet
from tests.imports.files import Write


def cells(sheet: Sheet) -> list[list[str]]:
    return [record.cells for record in sheet.records()]


def records(sheet: Sheet) -> list[Row]:
    return list(sheet.records())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_umlauts_survive_each_encoding(write: Write, encoding: str) -> None:
    sheet = open_sheet(write("id,name\n1,Müller & Söhne\n", encoding=encoding))
    assert sheet.columns == ("id", "name")
    assert cells(sheet) == [["1", "Müller & Söhne"]]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write: Write, mark: str) -> None:
    text = f"id{mark}name, first{mark}price\n1{mark}Ann{mark}1.5\n2{mark}Bob{mark}2.5\n"
    text = text if mark != "," else text.replace("name, first", '"name, first"')
    assert open_sheet(write(text)).columns == ("id", "name, first", "price")


def test_one_column_needs_no_delimiter(write: Write) -> None:
    assert open_sheet(write("id\n1\n2\n")).columns == ("id",)


def test_lines_are_counted_as_an_editor_does(write: Write) -> None:
    text = 'id,name\n\n1,"two\nlines"\n\n\n2,x\n'
    assert [(r.line, r.cells[0]) for r in records(open_sheet(write(text)))] == [(3, "1"), (7, "2")]


def test_windows_line_ends_count_once(write: Write) -> None:
    sheet = open_sheet(write("id,name\r\n1,a\r\n2,b\r\n"))
    assert [(r.line, r.cells) for r in records(sheet)] == [(2, ["1", "a"]), (3, ["2", "b"])]


def test_rows_of_another_width_say_so_and_the_rest_is_read(write: Write) -> None:
    first, second, third = records(open_sheet(write("a,b\n1\n1,2,3\n1,2\n")))
    assert (first.line, first.problem) == (2, "The row has 1 cells, the header 2.")
    assert (second.line, second.problem) == (3, "The row has 3 cells, the header 2.")
    assert third.cells == ["1", "2"]


def test_empty_cells_too_many_and_empty_rows_are_no_matter(write: Write) -> None:
    assert cells(open_sheet(write("a,b\n1,2,,\n , \n,\n3,4\n"))) == [["1", "2"], ["3", "4"]]


def test_empty_lines_before_the_header_are_no_matter(write: Write) -> None:
    sheet = open_sheet(write("\n,,\nid,name,\n1,a,\n"))
    assert sheet.columns == ("id", "name", "Column 3")
    assert [record.line for record in records(sheet)] == [4]


def test_repeated_and_blank_headers_get_names_of_their_own(write: Write) -> None:
    assert open_sheet(write("price,,price\n1,2,3\n")).columns == (
        "price (1)",
        "Column 2",
        "price (2)",
    )


def test_quotes_that_do_not_pair_up_spoil_one_row(write: Write) -> None:
    bad, good = records(open_sheet(write('a,b\n"x"y,2\n3,4\n')))
    assert bad.problem.startswith("Its quotes do not pair up")
    assert (good.line, good.cells) == (3, ["3", "4"])


def test_an_inch_sign_is_no_quote(write: Write) -> None:
    assert cells(open_sheet(write('a,b\n5" disc,2\n'))) == [['5" disc', "2"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"PK\x03\x04rest", "begins like a workbook, but is damaged"),
        (b"a\x00\x00\x00\x00b\x00\x00\x00", "not a text file"),
        (b'a,b\n1,"never closed\n2,3\n', "line 2 is never closed"),
        (b"\xef\xbb\xbfa,b\n1,\xff\n", "not utf-8-sig text"),
        (b"a,b\n1,\x81\n", "not cp1252 text"),
        (b"a,b\n" + b"x" * 1_000_001 + b",1\n", "longer than a million"),
    ],
)
def test_what_cannot_be_read_says_why(write: Write, content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        records(open_sheet(write(content)))


def test_a_missing_file_is_named(write: Write) -> None:
    with pytest.raises(Unreadable, match=r"nowhere\.csv cannot be read"):
        open_sheet(write("").with_name("nowhere.csv"))


@pytest.mark.parametrize("encoding", ["nope", "rot13", "zip", "undefined"])
def test_what_is_no_encoding_of_text_is_refused(write: Write, encoding: str) -> None:
    with pytest.raises(Unreadable, match="is not an encoding"):
        open_sheet(write("id,name\n1,A\n"), encoding=encoding)


def test_a_control_character_in_a_header_is_shown_as_a_sign(write: Write) -> None:
    sheet = open_sheet(write("i\x01d,name\n1,a\x01b\n"))
    assert sheet.columns == ("i\u2401d", "name")
    (row,) = records(sheet)
    assert row.problem == "The cell holds a control character."
