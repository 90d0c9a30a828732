"""Text that a spreadsheet would run as a formula, and how it travels in a text file.

The one rule: where text begins with a sign that starts a formula, an apostrophe goes before it.
Apostrophes that stand there already count as part of the text, so that what `harmless` puts on is
exactly what `original` takes off.
"""

import re

# Full-width signs too: some spreadsheets take them for plain ones.
_RUNS = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def harmless(text: str) -> str:
    """The text as a cell of a file that a spreadsheet may open."""
    return f"'{text}" if _RUNS.match(text) else text


def original(cell: str) -> str:
    """The text that a cell of such a file stands for."""
    return cell[1:] if cell.startswith("'") and _RUNS.match(cell) else cell
