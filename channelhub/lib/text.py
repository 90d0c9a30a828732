"""Text that people typed, as any file can hold it."""

import re
import unicodedata

# What cannot be written into XML, and marks that turn the reading direction behind one's back.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
    "\ufffe\uffff\ud800-\udfff]"
)


def plain(text: str) -> str:
    """The text without control characters; line ends are as on Unix, letters composed."""
    one_way = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNSEEN.sub("", one_way))


def clipped(text: str, most: int) -> str:
    """The beginning of a text that is longer than `most`, with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
