"""Figures of registrations: the win rate, and how fast we decide. Each says of how many."""

import dataclasses
import datetime as dt
import statistics
import zoneinfo
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from deals.models import Deal, DealStep, TeamHoliday
from deals.rules.clock import DAY, WorkingCalendar
from deals.rules.states import State, Step

CLOCK_STEPS = (Step.SUBMIT, Step.ASK, Step.ANSWER, Step.REOPEN)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figures:
    """Of registrations closed, and of those decided, since a day.

    Times are working days of the reviewing team; a question to the partner stops the clock.
    """

    won: int
    lost: int
    expired: int
    released: int
    decided: int
    in_time: int
    median_days: float | None
    p90_days: float | None

    @property
    def win_rate(self) -> Decimal | None:
        """Won of those won or lost; None where none was."""
        closed = self.won + self.lost
        return Decimal(self.won) / closed if closed else None

    @property
    def inside_the_clock(self) -> Decimal | None:
        """The share decided in time; None where nothing was decided."""
        return Decimal(self.in_time) / self.decided if self.decided else None


def figures_of(deals: QuerySet[Deal], since: dt.datetime) -> Figures:
    """The figures of registrations closed or decided at a moment or later; one query."""
    ended = DealStep.objects.filter(
        deal=OuterRef("pk"),
        step__in=(Step.EXPIRE, Step.RELEASE),
        to_state=OuterRef("state"),
        at__gte=since,
    )
    rows: list[Any] = list(
        deals.annotate(ended=ArraySubquery(ended.values("at")))
        .filter(Q(closed_at__gte=since) | Q(decided_at__gte=since) | Q(ended__len__gt=0))
        .annotate(
            holidays=ArraySubquery(TeamHoliday.objects.filter(team=OuterRef("team")).values("day")),
            clock=ArraySubquery(_clock_steps()),
        )
        .values(
            "state", "closed_at", "complete_at", "decided_at", "due_at", "ended", "holidays",
            "clock",
            zone=F("team__time_zone"), weekdays=F("team__working_days"),
        )
    )  # fmt: skip
    closed = [row["state"] for row in rows if _closed_since(row, since)]
    decided = [row for row in rows if row["decided_at"] and row["decided_at"] >= since]
    taken = sorted(_working_days(row) for row in decided)
    return Figures(
        won=closed.count(State.WON),
        lost=closed.count(State.LOST),
        expired=closed.count(State.EXPIRED),
        released=closed.count(State.RELEASED),
        decided=len(decided),
        in_time=sum(row["decided_at"] <= row["due_at"] for row in decided),
        median_days=statistics.median(taken) if taken else None,
        p90_days=_p90(taken),
    )


def _clock_steps() -> Any:
    told = Concat("step", Value(" "), Cast("at", CharField()))
    steps = DealStep.objects.filter(deal=OuterRef("pk"), step__in=CLOCK_STEPS)
    return steps.order_by("at", "pk").values(told=told)


def _closed_since(row: dict[str, Any], since: dt.datetime) -> bool:
    return bool(row["ended"]) or (row["closed_at"] is not None and row["closed_at"] >= since)


def _working_days(row: dict[str, Any]) -> float:
    """Working time from the submission, or from where the clock began anew, to the decision."""
    calendar = WorkingCalendar(
        zone=zoneinfo.ZoneInfo(row["zone"]),
        weekdays=frozenset(row["weekdays"]),
        holidays=frozenset(row["holidays"]),
    )
    taken, since = dt.timedelta(), None
    for told in row["clock"]:
        step, _, at = told.partition(" ")
        moment = dt.datetime.fromisoformat(at)
        if moment > row["decided_at"]:
            break
        if step == Step.ASK and since:
            taken, since = taken + calendar.between(since, moment), None
        elif step in {Step.SUBMIT, Step.REOPEN} or moment == row["complete_at"]:
            # An answer that came too late is a new beginning.
            taken, since = dt.timedelta(), moment
        elif since is None:
            since = moment
    if since:
        taken += calendar.between(since, row["decided_at"])
    return taken / DAY


def _p90(taken: Sequence[float]) -> float | None:
    """The time within which nine of ten were decided: the smallest that covers them."""
    if not taken:
        return None
    return taken[-(-9 * len(taken) // 10) - 1]
