"""The PDF: one Typst document that reads the packet as data, never as markup."""

import datetime as dt
import functools
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import typst

from channelhub.lib import figures
from reviews.packets.document import Document
from reviews.packets.files import style as words
from reviews.packets.files.style import Style, breakable

TEMPLATE = Path(__file__).with_name("packet.typ")
LOGO_NAMES = {"image/png": "logo.png", "image/jpeg": "logo.jpg"}
NUMERIC = {"money", "percent", "number"}


def pdf(document: Document, style: Style) -> bytes:
    """A document as PDF; the same document gives the same text."""
    logo = LOGO_NAMES.get(style.logo_type) if style.logo else None
    data = {**told(document, style), "paper": PAPER[style.paper], "logo": logo}
    files: Any = {"main.typ": _template(), "data.json": json.dumps(data).encode()}
    if logo and style.logo:
        files[logo] = style.logo
    made = dt.datetime.fromisoformat(document["made_at"])
    compiled: Any = _compiler().compile(files, format="pdf", timestamp=int(made.timestamp()))
    return bytes(compiled)


PAPER = {"a4": "a4", "letter": "us-letter"}


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
        "head": [breakable(column["label"]) for column in table["columns"]],
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


def _chart(chart: Document) -> Document:
    values = [
        [None if v is None else Decimal(v) for v in series["values"]] for series in chart["series"]
    ]
    known = [value for row in values for value in row if value is not None]
    top, bottom = max([Decimal(0), *known]), min([Decimal(0), *known])
    span = (top - bottom) or Decimal(1)
    return {
        "caption": breakable(f"{chart['caption']}, {chart['unit']}"),
        "flat": chart["flat"],
        "categories": [breakable(each) for each in chart["categories"]],
        "names": [breakable(series["name"]) for series in chart["series"]],
        "values": [[None if v is None else float(v / span) for v in row] for row in values],
        "labels": [
            [figures.UNKNOWN if v is None else figures.compact(v) for v in row] for row in values
        ],
        "top": float(top / span),
        "bottom": float(bottom / span),
        "top_label": figures.compact(top),
        "bottom_label": figures.compact(bottom) if bottom else "0",
        "source": breakable(words.source_line(chart)),
    }
