"""Tables on their way out, as CSV or as a workbook. It knows no kind and no list.

Cells are typed by their value: text is text, whatever it looks like; numbers are numbers, days
are days. Rows are read while they are written, so that memory stays flat at any length.
"""

import codecs
import csv
import dataclasses
import datetime as dt
import io
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from imports.formulas import harmless
from imports.kinds import Kind
from imports.models import Source

# Who took which list out of the house: operators keep this log (docs/operations.md).
logger = logging.getLogger("channelhub.exports")
CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rows of a sheet, the header among them, and characters of a cell.
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
SEND_CHARACTERS = 1 << 16


class FormatConverter:
    """The ending of an export's address: `<format:file_format>`."""

    regex = f"{CSV}|{XLSX}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class TooManyRows(Exception):
    """A workbook holds fewer rows than there are."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """Rows to be told; `name` is the file's, without its ending.

    `rows` can be read once. `size`, where counting is cheap, is asked before a workbook is begun.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]
    size: Callable[[], int] | None = None


def table_of(
    kind: Kind,
    records: Any,
    *,
    name: str,
    source: Source | None = None,
    without: Sequence[str] = (),
) -> Table:
    """Records as a file that can be imported as this kind again, under the source if there is one.

    Args:
        kind: says which fields are kept, and where.
        records: a queryset of the kind's own records, or what else it understands.
        name: of the file.
        source: whose ids are told.
        without: names of fields that the reader is not to see.
    """
    labels = {field.name: field.label for field in kind.fields}
    kept = list(kind.kept(source))
    shown = [place for place, field in enumerate(kept) if field not in without]
    rows = kind.rows(records, source)
    return Table(
        name=f"{name}-{source.name}" if source else name,
        header=[labels[kept[place]] for place in shown],
        rows=([row[place] for place in shown] for row in rows) if without else rows,
        size=records.count if hasattr(records, "query") else None,
    )


def chosen_source(request: HttpRequest, sources: Iterable[Source]) -> Source | None:
    """The source asked for by ?source=, else the first one, or None where there is none.

    Raises:
        Http404: none of them is called so.
    """
    asked, known = request.GET.get("source"), list(sources)
    if asked is None:
        return known[0] if known else None
    for source in known:
        if source.name == asked:
            return source
    raise Http404


def send(request: HttpRequest, table: Table, file_format: str) -> HttpResponseBase:
    """The answer to a person who asked for a table; back to its list where it does not fit."""
    who = getattr(request.user, "public_id", "nobody")
    logger.info("person %s exported %s as %s: %s", who, table.name, file_format, request.path)
    if file_format == CSV:
        answer = StreamingHttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{table.name}.csv"'
        return answer
    try:
        book = as_workbook(table)
    except TooManyRows:
        messages.error(
            request,
            f"A workbook holds {MOST_ROWS:,} rows, and this list has more. Filter it, or take CSV.",
        )
        return redirect(f"{request.path.rpartition('/')[0]}/?{request.GET.urlencode()}")
    return FileResponse(
        book, as_attachment=True, filename=f"{table.name}.xlsx", content_type=XLSX_TYPE
    )


# --- CSV ---------------------------------------------------------------------------------------


def as_csv(table: Table) -> Iterator[bytes]:
    """The table as CSV in UTF-8, with the mark that tells a spreadsheet so, piece by piece."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield codecs.BOM_UTF8
    writer.writerow([harmless(label) for label in table.header])
    for row in table.rows:
        writer.writerow([as_text(cell) for cell in row])
        if buffer.tell() > SEND_CHARACTERS:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_text(cell: Any) -> str:
    """A value as a cell of a text file."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, dt.datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M}"
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def plain(number: Decimal) -> str:
    """A number with a decimal point: whole, or of two decimals or more, but never of three.

    1.234 could be a thousand in another country; 1.2340 could not.
    """
    exact = number.normalize()
    exponent = exact.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    if decimals <= 0:
        return f"{exact:.0f}"
    return f"{exact:.{4 if decimals == 3 else max(decimals, 2)}f}"


# --- A workbook --------------------------------------------------------------------------------


def as_workbook(table: Table) -> IO[bytes]:
    """The table as a workbook in a temporary file, which is gone once it is closed.

    Raises:
        TooManyRows: a sheet does not hold it.
    """
    if table.size and table.size() >= MOST_ROWS:
        raise TooManyRows
    # Closed, and with it deleted, by whoever sends it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        _Book(file).write(table)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class _Book:
    """Writes one sheet row by row; what is written is not kept in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self.book = Workbook(
            file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self.sheet: Worksheet = self.book.add_worksheet()
        self.day = self._format("yyyy-mm-dd")
        self.moment = self._format("yyyy-mm-dd hh:mm")
        self.whole = self._format("0")
        self.money = self._format("#,##0.00##")

    def write(self, table: Table) -> None:
        """Write the table. Raises TooManyRows; the book is closed in any case."""
        try:
            self._write(table)
        finally:
            self.book.close()

    def _write(self, table: Table) -> None:
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, max(len(table.header) - 1, 0), 18)
        bold = self.book.add_format({"bold": True})
        for place, label in enumerate(table.header):
            self.sheet.write_string(0, place, label, bold)
        for number, row in enumerate(table.rows, start=1):
            if number >= MOST_ROWS:
                raise TooManyRows
            for place, cell in enumerate(row):
                self._cell(number, place, cell)

    def _cell(self, row: int, place: int, cell: Any) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, str):
            self.sheet.write_string(row, place, cell[:MOST_CHARACTERS])
        elif isinstance(cell, bool):
            self.sheet.write_string(row, place, "yes" if cell else "no")
        elif isinstance(cell, (int, Decimal)):
            self._number(row, place, Decimal(cell))
        elif isinstance(cell, dt.datetime):
            moment = timezone.localtime(cell).replace(tzinfo=None)
            self.sheet.write_datetime(row, place, moment, self.moment)
        else:
            self.sheet.write_datetime(row, place, cell, self.day)

    def _number(self, row: int, place: int, number: Decimal) -> None:
        """A number; as text where a spreadsheet, which keeps 15 digits, would change it."""
        if len(number.normalize().as_tuple().digits) > 15:
            self.sheet.write_string(row, place, plain(number))
            return
        whole = number == number.to_integral_value()
        self.sheet.write_number(row, place, float(number), self.whole if whole else self.money)

    def _format(self, pattern: str) -> Format:
        return self.book.add_format({"num_format": pattern})
