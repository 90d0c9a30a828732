"""Plain arithmetic: readable colours, fiscal quarters, what an image file is."""

import datetime as dt
from itertools import pairwise

WHITE, BLACK = "#ffffff", "#000000"
# The kit's page in light, its raised surface in dark: what the colour is read against.
LIGHT_GROUND, DARK_GROUND = "#f9fafb", "#262626"
READABLE = 4.5  # WCAG 2 AA for text

IMAGE_SIGNATURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    "image/jpeg": (b"\xff\xd8\xff", b"\xff\xd9"),
}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 for black to 1 for white (WCAG 2)."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def readable_on(colour: str, ground: str) -> str:
    """The colour, moved toward black or white until text in it can be read on the ground."""
    target = BLACK if luminance(ground) > 0.5 else WHITE
    for step in range(101):
        moved = _mix(colour, target, step / 100)
        if contrast(moved, ground) >= READABLE:
            return moved
    return target


def text_on(colour: str) -> str:
    """White or black, whichever reads better on the colour."""
    return max(WHITE, BLACK, key=lambda text: contrast(text, colour))


def quarters(start: dt.date) -> list[tuple[dt.date, dt.date]]:
    """First and last days of the four quarters of the fiscal year that starts on a day.

    Raises:
        ValueError: the day is after the 28th, so that not every month has it.
    """
    if start.day > 28:
        raise ValueError("A fiscal year starts on one of the first 28 days of a month.")
    firsts = [_months_later(start, months) for months in (0, 3, 6, 9, 12)]
    day = dt.timedelta(days=1)
    return [(first, after - day) for first, after in pairwise(firsts)]


def fiscal_year_name(end: dt.date) -> str:
    """A fiscal year is called by the year in which it ends: FY2026."""
    return f"FY{end.year}"


def image_type(content: bytes) -> str | None:
    """image/png or image/jpeg by what the bytes are, not by what they are called; else None."""
    for name, (first, last) in IMAGE_SIGNATURES.items():
        if content.startswith(first) and content.rstrip(b"\0").endswith(last):
            return name
    return None


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    return day.replace(year=day.year + years, month=month + 1)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
