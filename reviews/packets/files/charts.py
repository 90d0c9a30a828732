"""Charts as PowerPoint keeps them: parts with their numbers in a workbook, to be edited."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.util import Pt

from channelhub.lib.text import clipped
from reviews.packets.document import Document

# A category is a label on an axis, not a text.
LABEL_MAX = 40
FAINT = RGBColor(0xB4, 0xBC, 0xC6)


class _PlainWorkbook(CategoryWorkbookWriter):  # type: ignore[misc]
    """The workbook behind a chart, in which a name that begins with = stays a name."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: Any) -> Iterator[tuple[Any, Any]]:
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(xlsx_file, options) as book:
            yield book, book.add_worksheet()


class _ChartData(CategoryChartData):  # type: ignore[misc]
    """The numbers of a chart, kept in a `_PlainWorkbook`."""

    @property
    def _workbook_writer(self) -> _PlainWorkbook:
        return _PlainWorkbook(self)


def add_chart(slide: Any, chart: Document, box: tuple[Any, ...], colour: str) -> None:
    """Draw a chart of a document into a box: left, top, width, height."""
    data = _ChartData(number_format="#,##0")
    # Bars that lie are listed from the bottom.
    order = -1 if chart["flat"] else 1
    data.categories = [clipped(name, LABEL_MAX) or "?" for name in chart["categories"][::order]]
    for series in chart["series"]:
        values = [None if v is None else float(Decimal(v)) for v in series["values"][::order]]
        data.add_series(series["name"], values)
    kind = XL_CHART_TYPE.BAR_CLUSTERED if chart["flat"] else XL_CHART_TYPE.COLUMN_CLUSTERED
    drawn = slide.shapes.add_chart(kind, *box, data).chart
    drawn.font.size = Pt(11)
    drawn.has_title = False
    several = len(chart["series"]) > 1
    drawn.has_legend = several
    if several:
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
    drawn.plots[0].gap_width = 60
    drawn.plots[0].overlap = -5
    for number, series in enumerate(drawn.plots[0].series):
        fill = series.format.fill
        fill.solid()
        fill.fore_color.rgb = FAINT if number else RGBColor.from_string(colour)
        series.invert_if_negative = False
    _axes(drawn)


def _axes(drawn: Any) -> None:
    drawn.value_axis.tick_labels.number_format = '[>=1000000]0.0,,"M";[>=1000]0,"K";0'
    drawn.value_axis.tick_labels.number_format_is_linked = False
    drawn.value_axis.major_gridlines.format.line.color.rgb = RGBColor(0xE3, 0xE7, 0xEB)
    drawn.value_axis.format.line.fill.background()
    # Below the lowest bar, also where returns go below zero.
    drawn.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
