"""A row of a file, whatever kind of file it is."""

import re
from typing import NamedTuple

# Characters that no cell of a readable file holds; a tab or a line break becomes a space.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Record(NamedTuple):
    """`line` is where an editor or a spreadsheet shows it, the first one is 1.

    `problem` says why its cells cannot be used at all. `messy` cells may hold control characters,
    tabs, line breaks or backslashes; others hold none.
    """

    line: int
    cells: list[str]
    problem: str = ""
    messy: bool = False


def visible(text: str) -> str:
    """The text with control characters as symbols: NUL cannot be stored, none can be seen."""
    return CONTROL.sub(
        lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < 32 else "\u2421", text
    )
