"""Whether satisfaction fell: a difference of means with its interval.

The method is the two-sample t-test with a pooled variance (Student, "The probable error of a
mean", Biometrika 6, 1908), one-sided, in blocks: within each block (a partner) the mean of the
recent answers is compared with the mean of those before, and the differences are weighed by
n1 x n2 / (n1 + n2), as in the analysis of variance of a blocked design (Fisher, "The Design of
Experiments", 1935). Of one block this is Student's test. Levels of several questions that are
asked at once are divided by their number (Bonferroni). Quantiles of t come from those of the normal
by the expansion 26.7.5 of Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964.
"""

import dataclasses
import functools
import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import NamedTuple

NORMAL = NormalDist()


class Scores(NamedTuple):
    """Scores that were counted: how many, their sum, and the sum of their squares."""

    n: int = 0
    total: int = 0
    squares: int = 0

    def __add__(self, other: "Scores") -> "Scores":  # type: ignore[override]
        """Both together."""
        return Scores(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float | None:
        """Their mean; unknown of none."""
        return self.total / self.n if self.n else None

    @property
    def deviance(self) -> float:
        """The sum of their squared distances from their mean."""
        return max(self.squares - self.total**2 / self.n, 0.0) if self.n else 0.0


class Block(NamedTuple):
    """One partner's scores: the 8 quarters before, the previous quarter, the current one."""

    before: Scores
    previous: Scores
    current: Scores

    @property
    def recent(self) -> Scores:
        """Both quarters."""
        return self.previous + self.current


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fall:
    """By how many points the mean fell, and the margin at the level asked for.

    It fell by at least `drop - margin` at that level. `quarters` tells what is compared with the 8
    quarters before: the current and the previous one, or the current one alone.
    """

    drop: float
    margin: float
    quarters: int
    recent: Scores
    before: Scores

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out that it did not fall."""
        return self.drop >= self.margin > 0 or (self.margin == 0 and self.drop > 0)

    @property
    def weight(self) -> float:
        """The drop in parts of its margin: from 1 on it is certain."""
        if self.margin:
            return self.drop / self.margin
        return math.inf if self.drop > 0 else 0.0


@functools.lru_cache(maxsize=4096)
def quantile(level: float, freedom: int) -> float:
    """The one-sided quantile of Student's t; infinite without degrees of freedom."""
    if freedom < 1:
        return math.inf
    z = NORMAL.inv_cdf(level)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    found: float = sum(term / freedom**power for power, term in enumerate(terms))
    return found


def fall_between(
    pairs: Iterable[tuple[Scores, Scores]], *, level: float, quarters: int
) -> Fall | None:
    """The fall from the first to the second scores of each block; None where none has both.

    Args:
        pairs: scores before and recent ones, a pair for each block.
        level: of the one-sided interval, such as 0.998.
        quarters: how many the recent scores are of.
    """
    both = [(before, recent) for before, recent in pairs if before.n and recent.n]
    if not both:
        return None
    weighed = weights = deviance = 0.0
    all_before, all_recent = Scores(), Scores()
    for before, recent in both:
        weight = before.n * recent.n / (before.n + recent.n)
        weighed += weight * (before.total / before.n - recent.total / recent.n)
        weights += weight
        deviance += before.deviance + recent.deviance
        all_before, all_recent = all_before + before, all_recent + recent
    freedom = all_before.n + all_recent.n - 2 * len(both)
    spread = deviance / freedom if freedom > 0 else math.inf
    margin = quantile(level, freedom) * math.sqrt(spread / weights) if spread else 0.0
    return Fall(
        drop=weighed / weights,
        margin=margin,
        quarters=quarters,
        recent=all_recent,
        before=all_before,
    )


def enough(blocks: Iterable[Block], least: int) -> bool:
    """Whether blocks that answered in both windows gave `least` answers in each."""
    found = [block for block in blocks if block.before.n and block.recent.n]
    before = sum(block.before.n for block in found)
    return before >= least <= sum(block.recent.n for block in found)


def fall_of(
    blocks: Iterable[Block], *, least: int, doubt: float, questions: int = 1
) -> Fall | None:
    """The plainer of two falls against the 8 quarters before: of both quarters, of the current one.

    Args:
        blocks: the partners' scores.
        least: answers needed in each window, the current quarter alone among them.
        doubt: how often all questions together may be wrong by chance when asked once, such as
            0.002.
        questions: how many are asked at once of the same partner.

    Returns:
        None where there are too few answers.
    """
    found = list(blocks)
    if not enough(found, least):
        return None
    level = 1 - doubt / (2 * questions)
    both = fall_between(((block.before, block.recent) for block in found), level=level, quarters=2)
    now = fall_between(((block.before, block.current) for block in found), level=level, quarters=1)
    if both is None or now is None or now.recent.n < least:
        return both
    return now if now.weight > both.weight else both
