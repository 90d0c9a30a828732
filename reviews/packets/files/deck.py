"""The deck: slides with charts that can be edited, for the meeting itself."""

import datetime as dt
import functools
import io
from collections.abc import Iterator, Sequence
from typing import Any

from pptx import Presentation
from pptx.util import Inches

from channelhub.lib.text import clipped
from reviews.packets.document import Document
from reviews.packets.files import style as words
from reviews.packets.files.charts import add_chart
from reviews.packets.files.shapes import TEXT, Line, bar, grid, text_box
from reviews.packets.files.style import Style, breakable

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
EDGE, TOP = Inches(0.6), Inches(1.4)
INNER = WIDTH - 2 * EDGE
BODY = HEIGHT - TOP - Inches(0.9)
SOFT, GROUND = "5B6470", "F4F6F8"
BLANK = 6
CARDS, CARD_COLUMNS, CARD_GAP = 8, 4, Inches(0.18)
TABLE_ROWS, ROW_HEIGHT = 9, Inches(0.47)
# What fits; the PDF and the spreadsheet hold the whole text.
CELL_MAX, CARD_MAX, COMMENT_MAX, NAME_MAX = 60, 140, 1300, 80
COMMENT_LINES = 18
NUMERIC = {"money", "percent", "number"}


def deck(document: Document, style: Style) -> bytes:
    """A document as PowerPoint: text as text, charts as charts."""
    made = _Deck(document, style)
    made.first()
    for section in words.sections_shown(document):
        made.section(section)
    made.number()
    target = io.BytesIO()
    made.show.save(target)
    return target.getvalue()


@functools.cache
def _empty() -> bytes:
    """A presentation without slides, 16 by 9; read from the package once."""
    show = Presentation()
    show.slide_width, show.slide_height = WIDTH, HEIGHT
    target = io.BytesIO()
    show.save(target)
    return target.getvalue()


class _Deck:
    """Adds slides to one presentation."""

    def __init__(self, document: Document, style: Style) -> None:
        self.document, self.style = document, style
        self.show = Presentation(io.BytesIO(_empty()))
        colours = words.colours(document)
        self.fill, self.ink, self.on = (
            colours[name].removeprefix("#").upper() for name in ("fill", "ink", "on")
        )
        properties = self.show.core_properties
        properties.title = clipped(words.heading(document), 200)
        properties.author = clipped(document["organisation"]["name"], 200)
        made = dt.datetime.fromisoformat(document["made_at"]).replace(tzinfo=None)
        properties.created = properties.modified = made

    def first(self) -> None:
        """Who reviews whom."""
        slide, document = self._slide(), self.document
        bar(slide, (0, 0, WIDTH, Inches(4.6)), self.fill)
        partner = clipped(document["partner"]["name"], NAME_MAX)
        lines = (
            (clipped(document["organisation"]["name"], NAME_MAX), 16),
            (partner, 38 if len(partner) < 45 else 28),
            (words.heading(document), 22),
            (words.facts_line(document), 14),
        )
        text_box(
            slide,
            (EDGE, Inches(0.5), INNER - Inches(2.6), Inches(3.8)),
            [self._line(text, size, bold=size > 22, colour=self.on) for text, size in lines],
            middle=True,
        )
        self._logo(slide)
        if document["agenda"]:
            agenda = clipped(document["agenda"], 500)
            text_box(
                slide,
                (EDGE, Inches(4.85), INNER, Inches(2.2)),
                [self._line("Agenda", 14, bold=True, colour=self.ink), self._line(agenda, 13)],
            )

    def section(self, section: Document) -> None:
        """The slides of one section: comments, figures, charts, tables."""
        title = section["title"]
        for each in section["comments"]:
            self._comment(title, each)
        for part in _batches(section["figures"], CARDS):
            self._cards(self._titled(title), part)
        for chart in section["charts"]:
            self._chart(title, chart)
        for table in section["tables"]:
            self._table(title, table)

    def number(self) -> None:
        """Who may read it and which slide it is, on each but the first."""
        slides = list(self.show.slides)
        partner = clipped(self.document["partner"]["name"], 60)
        for count, slide in enumerate(slides[1:], start=2):
            said = f"{partner} · {words.audience(self.document)} · {count} / {len(slides)}"
            line = self._line(said, 10, colour=SOFT)
            text_box(slide, (EDGE, HEIGHT - Inches(0.5), INNER, Inches(0.35)), [line])

    def _line(
        self, text: str, size: float, *, bold: bool = False, colour: str = "", link: str = ""
    ) -> Line:
        address = self.style.link(link)
        return Line(text=breakable(text), size=size, bold=bold, link=address, colour=colour or TEXT)

    def _slide(self) -> Any:
        return self.show.slides.add_slide(self.show.slide_layouts[BLANK])

    def _titled(self, title: str, beside: str = "") -> Any:
        slide = self._slide()
        lines = [self._line(clipped(title, NAME_MAX), 26, bold=True, colour=self.ink)]
        if beside:
            lines.append(self._line(clipped(beside, NAME_MAX), 14, colour=SOFT))
        text_box(slide, (EDGE, Inches(0.3), INNER, Inches(0.95)), lines)
        bar(slide, (EDGE, Inches(1.28), INNER, Inches(0.02)), self.fill)
        return slide

    def _cards(self, slide: Any, cards: Sequence[Document]) -> None:
        width = (INNER - CARD_GAP * (CARD_COLUMNS - 1)) // CARD_COLUMNS
        height = (BODY - CARD_GAP) // 2
        for number, figure in enumerate(cards):
            row, column = divmod(number, CARD_COLUMNS)
            left = EDGE + column * (width + CARD_GAP)
            top = TOP + Inches(0.15) + row * (height + CARD_GAP)
            text_box(slide, (left, top, width, height), self._card(figure), fill=GROUND)

    def _card(self, figure: Document) -> list[Line]:
        known = figure["value"] is not None
        value = words.shown(figure["value"], figure["kind"], figure["unit"])
        lines = [
            self._line(clipped(figure["label"], 70), 13, colour=SOFT),
            self._line(
                clipped(value, 60),
                24 if len(value) <= 14 else 16,
                bold=known,
                colour=self.ink if known else SOFT,
            ),
        ]
        if beside := words.beside(figure):
            lines.append(self._line(clipped(beside, CARD_MAX), 11))
        source = clipped(words.source_line(figure), 140)
        return [*lines, self._line(source, 9, colour=SOFT, link=figure["link"])]

    def _chart(self, title: str, chart: Document) -> None:
        slide = self._titled(title, f"{chart['caption']}, {chart['unit']}")
        add_chart(slide, chart, (EDGE, TOP, INNER, BODY - Inches(0.1)), self.fill)
        self._source(slide, chart)

    def _table(self, title: str, table: Document) -> None:
        unit = f", {table['unit']}" if table["unit"] else ""
        caption = f"{table['caption']}{unit}"
        parts = list(_batches(table["rows"], TABLE_ROWS))
        if not parts:
            slide = self._titled(title, caption)
            line = self._line(clipped(table["empty"], 300), 16, colour=SOFT)
            text_box(slide, (EDGE, TOP + Inches(0.2), INNER, Inches(1.5)), [line])
            self._source(slide, table)
        for number, rows in enumerate(parts, start=1):
            of = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
            slide = self._titled(title, f"{caption}{of}")
            self._grid(slide, table["columns"], rows)
            self._source(slide, table, words.more(table) if number == len(parts) else "")

    def _grid(self, slide: Any, columns: list[Document], rows: Sequence[Document]) -> None:
        kinds = [column["kind"] for column in columns]
        head = [
            self._cell(column["label"], column["kind"], bold=True, colour=self.on)
            for column in columns
        ]
        body = [
            [
                self._cell(words.cell(value, kind), kind)
                for value, kind in zip(row["cells"], kinds, strict=True)
            ]
            for row in rows
        ]
        box = (EDGE, TOP + Inches(0.1), INNER, ROW_HEIGHT * (len(rows) + 1))
        grid(slide, box, _widths(kinds), [head, *body], self.fill)

    def _cell(self, text: str, kind: str, *, bold: bool = False, colour: str = "") -> Line:
        one_line = breakable(clipped(" ".join(text.split()), CELL_MAX))
        right = kind in NUMERIC
        return Line(text=one_line, size=12, bold=bold, right=right, colour=colour or TEXT)

    def _comment(self, title: str, comment: Document) -> None:
        slide = self._titled(title, words.comment_by(comment))
        text = _first_lines(clipped(comment["text"], COMMENT_MAX))
        size = 18 if len(text) < 500 else 13
        text_box(slide, (EDGE, TOP + Inches(0.15), INNER, BODY), [self._line(text, size)])

    def _source(self, slide: Any, part: Document, more: str = "") -> None:
        said = f"{more} {clipped(words.source_line(part), 200)}".strip()
        line = self._line(said, 10, colour=SOFT, link=part["link"])
        text_box(slide, (EDGE, HEIGHT - Inches(0.8), INNER, Inches(0.35)), [line])

    def _logo(self, slide: Any) -> None:
        if not self.style.logo:
            return
        logo = io.BytesIO(self.style.logo)
        picture = slide.shapes.add_picture(logo, WIDTH - EDGE - Inches(2.2), Inches(0.6))
        scale = min(Inches(2.2) / picture.width, Inches(1.2) / picture.height)
        picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
        picture.left = WIDTH - EDGE - picture.width


def _widths(kinds: list[str]) -> list[int]:
    """Columns as wide as what is in them needs; the first one has the most to say."""
    weights = [2.0 if kind == "text" else 1.5 for kind in kinds]
    weights[0] = max(weights[0], 3.4)
    return [int(INNER * weight / sum(weights)) for weight in weights]


def _batches(rows: Sequence[Document], size: int) -> Iterator[Sequence[Document]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _first_lines(text: str) -> str:
    lines = text.split("\n")
    return text if len(lines) <= COMMENT_LINES else "\n".join([*lines[:COMMENT_LINES], "…"])
