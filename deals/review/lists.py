"""Registrations as our people list them: what waits, by time left, and all of them."""

import dataclasses
import datetime as dt
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Sum
from django.http import HttpRequest

from accounts.models import User
from deals.actions.reviewing import REVIEWERS
from deals.models import Appeal, Deal, DealLine, ExtensionRequest, RequestState, ReviewTeam
from deals.rules.states import PENDING, State

TONES = {
    State.DRAFT: ("", "pencil"),
    State.SUBMITTED: ("blue", "inbox"),
    State.UNDER_REVIEW: ("blue", "eye"),
    State.NEEDS_INFO: ("orange", "help-circle"),
    State.APPROVED: ("green", "shield-check"),
    State.REJECTED: ("", "circle-x"),
    State.EXPIRED: ("", "clock"),
    State.RELEASED: ("", "door-exit"),
    State.WON: ("green", "trophy"),
    State.LOST: ("red", "x"),
    State.WITHDRAWN: ("", "arrow-left"),
}
MOST = 10_000


def reviewers() -> QuerySet[User]:
    """Who may be given a review."""
    return User.objects.active().filter(role__in=REVIEWERS)


class QueueFilter(filters.FilterSet):  # type: ignore[misc]
    """What the queue can be narrowed by."""

    team = filters.ModelChoiceFilter(
        queryset=ReviewTeam.objects.all(), empty_label="Any", label="Team"
    )
    mine = filters.ChoiceFilter(
        method="with_reviewer",
        choices=[("me", "Mine"), ("nobody", "Nobody's yet")],
        empty_label="Any",
        label="Reviewer",
    )
    q = filters.CharFilter(method="search", label="Number or customer", widget=forms.SearchInput)

    def search(self, deals: Any, _name: str, text: str) -> Any:
        """Those that contain the text."""
        return deals.search(text)

    def with_reviewer(self, deals: Any, _name: str, value: str) -> Any:
        """Those of the person who asks, or of nobody."""
        return deals.filter(reviewer=self.request.user if value == "me" else None)


class DealFilter(QueueFilter):
    """What the list of all can be narrowed by."""

    state = filters.ChoiceFilter(
        choices=[pair for pair in State.choices if pair[0] != State.DRAFT],
        empty_label="Any",
        label="State",
    )
    mine = None


SORTS = {
    "submitted": ("submitted_at", "id"),
    "-submitted": ("-submitted_at", "-id"),
    "customer": ("account_name", "id"),
    "-customer": ("-account_name", "-id"),
}


def queue(request: HttpRequest) -> QueueFilter:
    """What waits for this person's decision, narrowed as they ask."""
    return QueueFilter(request.GET, queryset=waiting(request.user), request=request)


def waiting(user: Any) -> Any:
    """What waits for a person's decision, the least time left first."""
    return listed(user).to_decide().order_by(F("due_at").asc(nulls_last=True), "pk")


def every(request: HttpRequest) -> DealFilter:
    """All that this person sees, the newest first unless sorted otherwise."""
    chosen = request.GET.get("sort", "")
    order = SORTS.get(chosen, SORTS["-submitted"])
    return DealFilter(request.GET, queryset=listed(request.user).order_by(*order), request=request)


def listed(user: Any) -> Any:
    """Registrations with what a row of a list shows of them, asked for of those rows only."""
    lines = DealLine.objects.filter(deal=OuterRef("pk")).order_by().values("deal")
    return (
        Deal.objects.visible_to(user)
        .select_related("partner", "reviewer", "team", "registered_by")
        .annotate(
            total=lines.annotate(told=Sum("amount")).values("told"),
            first_line=lines.annotate(told=Min("product_line__name")).values("told"),
            line_count=lines.annotate(told=Count("pk")).values("told"),
        )
    )


def protected_until(keys: list[int]) -> dict[int, dt.date]:
    """The last protected day of each registration that was ever protected."""
    rows = (
        Deal.objects.filter(pk__in=keys)
        .annotate(end=Max("protections__during__endswith"))
        .exclude(end=None)
        .values_list("pk", "end")
    )
    return {pk: end - dt.timedelta(days=1) for pk, end in rows}


@dataclasses.dataclass(frozen=True)
class Left:
    """How much time is left until a decision is due, in words, and how urgent that is."""

    words: str
    tone: str
    icon: str


def time_left(deal: Deal, now: dt.datetime) -> Left:
    """Of a registration that waits; the clock of one that we asked about stands still."""
    if deal.state == State.NEEDS_INFO:
        return Left("Waits for the partner", "", "help-circle")
    if deal.due_at is None:
        return Left("No clock", "", "clock")
    if now > deal.due_at:
        return Left(f"Late by {duration(now - deal.due_at)}", "red", "alert-triangle")
    soon = deal.escalates_at is not None and now > deal.escalates_at
    left = f"{duration(deal.due_at - now)} left"
    return Left(left, "orange" if soon else "green", "clock")


def duration(span: dt.timedelta) -> str:
    """A span in days and hours, below a day in hours and minutes."""
    minutes = int(span.total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def open_requests(user: Any) -> tuple[Any, Any]:
    """Extensions and appeals that wait for an answer, the oldest first."""
    visible = Deal.objects.visible_to(user)
    waiting = Q(deal__in=visible, state=RequestState.OPEN)
    extensions = ExtensionRequest.objects.filter(waiting).order_by("asked_at")
    appeals = Appeal.objects.filter(waiting).order_by("filed_at")
    named = ("deal__partner", "partner")
    return extensions.select_related(*named), appeals.select_related(*named)


def is_pending(deal: Deal) -> bool:
    """Whether the whole registration waits for our decision."""
    return deal.state in PENDING
