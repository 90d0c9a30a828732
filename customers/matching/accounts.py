"""What somebody wrote of an account, and how alike our customers are to it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the matcher says; it only ever proposes, and a person decides."""

    MATCH = "match"
    POSSIBLE = "possible"
    NEW = "new"


@dataclass(frozen=True)
class Account:
    """What somebody wrote: a name, and where known its web domain and two letters of country."""

    name: str
    domain: str = ""
    country: str = ""


@dataclass(frozen=True)
class Likeness:
    """How alike a customer is to an account; `customer` is the key of the root customer.

    `said` by a person, it goes before what is reckoned.
    """

    customer: int
    name: str
    country: str
    score: float
    verdict: Verdict
    reason: str
    said: bool = False


@dataclass(frozen=True)
class Found:
    """The customers that an account may be, best first; never one whose verdict is new."""

    verdict: Verdict
    best: Likeness | None
    runner_up: Likeness | None
    candidates: tuple[Likeness, ...]


def found(likely: list[Likeness], limit: int) -> Found:
    """What is told of an account, of those that may be it."""
    ranked = sorted(likely, key=lambda each: (not each.said, -each.score, each.customer))[:limit]
    best, runner_up = [*ranked, None, None][:2]
    return Found(best.verdict if best else Verdict.NEW, best, runner_up, tuple(ranked))
