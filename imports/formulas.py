"""Text that a spreadsheet would run as a formula, and how it travels in a text file.

The one rule: where a sign that starts a formula begins the text, or follows in it on a mark that
some spreadsheet parts cells by, an apostrophe goes before it. A comma is no such mark: in these
files whatever holds one is quoted. Apostrophes that stand there already count as part of the text,
so that what `harmless` puts on is exactly what `original` takes off.
"""

import re

# Full-width signs too: some spreadsheets take them for plain ones.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_FIRST = f"'*[{_SIGNS}\t\r\n]"
_LATER = f"[\"']*[{_SIGNS}]"
_PARTED = "(?<=[;|\t\r\n])"
# Most text begins so nowhere: a look at these two tells.
_MARKED = re.compile(r"[;|\t\r\n]")
_BEGINS = re.compile(_FIRST)
_RUNS = re.compile(rf"\A(?={_FIRST})|{_PARTED}(?={_LATER})")
_KEPT_STILL = re.compile(rf"\A'(?={_FIRST})|{_PARTED}'(?={_LATER})")


def harmless(text: str) -> str:
    """The text as a cell of a file that a spreadsheet may open."""
    return _RUNS.sub("'", text) if _may_run(text) else text


def original(cell: str) -> str:
    """The text that a cell of such a file stands for."""
    return _KEPT_STILL.sub("", cell) if _may_run(cell) else cell


def _may_run(text: str) -> bool:
    return bool(_BEGINS.match(text) or _MARKED.search(text))
