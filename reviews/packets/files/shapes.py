"""Text boxes and tables of slides, written as the XML that PowerPoint keeps.

The library's objects look every property up one by one: a deck took three times as long.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml

from channelhub.lib.text import plain

NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
TABLE = "http://schemas.openxmlformats.org/drawingml/2006/table"
TEXT = "1D232B"
LINK = "rows"
INSET = 91_440


@dataclasses.dataclass(frozen=True, kw_only=True)
class Line:
    """A paragraph of one style, and the word that leads to `link`; colours are RRGGBB."""

    text: str
    size: float
    bold: bool = False
    colour: str = TEXT
    link: str = ""
    right: bool = False


Box = tuple[int, int, int, int]


def text_box(
    slide: Any, box: Box, lines: Iterable[Line], *, fill: str = "", middle: bool = False
) -> None:
    """Lines in a box (left, top, width, height), on a ground or on nothing."""
    left, top, width, height = box
    inset = INSET if fill else 0
    shape = f"""<p:sp {NAMES}>{_called(slide, "Text")}
<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{_fill(fill)}</p:spPr>
<p:txBody><a:bodyPr wrap="square" lIns="{inset}" rIns="{inset}" tIns="{INSET}"
 anchor="{"ctr" if middle else "t"}"><a:normAutofit/></a:bodyPr><a:lstStyle/>
{"".join(_paragraph(slide, line) for line in lines) or "<a:p/>"}</p:txBody></p:sp>"""
    _add(slide, shape)


def bar(slide: Any, box: Box, colour: str) -> None:
    """A filled rectangle without words."""
    text_box(slide, box, (), fill=colour)


def grid(
    slide: Any, box: Box, widths: Sequence[int], rows: Sequence[Sequence[Line]], head: str
) -> None:
    """A table; its first row stands on the colour `head`."""
    left, top, width, height = box
    tall = height // len(rows)
    columns = "".join(f'<a:gridCol w="{each}"/>' for each in widths)
    body = "".join(
        f'<a:tr h="{tall}">'
        + "".join(_cell(slide, line, head if number == 0 else "FFFFFF") for line in row)
        + "</a:tr>"
        for number, row in enumerate(rows)
    )
    frame = f"""<p:graphicFrame {NAMES}>{_called(slide, "Table", "GraphicFrame")}
<p:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></p:xfrm>
<a:graphic><a:graphicData uri="{TABLE}"><a:tbl><a:tblPr firstRow="1"/>
<a:tblGrid>{columns}</a:tblGrid>{body}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"""
    _add(slide, frame)


def _called(slide: Any, name: str, kind: str = "Sp") -> str:
    """What a shape is called; ids count up on each slide."""
    number = len(slide.shapes._spTree) + 1  # noqa: SLF001 - asking for the next id reads all
    return (
        f'<p:nv{kind}Pr><p:cNvPr id="{number}" name="{name} {number}"/>'
        f"<p:cNv{kind}Pr/><p:nvPr/></p:nv{kind}Pr>"
    )


def _fill(colour: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>' if colour else "<a:noFill/>"


def _cell(slide: Any, line: Line, ground: str) -> str:
    edge = '<a:solidFill><a:srgbClr val="D5DAE0"/></a:solidFill>'
    return (
        f"<a:tc><a:txBody><a:bodyPr/><a:lstStyle/>{_paragraph(slide, line)}</a:txBody>"
        f'<a:tcPr anchor="ctr" marT="36576" marB="36576"><a:lnB w="6350">{edge}</a:lnB>'
        f"{_fill(ground)}</a:tcPr></a:tc>"
    )


def _paragraph(slide: Any, line: Line) -> str:
    side = "r" if line.right else "l"
    style = f'lang="en-US" sz="{round(line.size * 100)}" b="{int(line.bold)}" dirty="0"'
    ink = _fill(line.colour)
    runs = "<a:br/>".join(
        f"<a:r><a:rPr {style}>{ink}</a:rPr><a:t>{escape(text)}</a:t></a:r>"
        for text in plain(line.text).split("\n")
    )
    space = '<a:spcAft><a:spcPts val="300"/></a:spcAft>'
    return f'<a:p><a:pPr algn="{side}">{space}</a:pPr>{runs}{_link(slide, line, style)}</a:p>'


def _link(slide: Any, line: Line, style: str) -> str:
    if not line.link:
        return ""
    to = slide.part.relate_to(line.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    click = f"<a:hlinkClick r:id={quoteattr(to)}/>"
    return (
        f"<a:r><a:rPr {style}/><a:t>  </a:t></a:r>"
        f"<a:r><a:rPr {style}>{click}</a:rPr><a:t>{LINK}</a:t></a:r>"
    )


def _add(slide: Any, shape: str) -> None:
    slide.shapes._spTree.append(parse_xml(shape))  # noqa: SLF001 - the library's own way in
