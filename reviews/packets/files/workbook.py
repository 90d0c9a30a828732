"""The spreadsheet: every figure with its source on one sheet, every table on its own."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import xlsxwriter

from channelhub.lib import figures
from channelhub.lib.text import clipped
from reviews.packets.document import Document
from reviews.packets.files import style as words
from reviews.packets.files.style import Style

PAPER = {"a4": 9, "letter": 1}
FORMATS = {"money": "#,##0.00", "percent": "0.00", "number": "#,##0", "day": "yyyy-mm-dd"}
WIDTHS = {"text": 34, "money": 16, "percent": 12, "number": 10, "day": 12}
CELL_MAX = 32_000
FIGURES = (
    ("Section", 22), ("Figure", 40), ("Value", 18), ("Unit", 8), ("From", 12), ("To", 12),
    ("Source", 50), ("Known by", 12), ("Owed by", 30), ("Note", 40),
    ("Last packet said", 18), ("Why it differs", 36), ("Link", 30),
)  # fmt: skip


def workbook(document: Document, style: Style) -> bytes:
    """A document as an Excel file in which no text is a formula or a link by itself."""
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties(
            {
                "title": clipped(words.heading(document), 200),
                "author": clipped(document["organisation"]["name"], 200),
                "created": dt.datetime.fromisoformat(document["made_at"]).replace(tzinfo=None),
            }
        )
        _Sheets(book, document, style).write()
    return target.getvalue()


class _Sheets:
    """Writes the sheets of one book."""

    def __init__(self, book: Any, document: Document, style: Style) -> None:
        self.book, self.document, self.style = book, document, style
        ink = words.colours(document)["ink"]
        self.head = book.add_format(
            {"bold": True, "font_color": ink, "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": ink})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.unknown = book.add_format({"italic": True, "font_color": "#5b6470", "valign": "top"})
        self.kinds = {
            kind: book.add_format({"num_format": shape, "valign": "top"})
            for kind, shape in FORMATS.items()
        }

    def write(self) -> None:
        """The figures, then every table and chart, then what was said."""
        self._figures()
        for section in words.sections_shown(self.document):
            for table in section["tables"]:
                self._table(section, table)
            for chart in section["charts"]:
                self._chart(chart)
        self._comments()

    def _sheet(self, name: str, widths: list[int]) -> Any:
        sheet = self.book.add_worksheet(name[:31])
        sheet.set_paper(PAPER[self.style.paper])
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def _figures(self) -> None:
        sheet = self._sheet("Figures", [width for _, width in FIGURES])
        document = self.document
        partner = f"{document['partner']['name']} ({document['partner']['number']})"
        self._text(sheet, 0, 0, f"{words.heading(document)}, {partner}", self.title)
        self._text(sheet, 1, 0, words.facts_line(document), None)
        self._text(sheet, 2, 0, words.audience(document), None)
        for column, (label, _) in enumerate(FIGURES):
            self._text(sheet, 4, column, label, self.head)
        row = 5
        for section in document["sections"]:
            for figure in section["figures"]:
                self._figure(sheet, row, section["title"], figure)
                row += 1
        sheet.freeze_panes(5, 2)

    def _figure(self, sheet: Any, row: int, section: str, figure: Document) -> None:
        then = figure.get("was") or {}
        unit = "%" if figure["kind"] == "percent" else figure["unit"]
        values = (
            (section, "text"), (figure["label"], "text"), (figure["value"], figure["kind"]),
            (unit, "text"), (figure["first"], "day"), (figure["last"], "day"),
            (figure["source"], "text"), (figure["known_by"], "day"), (figure["owed_by"], "text"),
            (figure["note"], "text"), (then.get("value"), figure["kind"] if then else "text"),
            (then.get("why"), "text"),
        )  # fmt: skip
        for column, (value, kind) in enumerate(values):
            self._value(sheet, row, column, value, kind, known=column != 2)
        self._link(sheet, row, len(values), figure["link"])

    def _table(self, section: Document, table: Document) -> None:
        columns = table["columns"]
        sheet = self._sheet(
            self._name(section["title"]), [WIDTHS[column["kind"]] for column in columns]
        )
        unit = f", {table['unit']}" if table["unit"] else ""
        self._text(sheet, 0, 0, f"{table['caption']}{unit}", self.title)
        self._text(sheet, 1, 0, words.source_line(table), None)
        for number, column in enumerate(columns):
            self._text(sheet, 3, number, column["label"], self.head)
        for row, each in enumerate(table["rows"], start=4):
            for number, column in enumerate(columns):
                kind = column["kind"]
                known = kind in {"text", "day"}
                self._value(sheet, row, number, each["cells"][number], kind, known=known)
            self._link(sheet, row, len(columns), each["link"])
        end = 4 + len(table["rows"])
        if not table["rows"]:
            self._text(sheet, end, 0, table["empty"], None)
        self._text(sheet, end + 1, 0, words.more(table), None)
        sheet.freeze_panes(4, 1)

    def _chart(self, chart: Document) -> None:
        names = [series["name"] for series in chart["series"]]
        sheet = self._sheet(self._name(chart["caption"]), [34, *(18 for _ in names)])
        self._text(sheet, 0, 0, f"{chart['caption']}, {chart['unit']}", self.title)
        self._text(sheet, 1, 0, words.source_line(chart), None)
        for number, name in enumerate(names, start=1):
            self._text(sheet, 3, number, name, self.head)
        for row, category in enumerate(chart["categories"], start=4):
            self._text(sheet, row, 0, category, self.text)
            for number, series in enumerate(chart["series"], start=1):
                value = series["values"][row - 4]
                self._value(sheet, row, number, value, "money", known=False)

    def _comments(self) -> None:
        said = [
            (section["title"], comment)
            for section in self.document["sections"]
            for comment in section["comments"]
        ]
        if not said:
            return
        sheet = self._sheet("Comments", [26, 30, 100])
        for number, label in enumerate(("Section", "Who", "What")):
            self._text(sheet, 0, number, label, self.head)
        for row, (title, comment) in enumerate(said, start=1):
            for number, text in enumerate((title, words.comment_by(comment), comment["text"])):
                self._text(sheet, row, number, text, self.text)

    def _name(self, wanted: str) -> str:
        """A sheet's name that is not taken: at most 31 letters that Excel takes."""
        base = "".join(" " if letter in "[]:*?/\\'" else letter for letter in wanted)[:27].strip()
        taken = {name.lower() for name in self.book.sheetnames}
        number, name = 2, base
        while name.lower() in taken:
            number, name = number + 1, f"{base} {number}"
        return name

    def _value(
        self, sheet: Any, row: int, column: int, value: str | None, kind: str, *, known: bool
    ) -> None:
        if value is None or value == "":
            if not known:
                sheet.write_string(row, column, figures.UNKNOWN, self.unknown)
        elif kind == "day":
            sheet.write_datetime(row, column, dt.date.fromisoformat(value), self.kinds[kind])
        elif kind in FORMATS:
            # A count is whole, other numbers may have decimals.
            shape = self.kinds["percent" if kind == "number" and "." in value else kind]
            sheet.write_number(row, column, float(Decimal(value)), shape)
        else:
            self._text(sheet, row, column, value, self.text)

    def _text(self, sheet: Any, row: int, column: int, text: str, shape: Any) -> None:
        if text:
            sheet.write_string(row, column, clipped(text, CELL_MAX), shape)

    def _link(self, sheet: Any, row: int, column: int, path: str) -> None:
        if address := self.style.link(path):
            sheet.write_url(row, column, address, string="Open")
