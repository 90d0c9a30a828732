"""Whom an account name means among our customers."""

import dataclasses
from enum import StrEnum

from customers.models import Customer


class Verdict(StrEnum):
    """What likeness comes to."""

    MATCH = "match"
    POSSIBLE = "possible"
    NEW = "new"


@dataclasses.dataclass(frozen=True)
class Account:
    """A customer as somebody wrote it."""

    name: str
    domain: str = ""
    country: str = ""


@dataclasses.dataclass(frozen=True)
class Likeness:
    """A customer that an account may mean, by its key; from 0 to 1, and why."""

    customer: int
    name: str
    country: str
    score: float
    verdict: Verdict
    reason: str


@dataclasses.dataclass(frozen=True)
class Found:
    """The customers that an account may mean, best first."""

    verdict: Verdict
    best: Likeness | None
    runner_up: Likeness | None
    candidates: tuple[Likeness, ...]


def find(account: Account, *, limit: int = 10) -> Found:
    """Customers of the same name; in another country only possibly the same."""
    rows = Customer.objects.unmerged().filter(name__iexact=account.name, placeholder=False)
    found = sorted((_likeness(row, account) for row in rows[:limit]), key=lambda one: -one.score)
    best = found[0] if found else None
    return Found(
        verdict=best.verdict if best else Verdict.NEW,
        best=best,
        runner_up=found[1] if len(found) > 1 else None,
        candidates=tuple(found),
    )


def _likeness(row: Customer, account: Account) -> Likeness:
    same = not row.country or not account.country or row.country == account.country
    return Likeness(
        customer=row.pk,
        name=row.name,
        country=row.country,
        score=1.0 if same else 0.7,
        verdict=Verdict.MATCH if same else Verdict.POSSIBLE,
        reason="same name" if same else f"same name, other country: {row.country}",
    )
