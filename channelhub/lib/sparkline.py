"""A line small enough for a table row, as an SVG path; a gap in the figures is a gap in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

Point = tuple[float, float]
PADDING = 2.0


@dataclass(frozen=True)
class Sparkline:
    """What to draw: `line` and `area` are SVG path data, `zero` the height of the zero line."""

    width: int
    height: int
    line: str
    area: str
    zero: float | None
    last: Point | None


def sparkline(values: Sequence[Decimal | None], *, width: int, height: int) -> Sparkline:
    """The values left to right on a scale that contains zero; None leaves a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return Sparkline(width, height, "", "", None, None)
    low, high = min(*known, Decimal(0)), max(*known, Decimal(0))
    points = [_point(i, v, len(values), low, high, width, height) for i, v in enumerate(values)]
    runs = list(_runs(points))
    zero = _y(Decimal(0), low, high, height)
    return Sparkline(
        width=width,
        height=height,
        line="".join(_line(run) for run in runs),
        area="".join(_area(run, zero) for run in runs if len(run) > 1),
        zero=zero if low < 0 else None,
        last=points[-1],
    )


def _point(
    index: int,
    value: Decimal | None,
    count: int,
    low: Decimal,
    high: Decimal,
    width: int,
    height: int,
) -> Point | None:
    if value is None:
        return None
    step = index / (count - 1) if count > 1 else 0.5
    return round(PADDING + step * (width - 2 * PADDING), 1), _y(value, low, high, height)


def _y(value: Decimal, low: Decimal, high: Decimal, height: int) -> float:
    share = float((value - low) / (high - low)) if high > low else 0.0
    return round(height - PADDING - share * (height - 2 * PADDING), 1)


def _runs(points: Sequence[Point | None]) -> Iterator[list[Point]]:
    for known, run in groupby(points, key=lambda point: point is not None):
        if known:
            yield [point for point in run if point is not None]


def _line(run: Sequence[Point]) -> str:
    # One lone point is drawn as a dot: a line to itself with a round cap.
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in (run if len(run) > 1 else [*run, *run]))


def _area(run: Sequence[Point], zero: float) -> str:
    return f"{_line(run)}L{run[-1][0]:g} {zero:g}L{run[0][0]:g} {zero:g}Z"
