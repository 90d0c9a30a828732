"""A line small enough for a table row, as an SVG path; a gap in the figures is a gap in it."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class _Canvas:
    """Where a value stands: `low` to `high` from the bottom to the top."""

    width: int
    height: int
    low: Decimal
    high: Decimal

    def y(self, value: Decimal) -> float:
        span = self.high - self.low
        share = float((value - self.low) / span) if span else 0.0
        return round(self.height - PADDING - share * (self.height - 2 * PADDING), 1)

    def x(self, share: float) -> float:
        return round(PADDING + share * (self.width - 2 * PADDING), 1)


def sparkline(values: Sequence[Decimal | None], *, width: int, height: int) -> Sparkline:
    """The values left to right on a scale that contains zero; None leaves a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return Sparkline(width, height, "", "", None, None)
    canvas = _Canvas(width, height, min(*known, Decimal(0)), max(*known, Decimal(0)))
    points = _points(values, canvas)
    runs = [list(filter(None, run)) for known, run in groupby(points, key=bool) if known]
    zero = canvas.y(Decimal(0))
    return Sparkline(
        width=width,
        height=height,
        line="".join(_line(run) for run in runs),
        area="".join(_area(run, zero) for run in runs if len(run) > 1),
        zero=zero if canvas.low < 0 else None,
        last=points[-1],
    )


def _points(values: Sequence[Decimal | None], canvas: _Canvas) -> list[Point | None]:
    # One value alone stands in the middle.
    steps, first = (len(values) - 1, 0.0) if len(values) > 1 else (1, 0.5)
    return [
        None if value is None else (canvas.x(first + index / steps), canvas.y(value))
        for index, value in enumerate(values)
    ]


def _line(run: Sequence[Point]) -> str:
    # One lone point is drawn as a dot: a line to itself with a round cap.
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in (run if len(run) > 1 else [*run, *run]))


def _area(run: Sequence[Point], zero: float) -> str:
    return f"{_line(run)}L{run[-1][0]:g} {zero:g}L{run[0][0]:g} {zero:g}Z"
