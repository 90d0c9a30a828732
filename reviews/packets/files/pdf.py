"""The PDF: one Typst document that reads the packet as data, never as markup."""

import base64
import datetime as dt
import functools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst

from channelhub.lib import figures
from channelhub.lib.text import clipped
from reviews.packets.document import Document
from reviews.packets.files import style as words
from reviews.packets.files.style import Style, breakable

TEMPLATE = Path(__file__).with_name("packet.typ")
PICTURES = ("image/png", "image/jpeg")
# The compiler takes texts only: the picture goes into a drawing that is one.
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' width="300" height="100" viewBox="0 0 300 100"><image width="300" height="100"'
    ' preserveAspectRatio="xMidYMid meet" xlink:href="data:{kind};base64,{data}"/></svg>'
)
RUNNING_MAX, LABEL_MAX, SOURCE_MAX = 50, 60, 400
NUMERIC = {"money", "percent", "number"}


def pdf(document: Document, style: Style) -> bytes:
    """A document as PDF; the same document gives the same text."""
    logo = _logo(style)
    data = {**told(document, style), "paper": PAPER[style.paper], "logo": logo is not None}
    files: Any = {"main.typ": _template(), "data.json": json.dumps(data).encode()}
    if logo:
        files["logo.svg"] = logo
    made = dt.datetime.fromisoformat(document["made_at"])
    compiled: Any = _compiler().compile(files, format="pdf", timestamp=int(made.timestamp()))
    return bytes(compiled)


PAPER = {"a4": "a4", "letter": "us-letter"}


def _logo(style: Style) -> bytes | None:
    if not style.logo or style.logo_type not in PICTURES:
        return None
    data = base64.b64encode(style.logo).decode()
    return LOGO.format(kind=style.logo_type, data=data).encode()


@functools.cache
def _compiler() -> typst.Compiler:
    """One for each process: it has found its fonts already."""
    return typst.Compiler()


@functools.cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def told(document: Document, style: Style) -> Document:
    """Everything the template shows, as words and as lengths of bars."""
    return {
        "colours": words.colours(document),
        "organisation": breakable(document["organisation"]["name"]),
        "partner": breakable(document["partner"]["name"]),
        "number": breakable(document["partner"]["number"]),
        "title": breakable(words.heading(document)),
        # What stands on every page has room for one line.
        "running": {
            "partner": clipped(document["partner"]["name"], RUNNING_MAX),
            "title": clipped(words.heading(document), RUNNING_MAX),
        },
        "facts": breakable(words.facts_line(document)),
        "audience": words.audience(document),
        "agenda": breakable(document["agenda"]),
        "sections": [_section(each, style) for each in words.sections_shown(document)],
    }


def _section(section: Document, style: Style) -> Document:
    return {
        "title": breakable(section["title"]),
        "figures": [_figure(each, style) for each in section["figures"]],
        "charts": [_chart(each) for each in section["charts"]],
        "tables": [_table(each, style) for each in section["tables"]],
        "comments": [
            {
                "by": breakable(words.comment_by(each)),
                "text": breakable(each["text"]),
                "internal": each["kind"] == "internal",
            }
            for each in section["comments"]
        ],
    }


def _figure(figure: Document, style: Style) -> Document:
    return {
        "label": breakable(figure["label"]),
        "value": breakable(words.shown(figure["value"], figure["kind"], figure["unit"])),
        "unknown": figure["value"] is None,
        "beside": breakable(words.beside(figure)),
        "source": breakable(words.source_line(figure)),
        "link": style.link(figure["link"]),
    }


def _table(table: Document, style: Style) -> Document:
    kinds = [column["kind"] for column in table["columns"]]
    unit = f", {table['unit']}" if table["unit"] else ""
    return {
        "caption": breakable(f"{table['caption']}{unit}"),
        "head": [_label(column["label"]) for column in table["columns"]],
        "right": [kind in NUMERIC for kind in kinds],
        "wide": [kind == "text" for kind in kinds],
        "rows": [
            [breakable(words.cell(v, k)) for v, k in zip(row["cells"], kinds, strict=True)]
            for row in table["rows"]
        ],
        "links": [style.link(row["link"]) for row in table["rows"]],
        "empty": breakable(table["empty"]),
        "more": words.more(table),
        "source": breakable(words.source_line(table)),
        "link": style.link(table["link"]),
    }


def _label(text: str) -> str:
    """What repeats on every page of a table, or stands at an axis, and cannot break over pages."""
    return breakable(clipped(text, LABEL_MAX))


def _chart(chart: Document) -> Document:
    values = [
        [None if v is None else Decimal(v) for v in series["values"]] for series in chart["series"]
    ]
    known = [value for row in values for value in row if value is not None]
    top, bottom = max([Decimal(0), *known]), min([Decimal(0), *known])
    span = (top - bottom) or Decimal(1)
    return {
        "caption": _label(f"{chart['caption']}, {chart['unit']}"),
        "flat": chart["flat"],
        "categories": [_label(each) for each in chart["categories"]],
        "names": [_label(series["name"]) for series in chart["series"]],
        "values": [[None if v is None else float(v / span) for v in row] for row in values],
        "labels": [
            [figures.UNKNOWN if v is None else figures.compact(v) for v in row] for row in values
        ],
        "top": float(top / span),
        "bottom": float(bottom / span),
        "top_label": figures.compact(top),
        "bottom_label": figures.compact(bottom) if bottom else "0",
        "source": breakable(clipped(words.source_line(chart), SOURCE_MAX)),
    }
