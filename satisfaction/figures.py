"""What was said and measured, by quarter and month, as pages show it."""

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, IntegerField, QuerySet, Sum
from django.db.models.functions import Cast, TruncQuarter

from satisfaction.models import PulseAnswer, ServiceMonth
from satisfaction.models.pulse import LEAST_TO_TELL
from satisfaction.rules.declines import Scores
from satisfaction.rules.quarters import add_quarters, quarter_name, quarter_of
from satisfaction.rules.words import RANGES, Cause, Scale

QUARTERS_SHOWN = 10
MONTHS_SHOWN = 12
# The usual band around a mean.
BAND = 1.96
# What the canary needs of two quarters together.
LEAST_TO_JUDGE = 30


@dataclasses.dataclass(frozen=True, kw_only=True)
class Point:
    """A quarter's answers: their mean, where there are enough to tell it, and its band."""

    quarter: dt.date
    scores: Scores

    @property
    def label(self) -> str:
        """Such as Q3 2026."""
        return quarter_name(self.quarter)

    @property
    def told(self) -> bool:
        """Whether a mean says more than who answered."""
        return self.scores.n >= LEAST_TO_TELL

    @property
    def mean(self) -> float | None:
        """None where there are too few answers."""
        return self.scores.mean if self.told else None

    @property
    def band(self) -> tuple[float, float] | None:
        """Where the mean of many such answers would lie in 19 of 20 cases."""
        mean, count = self.mean, self.scores.n
        if mean is None:
            return None
        half = BAND * math.sqrt(self.scores.deviance / (count - 1) / count)
        return mean - half, mean + half


@dataclasses.dataclass(frozen=True, kw_only=True)
class CauseLine:
    """What was said about one cause over time, on the scale that most answers are on."""

    cause: Cause
    scale: str
    points: tuple[Point, ...]

    @property
    def recent(self) -> Scores:
        """The last two quarters together."""
        return self.points[-2].scores + self.points[-1].scores

    @property
    def recent_mean(self) -> float | None:
        """The mean of the last two quarters, where there are enough answers to tell it."""
        return self.recent.mean if self.recent.n >= LEAST_TO_TELL else None

    @property
    def judged(self) -> bool:
        """Whether the last two quarters have enough answers for the canary."""
        return self.recent.n >= LEAST_TO_JUDGE

    @property
    def best(self) -> int:
        """The best score of the scale."""
        return RANGES[self.scale][1]

    @property
    def scale_label(self) -> str:
        """What the scores are counted on."""
        return Scale(self.scale).label


Counted = dict[tuple[str, str, dt.date], Scores]


def lines_of(answers: QuerySet[Any], today: dt.date) -> list[CauseLine]:
    """Current answers by cause and quarter; a cause of which nothing was said is left out.

    One query. Ten quarters, the last of which is the current one.
    """
    return _lines(_counted(answers, today), today)


def lines_with_pulse(
    answers: QuerySet[Any], pulse: QuerySet[PulseAnswer], today: dt.date
) -> list[CauseLine]:
    """The same of what partners' people say, their half-yearly pulse among it; two queries."""
    counted = _counted(answers, today)
    for key, scores in _pulse(pulse, today).items():
        counted[key] = counted.get(key, Scores()) + scores
    return _lines(counted, today)


def _first(today: dt.date) -> dt.date:
    return add_quarters(quarter_of(today), 1 - QUARTERS_SHOWN)


def _counted(answers: QuerySet[Any], today: dt.date) -> Counted:
    score = Cast("score", IntegerField())
    rows = (
        answers.filter(answered_on__gte=_first(today), answered_on__lte=today)
        .order_by()
        .annotate(quarter=TruncQuarter("answered_on"))
        .values("cause", "scale", "quarter")
        .annotate(n=Count("pk"), total=Sum(score), squares=Sum(score * score))
    )
    return {
        (row["cause"], row["scale"], row["quarter"]): Scores(row["n"], row["total"], row["squares"])
        for row in rows
    }


ASKED = {"overall": Cause.NOT_STATED, "product": Cause.PRODUCT, "support": Cause.SUPPORT}


def _pulse(pulse: QuerySet[PulseAnswer], today: dt.date) -> Counted:
    figures: dict[str, Any] = {}
    for name in ASKED:
        figures |= {
            f"{name}_n": Count(name),
            f"{name}_total": Sum(name),
            f"{name}_squares": Sum(Cast(F(name), IntegerField()) * F(name)),
        }
    rows: Any = (
        pulse.filter(answered_on__gte=_first(today))
        .order_by()
        .annotate(quarter=TruncQuarter("answered_on"))
        .values("quarter")
        .annotate(**figures)
    )
    return {
        (cause, Scale.CSAT, row["quarter"]): Scores(
            row[f"{name}_n"], row[f"{name}_total"] or 0, row[f"{name}_squares"] or 0
        )
        for row in rows
        for name, cause in ASKED.items()
    }


def _lines(counted: Counted, today: dt.date) -> list[CauseLine]:
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (cause, scale, _), scores in counted.items():
        totals[cause][scale] += scores.n
    quarters = [add_quarters(_first(today), index) for index in range(QUARTERS_SHOWN)]
    found = []
    for cause in Cause:
        scales = totals.get(cause)
        if not scales or not any(scales.values()):
            continue
        scale = max(sorted(scales), key=lambda name: scales[name])
        points = tuple(
            Point(quarter=quarter, scores=counted.get((cause, scale, quarter), Scores()))
            for quarter in quarters
        )
        found.append(CauseLine(cause=cause, scale=scale, points=points))
    return found


def service_of(rows: QuerySet[ServiceMonth]) -> list[ServiceMonth]:
    """The newest months of service, oldest first."""
    return list(reversed(rows.order_by("-month")[:MONTHS_SHOWN]))


def table_of_lines(lines: Iterable[CauseLine]) -> list[tuple[str, list[Point]]]:
    """Quarters, the newest first, each with the point of every line."""
    every = list(lines)
    if not every:
        return []
    return [
        (each.label, [line.points[place] for line in every])
        for place, each in reversed(list(enumerate(every[0].points)))
    ]
