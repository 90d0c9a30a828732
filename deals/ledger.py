"""The breach ledger in figures: how many count, how long they took, what the partner did after."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Holiday, Organisation
from channelhub.lib import months
from deals.models import Breach, BreachState, Deal
from deals.rules.breaches import severity
from deals.rules.clock import DAY, WorkingCalendar
from deals.rules.states import State
from partners.models import LineCardObservation, LineCardSupplier, Partner

COMPARED = dt.timedelta(days=90)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tally:
    """Breaches of 12 months against one partner, or by one direct team (by its name)."""

    partner: Partner | None
    team: str
    suspected: int
    confirmed: int

    @property
    def severity(self) -> str:
        """One confirmed is a warning, three are critical."""
        return severity(self.confirmed)


def by_partner(breaches: QuerySet[Breach], today: dt.date) -> list[Tally]:
    """Partners with what counts against them, most confirmed first; two queries."""
    rows = _tallied(breaches, today, "partner")
    known = Partner.objects.in_bulk([row["partner"] for row in rows])
    return [
        Tally(
            partner=known[row["partner"]],
            team="",
            suspected=row["suspected"],
            confirmed=row["confirmed"],
        )
        for row in rows
    ]


def by_team(breaches: QuerySet[Breach], today: dt.date) -> list[Tally]:
    """Direct teams by what they did; what names no team stands under an empty name."""
    return [
        Tally(
            partner=None,
            team=row["direct_team"],
            suspected=row["suspected"],
            confirmed=row["confirmed"],
        )
        for row in _tallied(breaches, today, "direct_team")
    ]


def _tallied(breaches: QuerySet[Breach], today: dt.date, by: str) -> list[dict[str, Any]]:
    rows = recent(breaches, today).order_by().values(by).annotate(**COUNTS)
    return list(rows.order_by("-confirmed", "-suspected", by))


def recent(breaches: QuerySet[Breach], today: dt.date) -> Any:
    """Those of the last 12 months that are not waived, with the incident that each belongs to.

    Worked on and then won is one incident, however many entries it has.
    """
    within = breaches.filter(happened_on__gt=months.months_before(today, 12))
    counted = within.exclude(state=BreachState.WAIVED)
    return counted.annotate(incident=Coalesce("direct_opportunity_id", 0 - F("pk")))


COUNTS = {
    "suspected": Count("incident", filter=Q(state=BreachState.SUSPECTED), distinct=True),
    "confirmed": Count("incident", filter=Q(state=BreachState.CONFIRMED), distinct=True),
}


# --- How long it took --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resolution:
    """How long a breach waited for its decision, or has waited so far."""

    days: int
    working_days: float
    is_open: bool


def office_calendar() -> WorkingCalendar:
    """When the organisation works."""
    own = Organisation.current()
    return WorkingCalendar(
        zone=own.zone(),
        weekdays=frozenset(own.working_days),
        holidays=frozenset(Holiday.objects.values_list("day", flat=True)),
    )


def resolution(breach: Breach, calendar: WorkingCalendar, now: dt.datetime) -> Resolution:
    """From when it was filed to its decision, in calendar days begun and in working days."""
    end = breach.decided_at or now
    return Resolution(
        days=(end.astimezone(calendar.zone).date() - _day(breach, calendar)).days,
        working_days=round(calendar.between(breach.filed_at, end) / DAY, 1),
        is_open=breach.decided_at is None,
    )


def _day(breach: Breach, calendar: WorkingCalendar) -> dt.date:
    filed: dt.datetime = breach.filed_at
    return filed.astimezone(calendar.zone).date()


# --- What the partner did after ----------------------------------------------------------------


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rank:
    """Our rank in a product category of the partner's line card, by one source."""

    category: str
    source: str
    before: int | None
    after: int | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Aftermath:
    """The 90 days from a breach on against the 90 before; `passed` is how many of them are over.

    Nobody keeps a record of sign-ins, so logins are not known.
    """

    registrations_before: int
    registrations_after: int
    passed: int
    ranks: list[Rank]
    logins_before: int | None = None
    logins_after: int | None = None


def aftermath(breach: Breach, today: dt.date) -> Aftermath:
    """What the partner did after a breach; three queries."""
    day = breach.happened_on
    zone = Organisation.current().zone()
    start, middle, end = (
        dt.datetime.combine(each, dt.time(), tzinfo=zone)
        for each in (day - COMPARED, day, day + COMPARED)
    )
    handed_in = Deal.objects.filter(partner=breach.partner_id).exclude(state=State.DRAFT)
    counts = handed_in.aggregate(
        before=Count("pk", filter=Q(submitted_at__gte=start, submitted_at__lt=middle)),
        after=Count("pk", filter=Q(submitted_at__gte=middle, submitted_at__lt=end)),
    )
    return Aftermath(
        registrations_before=counts["before"],
        registrations_after=counts["after"],
        passed=min(max((today - day).days, 0), COMPARED.days),
        ranks=_ranks(breach.partner_id, day),
    )


def _ranks(partner: int, day: dt.date) -> list[Rank]:
    """The last observation before the day and the last of the 90 days, by category and source."""
    seen = LineCardObservation.objects.filter(
        line_card__partner=partner, observed_on__lt=day + COMPARED
    )
    ours = LineCardSupplier.objects.filter(observation__in=seen, ours=True)
    ranks = dict(ours.values_list("observation", "rank"))
    before: dict[tuple[str, str, str], int | None] = {}
    after: dict[tuple[str, str, str], int | None] = {}
    for row in _in_order(seen):
        key = (row.line_card.category, row.source, row.basis)
        (before if row.observed_on < day else after)[key] = ranks.get(row.pk)
    return [
        Rank(category=key[0], source=key[1], before=before.get(key), after=after.get(key))
        for key in sorted({*before, *after})
    ]


def _in_order(seen: Any) -> Iterable[LineCardObservation]:
    rows: Iterable[LineCardObservation] = seen.select_related("line_card").order_by(
        "observed_on", "pk"
    )
    return rows
