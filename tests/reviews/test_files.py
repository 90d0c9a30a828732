"""The three files: hostile text stays text, charts are charts, every shape of data has room."""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pptx import Presentation
from pypdf import PdfReader

from channelhub.lib.text import plain
from reviews.packets.document import (
    Chart,
    Column,
    Figure,
    Origin,
    Row,
    Table,
    chart_json,
    figure_json,
    table_json,
)
from reviews.packets.files import FORMATS, PAPERS, Style, draw, file_name

HOSTILE = {
    "formula": "=cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "markup": "<script>alert(1)</script> & <b>",
    "typst": '#panic("x") *bold* $x^2$ @ref #read("/etc/passwd") // [a](b) = head',
    "control": "a\x00b\x07c\x1bd\ud800e",
    "bidi": "abc\u202etxt.exe\u202c",
    "long": "x" * 10_000,
    "backslash": "\\ _under_ `raw` ~ \\u{0041} -- \"quotes\" 'single'",
    "template": "{{ 7*7 }} {% now %} ${jndi:ldap://x}",
}
NAMES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
KNOWN = Origin(
    words="Source", known_by=dt.date(2026, 1, 20), first=dt.date(2025, 1, 1),
    last=dt.date(2025, 12, 31), link="/partners/",
)  # fmt: skip


def document(text: str = "Alpha", *, rows: int = 1, empty: bool = False) -> dict[str, Any]:
    """A packet that says one text wherever words can stand."""
    origin = Origin(words=text, known_by=KNOWN.known_by, link="/partners/?a=1&b=2")
    figure = Figure(
        key="f", label=text, kind="text", value=None if empty else text, origin=origin,
        note=text, owed_by=text, unit="USD",
    )  # fmt: skip
    table = Table(
        key="t",
        caption=text,
        columns=(Column("a", text), Column("b", text, "money"), Column("c", "Day", "day")),
        rows=() if empty else tuple(
            Row(cells=(text, Decimal(n), KNOWN.known_by), link="/x/") for n in range(rows)
        ),
        origin=origin,
        unit="USD",
        empty=text,
    )  # fmt: skip
    chart = Chart(
        key="c", caption=text, categories=(text, "Jan"), unit="USD", origin=origin, flat=True,
        series=((text, (Decimal(3), Decimal(-1))),),
    )  # fmt: skip
    upright = Chart(
        key="u", caption="By month", categories=("Jan", "Feb"), unit="USD", origin=KNOWN,
        series=(("Now", (Decimal(-5), None)), ("Before", (Decimal(7), Decimal(0)))),
    )  # fmt: skip
    said = plain(text)
    return {
        "format": 1,
        "version": 1,
        "organisation": {"name": said, "colour": "#0b6e6e", "currency": "USD"},
        "partner": {"name": said, "number": said},
        "quarter": {"name": said, "start": "2025-10-01", "end": "2025-12-31"},
        "agenda": said,
        "known_by": "2026-01-20",
        "made_at": "2026-01-26T12:00:00+00:00",
        "sections": [
            {
                "key": "s",
                "title": said,
                "comments": [{"kind": "shared", "text": said, "by": said}],
                "figures": [figure_json(figure)],
                "charts": [] if empty else [chart_json(chart), chart_json(upright)],
                "tables": [table_json(table)],
            }
        ],
    }


def text_of(name: str, content: bytes) -> str:
    return {"pdf": pdf_text, "pptx": deck_text, "xlsx": book_text}[name](content)


def pdf_text(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def deck_text(content: bytes) -> str:
    return "\n".join(node.text or "" for node in deck_nodes(content) if node.tag.endswith("}t"))


def deck_nodes(content: bytes) -> Iterator[ET.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for each in archive.namelist():
            if each.startswith("ppt/slides/slide"):
                yield from ET.fromstring(archive.read(each)).iter()  # noqa: S314 - ours


def book_text(content: bytes) -> str:
    """Its words, and the numbers of its cells."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        words = ET.fromstring(archive.read("xl/sharedStrings.xml"))  # noqa: S314 - ours
        sheets = [
            ET.fromstring(archive.read(name))  # noqa: S314 - ours
            for name in archive.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    cells = (cell for sheet in sheets for cell in sheet.iter(f"{NAMES}c") if cell.get("t") != "s")
    said = ["".join(node.itertext()) for node in words.iter(f"{NAMES}si")]
    return "\n".join([*said, *("".join(cell.itertext()) for cell in cells)])


def bare(text: str) -> str:
    """What is compared: letters without the places where a line may break."""
    return "".join(text.replace("\N{ZERO WIDTH SPACE}", "").split())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_ends_as_plain_text(hostile: str, name: str) -> None:
    text = HOSTILE[hostile]
    content = draw(document(text), [name], Style(site="https://hub.example"))[name]
    shown = bare(text_of(name, content))
    wanted = bare(plain(text))
    # Slides clip what has no room there; the other two hold all of it.
    assert wanted[:40] in shown
    if hostile == "long" and name == "pdf":
        # Page numbers stand between its pieces.
        assert shown.count("x") > 10_000
    elif name != "pptx":
        assert wanted in shown
    assert not set("\x00\x07\x1b\u202e\u202c") & set(shown)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_cell_is_a_formula_neither_in_the_book_nor_behind_a_chart(hostile: str) -> None:
    files = draw(document(HOSTILE[hostile]), ["xlsx", "pptx"], Style(site="https://hub.example"))
    books = [files["xlsx"]]
    with zipfile.ZipFile(io.BytesIO(files["pptx"])) as archive:
        books += [archive.read(n) for n in archive.namelist() if n.endswith(".xlsx")]
    assert len(books) == 3
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            sheets = [archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n]
        assert sheets
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_charts_of_the_deck_are_parts_that_can_be_edited() -> None:
    content = draw(document("Alpha"), ["pptx"], Style())["pptx"]
    show = Presentation(io.BytesIO(content))
    charts = [shape.chart for slide in show.slides for shape in slide.shapes if shape.has_chart]
    assert len(charts) == 2
    assert [list(series.values) for series in charts[1].plots[0].series] == [
        [-5.0, None],
        [7.0, 0.0],
    ]
    pictures = [shape for slide in show.slides for shape in slide.shapes if shape.shape_type == 13]
    assert not pictures


@pytest.mark.parametrize("name", FORMATS)
def test_no_data_and_much_data_are_drawn(name: str) -> None:
    assert "unknown" in text_of(name, draw(document(empty=True), [name], Style())[name])
    long = "Very long partner name of a company with many owners " * 4
    many = text_of(name, draw(document(long, rows=40), [name], Style())[name])
    assert "39" in many


@pytest.mark.parametrize(("paper", "width"), [("a4", 595), ("letter", 612)])
def test_both_papers(paper: str, width: int) -> None:
    assert paper in PAPERS
    content = draw(document(), ["pdf"], Style(paper=paper))["pdf"]
    assert round(PdfReader(io.BytesIO(content)).pages[0].mediabox.width) == width


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_the_logo_is_on_the_first_page_and_the_first_slide(kind: str) -> None:
    from PIL import Image  # noqa: PLC0415 - comes with the library of slides

    target = io.BytesIO()
    Image.new("RGB", (300, 80), "#cc3300").save(target, kind.upper())
    style = Style(logo=target.getvalue(), logo_type=f"image/{kind}")
    files = draw(document(), ["pdf", "pptx"], style)
    assert len(PdfReader(io.BytesIO(files["pdf"])).pages[0].images) == 1
    first = Presentation(io.BytesIO(files["pptx"])).slides[0]
    assert [shape.shape_type for shape in first.shapes if shape.shape_type == 13]


def test_links_lead_to_the_site_and_files_are_called_safely() -> None:
    content = draw(document(), ["pdf"], Style(site="https://hub.example"))["pdf"]
    links = {
        note.get_object()["/A"]["/URI"]
        for page in PdfReader(io.BytesIO(content)).pages
        for note in page.get("/Annots", [])
    }
    assert "https://hub.example/partners/?a=1&b=2" in links
    assert file_name(document("../../x y\n"), "pdf") == "qbr-------x-y--------x-y--v1.pdf"
