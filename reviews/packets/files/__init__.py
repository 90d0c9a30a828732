"""The files of a packet, drawn from its document and nothing else."""

from collections.abc import Callable, Collection

from channelhub.lib.text import plain
from reviews.packets.document import Document
from reviews.packets.files.deck import deck
from reviews.packets.files.pdf import pdf
from reviews.packets.files.style import PAPERS, Style
from reviews.packets.files.workbook import workbook

FORMATS: dict[str, Callable[[Document, Style], bytes]] = {
    "pdf": pdf,
    "pptx": deck,
    "xlsx": workbook,
}
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

__all__ = ["CONTENT_TYPES", "FORMATS", "PAPERS", "Style", "draw", "file_name"]


def draw(document: Document, formats: Collection[str], style: Style) -> dict[str, bytes]:
    """The files of a document, by format.

    Raises:
        KeyError: not a format.
    """
    return {name: FORMATS[name](document, style) for name in formats}


def file_name(document: Document, file_format: str) -> str:
    """What a file is called: quarter, partner's number, version; safe in every file system."""
    named = (document["quarter"]["name"], document["partner"]["number"])
    safe = ["".join(c if c.isalnum() or c in "-_" else "-" for c in plain(each)) for each in named]
    kind = "-partner" if document.get("shared") else ""
    return f"qbr-{'-'.join(safe)}-v{document['version']}{kind}.{file_format}"
