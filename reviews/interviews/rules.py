"""Who holds an interview, and when somebody is reminded of it."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import NamedTuple

DUE_AFTER = dt.timedelta(days=14)
OPENED_FOR = dt.timedelta(days=90)
LATE_AFTER = 7


class Candidate(NamedTuple):
    """Somebody of ours who could hold interviews; `open` is how many they have to hold."""

    key: int
    open: int
    preferred: bool


def choose_interviewer(candidates: Iterable[Candidate], barred: Collection[int]) -> int | None:
    """Somebody who is not on the deal or the account, with the fewest interviews to hold.

    Those preferred come first, whatever they have to hold; None where nobody is neutral.
    """
    neutral = [each for each in candidates if each.key not in barred]
    best = min(neutral, key=lambda each: (not each.preferred, each.open, each.key), default=None)
    return best.key if best else None


def reminder(due_on: dt.date, today: dt.date) -> str:
    """Which reminder an unfinished interview is at: "", soon, due or late."""
    left = (due_on - today).days
    if left <= -LATE_AFTER:
        return "late"
    if left <= 0:
        return "due"
    return "soon" if left <= 3 else ""
