"""Which row names the columns, and which rows only add others up."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence

from imports.parsing.records import Record, visible

# A header lies among the first rows of a report; titles, addresses and filters may stand above.
SEARCHED = 30
FIGURE = re.compile(r"[^\w]*\d[\d\s.,:/%'-]*[^\w]*")
TOTALS = {
    "total", "totals", "grandtotal", "subtotal", "sum", "sums",
    "summe", "gesamt", "gesamtsumme", "zwischensumme",
    "totale", "totalgeneral", "soustotal",
    "suma", "sumatotal",
}  # fmt: skip

INITIALS = frozenset(sign for word in TOTALS for sign in (word[0], word[0].upper(), " "))


def squash(text: str) -> str:
    """A word for comparison: lower case, letters and digits only, without their accents.

    Programs drop accents from headers, or write some and not others.
    """
    parted = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in parted if sign.isalnum())


def find_header(records: Sequence[Record], words: Collection[str]) -> int:
    """The position of the row that names the columns, 0 where nothing tells.

    The row with the most words that we know, if it has two; else the first row of names that is
    about as wide as most rows.

    Args:
        records: the first rows of the file.
        words: squashed headers that mean one of our fields.
    """
    searched = records[:SEARCHED]
    known = [len({squash(cell) for cell in record.cells} & set(words)) for record in searched]
    if known and max(known) >= 2:
        return known.index(max(known))
    widths = Counter(width(record.cells) for record in records)
    usual = max(widths, key=lambda each: (widths[each], each), default=0)
    for position, record in enumerate(searched):
        if _filled(record.cells) * 10 >= usual * 6 and _names(record.cells):
            return position
    return 0


def name_columns(header: Sequence[str]) -> tuple[str, ...]:
    """The header's names, each one unique: `Price (1)`, `Price (2)`; a blank one is `Column 3`."""
    names = [visible(" ".join(cell.split()).strip("\ufeff")) for cell in header]
    total, seen = Counter(names), Counter[str]()
    unique = []
    for position, name in enumerate(names, start=1):
        seen[name] += 1
        repeated = f"{name} ({seen[name]})" if total[name] > 1 else name
        unique.append(repeated if name else f"Column {position}")
    return tuple(unique)


def width(cells: Sequence[str]) -> int:
    """Cells up to the last that holds anything."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1].strip()), 0)


def may_add_up(first: str) -> bool:
    """Whether a row with this first cell could be a total: nearly none is, and it costs little."""
    return not first or first[:1] in INITIALS


def adds_up(cells: Sequence[str]) -> bool:
    """Whether a row is a total of others: its first word says so, and most of it is empty."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2 or len(filled) * 2 > len(cells):
        return False
    return squash(filled[0]) in TOTALS and any(FIGURE.fullmatch(cell) for cell in filled[1:])


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _names(cells: Sequence[str]) -> bool:
    """Whether most cells that hold anything are names, not figures or days."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    figures = sum(bool(FIGURE.fullmatch(cell)) for cell in filled)
    return figures * 3 <= len(filled)
