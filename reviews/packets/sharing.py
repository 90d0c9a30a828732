"""The part of a packet that its partner may read: what an allow-list names, and nothing else."""

from reviews.models import CommentKind
from reviews.packets.document import Document, Shares
from reviews.packets.sections import SECTIONS
from reviews.quarterly.meeting import MEETING

SAID = (CommentKind.SHARED, CommentKind.PARTNER)
SHARES = {section.key: section.shares for section in SECTIONS}
SHARES[MEETING] = Shares()

DOCUMENT = (
    "format", "version", "organisation", "partner", "review", "quarter", "meeting", "agenda",
    "cut_off", "known_by", "made_at",
)  # fmt: skip
SECTION = ("key", "title")
FIGURE = ("key", "label", "kind", "unit", "value", "theirs", "known_by", "first", "last", "was")
TABLE = ("key", "caption", "unit", "known_by", "first", "last")
CHART = (
    "key", "caption", "unit", "flat", "categories", "series", "known_by", "first", "last",
)  # fmt: skip
# What is said beside a win rate names nobody; other notes are ours.
NOTES = (
    "win_rate",
    "share",
    "change_12",
    "pipeline",
    "first_response",
    "resolution",
    "service_csat",
)


def shared(document: Document) -> Document:
    """A packet as its partner may read it. Pure: the same document always gives the same."""
    return {
        **_only(document, DOCUMENT),
        "shared": True,
        "made_by": "",
        "last_packet": None,
        "sections": [
            _section(section, SHARES[section["key"]])
            for section in document["sections"]
            if section["key"] in SHARES
        ],
    }


def _section(section: Document, shares: Shares) -> Document:
    return {
        **_only(section, SECTION),
        "comments": [
            _only(each, ("kind", "text", "by")) for each in section["comments"]
            if each["kind"] in SAID
        ],
        "figures": [_figure(each) for each in section["figures"] if each["key"] in shares.figures],
        "charts": [
            {**_only(each, CHART), **_source(each)}
            for each in section["charts"] if each["key"] in shares.charts
        ],
        "tables": [
            _table(each, shares.tables[each["key"]])
            for each in section["tables"] if each["key"] in shares.tables
        ],
    }  # fmt: skip


def _figure(figure: Document) -> Document:
    return {
        **_only(figure, FIGURE),
        **_source(figure),
        "note": figure["note"] if figure["key"] in NOTES else "",
        # Who of us, or which feed, owes it is ours to know.
        "owed_by": figure["owed_by"] if figure["theirs"] else "",
        "measure": "",
    }


def _table(table: Document, wanted: tuple[str, ...]) -> Document:
    kept = [n for n, column in enumerate(table["columns"]) if column["key"] in wanted]
    return {
        **_only(table, TABLE),
        **_source(table),
        "columns": [table["columns"][n] for n in kept],
        "rows": [
            {"cells": [row["cells"][n] for n in kept], "shared": True, "link": ""}
            for row in table["rows"]
            if row["shared"]
        ],
        # How many are kept back would tell that there are some.
        "more": 0,
        "empty": "Nothing to show.",
    }


def _source(part: Document) -> Document:
    words = part["shared_source"]
    return {"source": words, "shared_source": words, "link": ""}


def _only(part: Document, names: tuple[str, ...]) -> Document:
    return {name: part[name] for name in names if name in part}
