import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import (
    DARK_GROUND,
    LIGHT_GROUND,
    READABLE,
    contrast,
    image_type,
    quarters,
    readable_on,
    text_on,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(colours, st.sampled_from([LIGHT_GROUND, DARK_GROUND]))
def test_every_colour_becomes_readable_and_text_on_it_too(colour: str, ground: str) -> None:
    shown = readable_on(colour, ground)
    assert contrast(shown, ground) >= READABLE
    assert contrast(text_on(shown), shown) >= READABLE


def test_a_readable_colour_is_left_alone() -> None:
    assert readable_on("#0b6e6e", LIGHT_GROUND) == "#0b6e6e"


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)).filter(lambda day: day.day <= 28))
def test_four_quarters_follow_each_other_for_a_year(start: dt.date) -> None:
    parts = quarters(start)
    assert len(parts) == 4
    assert parts[0][0] == start
    assert parts[3][1] + dt.timedelta(days=1) == start.replace(year=start.year + 1)
    for (_, end), (after, _) in pairwise(parts):
        assert after - end == dt.timedelta(days=1)


def test_a_year_does_not_start_on_a_day_that_months_lack() -> None:
    with pytest.raises(ValueError, match="first 28 days"):
        quarters(dt.date(2026, 1, 29))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0 picture \xff\xd9", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n picture IEND\xaeB`\x82", "image/png"),
        (b"\x89PNG\r\n\x1a\n<script>", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_a_picture_is_what_its_bytes_say(content: bytes, kind: str | None) -> None:
    assert image_type(content) == kind
