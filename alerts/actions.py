"""Judging nights: each date once, and again whenever somebody asks."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Max

from accounts.models import Organisation, User
from alerts.canaries import CANARIES, Canary
from alerts.findings import replace_findings
from alerts.models import Run, RunCanary, Threshold
from alerts.night import night
from alerts.publish import publish
from alerts.ranges import ranges
from alerts.room import room
from alerts.verdicts import Limits
from channelhub.lib.history import decision
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkState
from imports.models import Import

JUDGE = "alerts.judge_night"
# The run of day D judges as of D - 1, from this time on.
NIGHT_STARTS = dt.time(2, 15)


class RunIsTaken(Exception):
    """Another worker is judging this date right now."""


def recompute_due() -> None:
    """Ring for last night's run where it is missing or was left unfinished. Idempotent."""
    Run.objects.get_or_create(as_of=due_date(Organisation.current().now()))
    for waiting in Run.objects.claimable():
        ring(JUDGE, waiting.pk)


def due_date(now: dt.datetime) -> dt.date:
    """The newest date that can be judged at a time on the organisation's clocks.

    The key is the date, so two beats, a missed beat and a changed clock all come to one run.
    """
    days = 1 if now.time() >= NIGHT_STARTS else 2
    return now.date() - dt.timedelta(days=days)


def judge_again() -> Run:
    """Ring for the newest night that is due, also if it was judged: somebody loaded history."""
    run, _ = Run.objects.get_or_create(as_of=due_date(Organisation.current().now()))
    finished = Run.objects.filter(pk=run.pk, state__in=[WorkState.DONE, WorkState.DEAD])
    finished.update(state=WorkState.QUEUED, attempts=0, error="")
    ring(JUDGE, run.pk)
    return run


def recompute(as_of: dt.date) -> Run:
    """Judge a date now, or again. Where nothing changed since, nothing is written.

    Raises:
        RunIsTaken: another worker is at it.
    """
    run, _ = Run.objects.get_or_create(as_of=as_of)
    if run.published_at is not None:
        judge(run)
        publish(run)
        return run
    if run.state == WorkState.DEAD:
        Run.objects.filter(pk=run.pk, state=WorkState.DEAD).update(
            state=WorkState.QUEUED, attempts=0
        )
    if not run.claim():
        raise RunIsTaken(f"The run as of {as_of} is being judged by another worker.")
    finish_night(run)
    return run


def finish_night(run: Run) -> None:
    """Judge and publish a run that the caller has claimed; a failure frees it for the next ring."""
    try:
        judge(run)
        publish(run)
    except Exception as error:
        run.retry_later(f"{type(error).__name__}: {error}")
        raise
    run.finish()


def judge(run: Run) -> None:
    """Let every canary judge every subject, a range at a time, each in its own transaction."""
    with room():
        facts = night(run.as_of)
    for canary in CANARIES.values():
        limits = limits_of(canary)
        _enter(run, canary)
        for first, last in list(ranges(canary)):
            verdicts = filter(canary.is_kept, canary.verdicts(facts, limits, first, last))
            replace_findings(run, canary.name, first, last, verdicts)
            if run.state == WorkState.RUNNING:
                run.renew()


def limits_of(canary: Canary) -> Limits:
    """A canary's thresholds: what people set, else the defaults."""
    chosen = Threshold.objects.filter(canary=canary.name, name__in=canary.limits)
    return {**canary.limits, **dict(chosen.values_list("name", "value"))}


def _enter(run: Run, canary: Canary) -> None:
    if not RunCanary.objects.filter(run=run, canary=canary.name).exists():
        RunCanary.objects.get_or_create(
            run=run, canary=canary.name, defaults={"baseline": _is_baseline(run, canary)}
        )


def _is_baseline(run: Run, canary: Canary) -> bool:
    """The canary's first published night, or the first after a history load."""
    earlier = Run.objects.published().filter(
        replay=False, as_of__lt=run.as_of, canaries__canary=canary.name
    )
    published: dt.datetime | None = earlier.aggregate(at=Max("published_at"))["at"]
    if published is None:
        return True
    history = Import.objects.filter(
        state=WorkState.DONE, options__history=True, finished_at__gt=published
    )
    return bool(history.exists())


def set_thresholds(canary: Canary, *, values: Mapping[str, Decimal], acting_user: User) -> None:
    """Set a canary's thresholds; the next judgement uses them. What stays the same is not written.

    Raises:
        KeyError: the canary has no threshold of a name.
    """
    with decision(acting_user):
        before = limits_of(canary)
        for name, value in values.items():
            if value != before[name]:
                Threshold.objects.update_or_create(
                    canary=canary.name, name=name, defaults={"value": value}
                )
