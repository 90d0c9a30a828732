"""What time does to registrations, exactly once each: the beat calls these every five minutes.

Each registration is a transaction of its own, judged again under its lock, so that two beats, a
crash between two of them and a late beat change nothing. Days are the organisation's.
"""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import CharField, Exists, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Role
from deals.actions.notices import tell_manager, tell_partner, tell_role
from deals.actions.overlaps import stands_alone
from deals.actions.protecting import AlreadyProtected, cut, end_of, lock_customer, protect
from deals.actions.steps import locked, now, step, today
from deals.models import Deal, Ground, Notice, Protection, RequestState, Terms
from deals.rules.states import PENDING, State, Step

logger = logging.getLogger(__name__)

REMINDERS = (30, 14, 7, 1)
# As many as one tick works through; the next one goes on.
MOST = 2_000
# How far ahead of today a request that waits for us is protected at least: as long a beat may fail.
KEPT_ALIVE = dt.timedelta(days=14)


def keep_the_clock() -> None:
    """Escalate what waits too long, and record what was decided too late."""
    moment = now()
    pending = Deal.objects.filter(state__in=PENDING)
    _each(pending.filter(escalated_at=None, escalates_at__lte=moment), _escalate)
    _each(pending.filter(missed_at=None, misses_at__lte=moment), _miss)


def age_protections() -> None:
    """Remind of protections that end, end those that are over, ask the silent, release them."""
    day = today()
    approved = Deal.objects.filter(state=State.APPROVED)
    theirs = Protection.objects.filter(deal=OuterRef("pk")).order_by().values("deal")
    ending = approved.annotate(
        end=Subquery(theirs.annotate(end=Max("during__endswith")).values("end"))
    )
    # First of all: a request that we have not answered keeps its protection alive.
    waiting = ending.filter(extension__state=RequestState.OPEN, end__lte=day + KEPT_ALIVE)
    _each(waiting, _keep_alive)
    for days in REMINDERS:
        _each(_not_reminded(ending, days, day), _remind)
    _each(ending.filter(end__lte=day), _expire)
    _each(_silent(approved), _silence)


def _not_reminded(ending: Any, days: int, day: dt.date) -> Any:
    """Those whose protection ends within so many days, but no fewer that have a reminder."""
    fewer = max((each for each in REMINDERS if each < days), default=-1)
    near = ending.filter(
        end__gt=day + dt.timedelta(days=fewer + 1), end__lte=day + dt.timedelta(days=days + 1)
    )
    key = Concat(Value("ends "), Cast(OuterRef("end"), CharField()), Value(f" {days}"))
    return near.exclude(Exists(Notice.objects.filter(deal=OuterRef("pk"), key=key)))


def _silent(approved: QuerySet[Deal]) -> QuerySet[Deal]:
    """Those to be asked, warned or released, by the strictest terms of any rules."""
    strictest = Terms.objects.aggregate(
        asks=Min("silence_days"),
        warns=Min(F("release_days") - F("notice_days")),
        releases=Min("release_days"),
        notice=Min("notice_days"),
    )
    if strictest["asks"] is None:
        return approved.none()
    ago = {name: now() - dt.timedelta(days=days) for name, days in strictest.items()}
    return approved.filter(
        Q(silence_asked_at=None, notice_at=None, active_at__lte=ago["asks"])
        | Q(notice_at=None, active_at__lte=ago["warns"])
        | Q(notice_at__lte=ago["notice"], active_at__lte=ago["releases"])
    )


def _each(deals: QuerySet[Deal], act: Callable[[Deal], None]) -> None:
    for pk in list(deals.order_by("pk").values_list("pk", flat=True)[:MOST]):
        try:
            with locked(Deal(pk=pk), None) as mine:
                act(mine)
        except Exception:
            # One that fails must not keep the others from being looked at.
            logger.exception("registration %s: %s failed", pk, act.__name__)


def _escalate(deal: Deal) -> None:
    at = now()
    if deal.state not in PENDING or deal.escalated_at or not _over(deal.escalates_at, at):
        return
    step(deal, Step.ESCALATE, by=None, at=at, internal=True, fields={"escalated_at": at})
    due = f"To be decided by {deal.due_at:%-d %b %Y %H:%M} UTC."
    tell_manager(deal, f"escalate {deal.escalates_at:%s}", "Waits for a decision", due)


def _miss(deal: Deal) -> None:
    at = now()
    if deal.state not in PENDING or deal.missed_at or not _over(deal.misses_at, at):
        return
    step(deal, Step.MISS, by=None, at=at, internal=True, fields={"missed_at": at})
    key = f"miss {deal.misses_at:%s}"
    told = f"Submitted {deal.submitted_at:%-d %b %Y %H:%M} UTC by {deal.partner}."
    tell_role(deal, Role.CHIEF, key, "Decision late", told)
    if stands_alone(deal):
        _protect_provisionally(deal, at)


def _protect_provisionally(deal: Deal, at: dt.datetime) -> None:
    if deal.rules is None:
        return
    lines = list(deal.lines.all())
    days = {line.pk: deal.rules.terms_for(deal.type, line.product_line_id) for line in lines}
    try:
        for line in lines:
            protect(
                deal,
                [line],
                first=today(),
                days=days[line.pk].protection_days,
                ground=Ground.PROVISIONAL,
            )
    except AlreadyProtected:
        return
    text = "We are late. Until we decide, your registration is protected provisionally."
    step(deal, Step.PROVISIONAL, by=None, at=at, text=text)
    tell_partner(deal, f"provisional {at:%s}", "Protected provisionally", text)


def _over(moment: dt.datetime | None, at: dt.datetime) -> bool:
    return moment is not None and moment <= at


def _remind(deal: Deal) -> None:
    end = end_of(deal)
    if deal.state != State.APPROVED or end is None:
        return
    left = (end - today()).days
    due = [days for days in REMINDERS if left <= days + 1 and left > 0]
    if not due:
        return
    last = end - dt.timedelta(days=1)
    # After a beat that was away for days only the nearest one is told.
    nearest = min(due)
    tell_partner(
        deal,
        f"ends {end} {nearest}",
        f"Protection ends on {last:%-d %b %Y}",
        "Tell us how it goes, ask for the extension, or report it won or lost.",
    )


def _keep_alive(deal: Deal) -> None:
    """Protect for another while what a request waits for; nobody else can have come between."""
    request = getattr(deal, "extension", None)
    if deal.state != State.APPROVED or request is None or request.state != RequestState.OPEN:
        return
    lock_customer(deal)
    until = today() + 2 * KEPT_ALIVE
    pending = deal.protections.filter(ground=Ground.PENDING_EXTENSION).not_over(today())
    for row in pending.order_by("pk"):
        if row.during.upper < until:
            row.during = DateRange(row.during.lower, until)
            row.save(update_fields=["during"])


def _expire(deal: Deal) -> None:
    end = end_of(deal)
    if deal.state != State.APPROVED or end is None or end > today():
        return
    at = now()
    request = getattr(deal, "extension", None)
    if request is not None and request.state == RequestState.OPEN:
        return
    step(deal, Step.EXPIRE, by=None, at=at)
    tell_partner(deal, f"expire {end}", "Protection expired", "Report it won or lost when it is.")
    tell_manager(deal, f"expire {end}", "Protection expired", "")


def _silence(deal: Deal) -> None:
    """At `silence_days` we ask, `notice_days` before the release we say so, then release."""
    if deal.state != State.APPROVED or deal.rules is None or deal.active_at is None:
        return
    at = now()
    terms = [deal.rules.terms_for(deal.type, row.product_line_id) for row in deal.lines.all()]
    silent = at - deal.active_at
    release = dt.timedelta(days=max(t.release_days for t in terms))
    notice = dt.timedelta(days=max(t.notice_days for t in terms))
    asks = dt.timedelta(days=max(t.silence_days for t in terms))
    since = f"{deal.active_at:%-d %b %Y}"
    if silent >= release and deal.notice_at and at - deal.notice_at >= notice:
        _release(deal, at, since)
    elif silent >= release - notice and deal.notice_at is None:
        text = f"Nothing was heard since {since}. It will be released without an update."
        step(deal, Step.NOTICE, by=None, at=at, text=text, fields={"notice_at": at})
        tell_partner(deal, f"notice {deal.active_at:%s}", "Protection will be released", text)
        tell_manager(deal, f"notice {deal.active_at:%s}", "Protection will be released", text)
    elif silent >= asks and deal.silence_asked_at is None:
        text = f"Nothing was heard since {since}. How does it go?"
        step(deal, Step.SILENCE, by=None, at=at, text=text, fields={"silence_asked_at": at})
        tell_partner(deal, f"silence {deal.active_at:%s}", "How does it go?", text)
        tell_manager(deal, f"silence {deal.active_at:%s}", "Silent", text)


def _release(deal: Deal, at: dt.datetime, since: str) -> None:
    text = f"Nothing was heard since {since}."
    step(deal, Step.RELEASE, by=None, at=at, text=text)
    cut(deal, today())
    tell_partner(deal, f"release {at:%s}", "Protection released", text)
    tell_manager(deal, f"release {at:%s}", "Protection released", text)
