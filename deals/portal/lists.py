"""Registrations as their partner reads them: which ones, in what order, and where each stands."""

import dataclasses
import datetime as dt
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Max, Prefetch, Q, QuerySet, Sum
from django.db.models.lookups import GreaterThanOrEqual

from accounts.models import Organisation, User
from deals.actions.appeals import appeal_until
from deals.actions.protecting import end_of
from deals.models import Deal, DealLine, Ground, RequestState
from deals.rules.states import OPEN, PENDING, State

# As alike as "Fenwick Mills" and "Fenwick Mill Ltd".
ALIKE = 0.4
MOST_ALIKE = 5
# From so many days before its end on, a protection asks for something.
SOON = 30

SORTS = {
    "customer": ("account_name", "id"),
    "-customer": ("-account_name", "-id"),
    "submitted": ("submitted_at", "id"),
    "-submitted": ("-submitted_at", "-id"),
    "amount": ("amount", "id"),
    "-amount": ("-amount", "-id"),
    "decision": ("due_at", "id"),
    "-decision": ("-due_at", "-id"),
    "protection": ("protected_until", "id"),
    "-protection": ("-protected_until", "-id"),
}
TONES = {
    State.DRAFT: ("", "pencil"),
    State.NEEDS_INFO: ("orange", "question-mark"),
    State.APPROVED: ("green", "shield-check"),
    State.REJECTED: ("red", "x"),
    State.EXPIRED: ("", "clock"),
    State.RELEASED: ("", "clock"),
    State.WON: ("green", "trophy"),
    State.LOST: ("", "minus"),
    State.WITHDRAWN: ("", "x"),
}


def narrowed(deals: Any, *, text: str = "", state: str = "") -> Any:
    """Those that were asked for, by the states that a partner knows."""
    if text:
        deals = deals.search(text)
    if state == "open":
        return deals.filter(state__in=(State.DRAFT, *OPEN))
    if state == State.UNDER_REVIEW:
        return deals.filter(state__in=PENDING)
    return deals.filter(state=state) if state else deals


def ordered(deals: Any, sort: str) -> Any:
    """In one of `SORTS`; the newest first where none of them is asked for."""
    keys = SORTS.get(sort)
    if keys is None:
        return deals.order_by("-created_at", "-id")
    if sort.endswith("amount"):
        deals = deals.annotate(amount=Sum("lines__amount"))
    if sort.endswith("protection"):
        deals = deals.annotate(protected_until=Max("protections__during__endswith"))
    return deals.order_by(*keys)


def with_standing(deals: Any) -> Any:
    """With everything that `Standing` reads, at a cost that does not grow with their number."""
    lines = DealLine.objects.select_related("product_line")
    return deals.select_related("rules", "team", "extension", "registered_by").prefetch_related(
        Prefetch("lines", lines),
        "protections",
        "rules__terms",
        "team__holidays",
        "appeals",
    )


def similar(user: User, *, name: str, domain: str, besides: Any = None) -> "QuerySet[Deal]":
    """The person's own registrations of a customer of such a name or domain, likest first."""
    alike = TrigramSimilarity("account_name", name)
    same_domain = Q(account_domain=domain) if domain else Q(pk__in=())
    like_it = Q(GreaterThanOrEqual(alike, ALIKE)) | same_domain
    own: QuerySet[Deal] = Deal.objects.visible_to(user).filter(like_it)
    return own.exclude(public_id=besides).order_by(alike.desc(), "-id")[:MOST_ALIKE]


@dataclasses.dataclass(frozen=True)
class Asked:
    """Something that the partner is asked to do, and until when; the form that answers it."""

    text: str
    form: str = ""
    until: dt.datetime | None = None


@dataclasses.dataclass(frozen=True)
class Standing:
    """Where a registration stands, in its partner's words."""

    deal: Deal
    today: dt.date
    now: dt.datetime

    @classmethod
    def of(cls, deal: Deal) -> "Standing":
        """As of this moment."""
        organisation = Organisation.current()
        return cls(deal, organisation.today(), organisation.now())

    @property
    def state(self) -> str:
        return self.deal.told_state

    @property
    def tone(self) -> tuple[str, str]:
        """Of the badge: its tint and its icon."""
        return TONES.get(State(self.deal.state), ("blue", "clock"))

    @property
    def lines(self) -> list[DealLine]:
        return list(self.deal.lines.all())

    @property
    def amount(self) -> Any:
        """Of all lines; None where there is none yet."""
        return sum(line.amount for line in self.lines) if self.lines else None

    @property
    def due_at(self) -> dt.datetime | None:
        """Until when we decide; None where nothing is to be decided, or we wait for an answer."""
        return self.deal.due_at if self.deal.state in PENDING else None

    @property
    def is_late(self) -> bool:
        """Whether our decision is overdue."""
        return self.due_at is not None and self.due_at < self.now

    @property
    def benefits(self) -> list[str]:
        """What the partner gets by it under its rules, each once."""
        if self.deal.rules is None:
            return []
        terms = [
            self.deal.rules.terms_for(self.deal.type, line.product_line_id) for line in self.lines
        ]
        return list(dict.fromkeys(each.benefit for each in terms if each.benefit))

    @property
    def protected_until(self) -> dt.date | None:
        """The last day on which something of it is protected; None where nothing is today."""
        end = end_of(self.deal) if self.deal.is_open else None
        return end - dt.timedelta(days=1) if end and end > self.today else None

    @property
    def days_left(self) -> int | None:
        """Days of protection, today among them; None where nothing is protected."""
        last = self.protected_until
        return (last - self.today).days + 1 if last else None

    @property
    def is_provisional(self) -> bool:
        """Whether it is protected because our decision is late."""
        grounds = {row.ground for row in self.deal.protections.all() if not row.during.isempty}
        return self.days_left is not None and grounds == {Ground.PROVISIONAL}

    @property
    def extension(self) -> Any:
        """The request for the one extension; None where it was never asked for."""
        return getattr(self.deal, "extension", None)

    @property
    def appeal_until(self) -> dt.datetime | None:
        """Until when the rejection can be appealed; None where it cannot."""
        if self.deal.state != State.REJECTED or self.deal.appeals.all():
            return None
        try:
            until = appeal_until(self.deal)
        except ValidationError:
            return None
        return until if until >= self.now else None

    @property
    def asked(self) -> list[Asked]:
        """What is asked of the partner, what is most urgent first."""
        state = self.deal.state
        if state == State.DRAFT:
            return [Asked("Finish and submit it")]
        if state == State.NEEDS_INFO:
            return [Asked("Answer our question", "answer", self.answer_until)]
        if state in {State.EXPIRED, State.RELEASED}:
            return [Asked("Report it won or lost", "won")]
        if state == State.REJECTED and self.appeal_until:
            return [Asked("You may appeal", "appeal", self.appeal_until)]
        return self._asked_of_approved() if state == State.APPROVED else []

    def _asked_of_approved(self) -> list[Asked]:
        asked = []
        if self.deal.notice_at:
            asked.append(Asked("Tell us how it goes, or it will be released", "update"))
        elif self.deal.silence_asked_at:
            asked.append(Asked("Tell us how it goes", "update"))
        if self.days_left is not None and self.days_left <= SOON:
            text = f"Protection ends in {self.days_left} day{'s' if self.days_left > 1 else ''}"
            asked.append(Asked(text, "" if self.extension else "extension"))
        return asked

    @property
    def answer_until(self) -> dt.datetime | None:
        """Until when an answer keeps the registration's place in time."""
        deal = self.deal
        if deal.asked_at is None or deal.team is None or deal.rules is None:
            return None
        terms = [deal.rules.terms_for(deal.type, line.product_line_id) for line in self.lines]
        return deal.team.calendar().after_days(deal.asked_at, min(t.answer_days for t in terms))

    @property
    def waits_for_extension(self) -> bool:
        """Whether an extension is asked for and not decided."""
        return self.extension is not None and self.extension.state == RequestState.OPEN


def asking_something(user: User, day: dt.date) -> Any:
    """The person's registrations that may ask something of them; `Standing` says what."""
    soon = day + dt.timedelta(days=SOON)
    own = Deal.objects.visible_to(user).annotate(
        protected_until=Max("protections__during__endswith")
    )
    return own.filter(
        Q(state__in=(State.DRAFT, State.NEEDS_INFO, State.EXPIRED, State.RELEASED))
        | Q(state=State.APPROVED, silence_asked_at__isnull=False)
        | Q(state=State.APPROVED, notice_at__isnull=False)
        | Q(state=State.APPROVED, protected_until__lte=soon)
    )
