"""How packets look, and how their values read: the same words in every file."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urljoin

from accounts.rules import readable_on, text_on
from channelhub.lib import figures
from channelhub.lib.text import plain
from reviews.packets.document import Document

PAPERS = ("a4", "letter")
WHITE = "#ffffff"
SAFE_COLOUR = "#0b6e6e"
# A word longer than this gets places where a line may break, so that it stays in its column.
LONGEST_WORD = 24
LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD},}}")
DASH = "\N{EN DASH}"
BREAK = "\N{ZERO WIDTH SPACE}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Style:
    """Paper, the organisation's logo (PNG or JPEG), and the address that links begin with."""

    paper: str = "a4"
    logo: bytes | None = None
    logo_type: str = ""
    site: str = ""

    def link(self, path: str) -> str:
        """The whole address of a page; "" where there is none."""
        return urljoin(self.site, path) if path and self.site else ""


def colours(document: Document) -> dict[str, str]:
    """The organisation's colour, as ink on white, and what reads on it."""
    chosen = document["organisation"]["colour"]
    colour = chosen if re.fullmatch(r"#[0-9a-fA-F]{6}", chosen) else SAFE_COLOUR
    return {"fill": colour, "ink": readable_on(colour, WHITE), "on": text_on(colour)}


def shown(value: str | None, kind: str, unit: str = "", *, whole: bool = False) -> str:
    """A frozen value as people read it; money is compact unless `whole`."""
    if value is None or (kind != "text" and not value):
        return figures.UNKNOWN
    match kind:
        case "money":
            amount = figures.full(Decimal(value)) if whole else figures.compact(Decimal(value))
            return f"{amount} {unit}".strip()
        case "percent":
            return figures.percent(Decimal(value))
        case "number":
            return figures.whole(Decimal(value))
        case "day":
            return day(value)
    return value


def cell(value: str | None, kind: str) -> str:
    """A cell of a table: a day or a word that is not there is a dash, a figure is unknown."""
    if kind in {"text", "day"} and not value:
        return DASH
    return shown(value, kind)


def day(text: str | None) -> str:
    """A frozen day as people read it."""
    return f"{dt.date.fromisoformat(text):%-d %b %Y}" if text else figures.UNKNOWN


def period(part: Document) -> str:
    """The days of a part, first and last included; "" where it has none."""
    return f"{day(part['first'])} to {day(part['last'])}" if part["first"] else ""


def source_line(part: Document) -> str:
    """Where a part comes from, over which days, and known by when."""
    days = period(part)
    return "; ".join(
        each for each in (part["source"], days, f"known by {day(part['known_by'])}") if each
    )


def was(figure: Document) -> str:
    """What the last packet said, where it differs; "" where it does not."""
    if not figure.get("was"):
        return ""
    then = figure["was"]
    before = shown(then["value"], figure["kind"], figure["unit"])
    now = shown(figure["value"], figure["kind"], figure["unit"])
    if before == now:
        before = shown(then["value"], figure["kind"], figure["unit"], whole=True)
        now = shown(figure["value"], figure["kind"], figure["unit"], whole=True)
    said = f"{then['quarter']}, version {then['version']}"
    return f"The last packet ({said}) said {before}, now {now}: {then['why']}."


def beside(figure: Document) -> str:
    """What is said below a figure: who owes it, a note, what the last packet said."""
    owed = f"Owed by {figure['owed_by']}." if figure["owed_by"] else ""
    return " ".join(each for each in (owed, figure["note"], was(figure)) if each)


def comment_by(comment: Document) -> str:
    """Who says something, and to whom."""
    names = {"shared": "Comment", "internal": "Internal note", "partner": "The partner"}
    by = f", {comment['by']}" if comment["by"] else ""
    return f"{names[comment['kind']]}{by}"


def more(table: Document) -> str:
    """How many rows a table does not list."""
    return f"{table['more']} more are not listed." if table["more"] else ""


def breakable(text: str) -> str:
    """A text whose long words may break over lines."""
    return LONG_WORD.sub(_with_breaks, plain(text))


def _with_breaks(found: re.Match[str]) -> str:
    word = found.group()
    return BREAK.join(word[n : n + LONGEST_WORD] for n in range(0, len(word), LONGEST_WORD))


def heading(document: Document) -> str:
    """What the packet is."""
    return f"Quarterly business review {document['quarter']['name']}"


def facts_line(document: Document) -> str:
    """Which days, cut off when, which version, for whom."""
    quarter = document["quarter"]
    days = f"{day(quarter['start'])} to {day(quarter['end'])}"
    known = f"facts as known on {day(document['known_by'])}"
    return f"{days} · {known} · version {document['version']}"


def audience(document: Document) -> str:
    """Who may read it."""
    return "Shared with the partner" if document.get("shared") else "Internal: not for the partner"


def sections_shown(document: Document) -> Iterator[Document]:
    """The sections that say anything."""
    for section in document["sections"]:
        if any(section[part] for part in ("comments", "figures", "charts", "tables")):
            yield section
