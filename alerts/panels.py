"""What alerts put on the home page and on a partner's page."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from alerts.canaries.our_sales_shift import OurSalesShift
from alerts.explain import Explained, explain
from alerts.health import POINTS, in_health
from alerts.models import (
    Alert,
    AlertChange,
    AlertQuerySet,
    Change,
    Finding,
    PartnerHealth,
    Run,
)
from alerts.verdicts import Nature, Scope
from customers.models import Customer
from partners.models import Partner, PartnerQuerySet

CHANGES_SHOWN = 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChangedAlert:
    """An alert and what the night did to it."""

    change: AlertChange
    explained: Explained


@dataclasses.dataclass(frozen=True, kw_only=True)
class Overnight:
    """What the newest night changed in the alerts that a person may see.

    In a baseline night nothing that it opened counts as changed.
    """

    as_of: dt.date
    counts: dict[str, int]
    changes: list[ChangedAlert]
    baseline: bool

    @property
    def more(self) -> int:
        """Changes that are not listed."""
        return sum(self.counts.values()) - len(self.changes)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ranked:
    """Open alerts of one nature: the largest, how many there are, and the money of them all."""

    nature: Nature
    shown: list[Explained]
    count: int
    money: Decimal | None

    @property
    def label(self) -> str:
        """Risks or opportunities."""
        return {Nature.RISK: "Risks", Nature.OPPORTUNITY: "Opportunities"}[self.nature]


def overnight(user: User) -> Overnight | None:
    """What changed in the newest published night; None before the first."""
    run = Run.objects.newest()
    if run is None:
        return None
    visible = Alert.objects.visible_to(user)
    opened_as_baseline = Q(alert__baseline=True, change=Change.OPENED)
    changes = AlertChange.objects.filter(run=run, alert__in=visible).exclude(opened_as_baseline)
    counted = changes.order_by().values("change").annotate(count=Count("pk"))
    return Overnight(
        as_of=run.as_of,
        counts={row["change"]: row["count"] for row in counted},
        changes=_largest(changes, user),
        baseline=run.canaries.filter(baseline=True).exists(),
    )


def _largest(changes: QuerySet[AlertChange], user: User) -> list[ChangedAlert]:
    ordered = changes.select_related("alert").prefetch_related("alert__partners")
    largest = list(ordered.order_by("-alert__money", "alert_id")[:CHANGES_SHOWN])
    explained = explain((change.alert for change in largest), user)
    return [
        ChangedAlert(change=change, explained=text)
        for change, text in zip(largest, explained, strict=True)
    ]


def ranked(user: User, nature: Nature, *, limit: int = 8) -> Ranked:
    """Open risks or opportunities that a person may see, most money first."""
    found: AlertQuerySet = Alert.objects.visible_to(user).open().filter(nature=nature)
    sums = found.aggregate(count=Count("pk"), money=Sum("money"))
    return Ranked(
        nature=nature,
        shown=explain(found.ranked().prefetch_related("partners")[:limit], user),
        count=sums["count"],
        money=sums["money"],
    )


def partner_alerts(partner: Partner, viewer: User) -> list[Explained]:
    """The open alerts that concern a partner, most money first."""
    found = Alert.objects.open().filter(partners=partner).ranked()
    return explain(found.prefetch_related("partners"), viewer)


def past_alerts(partner: Partner, viewer: User, *, limit: int = 10) -> list[Explained]:
    """The alerts of a partner that ended or were archived, newest first."""
    found = Alert.objects.filter(partners=partner).exclude(ended_on=None, archived_on=None)
    newest = found.order_by(Coalesce("ended_on", "archived_on").desc(), "-id")
    return explain(newest.prefetch_related("partners")[:limit], viewer)


def largest_partners(
    visible: PartnerQuerySet, *, limit: int = 10
) -> list[tuple[Partner, Decimal | None]]:
    """The largest of some partners with their trailing 12 months, as the newest night knew them.

    In reporting currency. Before the first night it is the first by name, with unknown sizes.
    """
    run = Run.objects.newest()
    judged = Finding.objects.filter(run=run, subject__in=visible.values("pk"))
    sizes = dict(
        judged.filter(canary=OurSalesShift.name)
        .order_by(F("partner_size").desc(nulls_last=True), "subject")
        .values_list("subject", "partner_size")[:limit]
    )
    if not sizes:
        return [(partner, None) for partner in visible.order_by("name", "pk")[:limit]]
    partners = Partner.objects.in_bulk(sizes)
    return [(partners[key], size) for key, size in sizes.items()]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Term:
    """What one canary takes from a partner's health."""

    canary: str
    points: int
    words: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Health:
    """A partner's health with its terms; `score` is None, unknown, where too little was judged."""

    score: int | None
    terms: list[Term]
    judged: list[str]
    unjudged: list[str]

    @property
    def words(self) -> str:
        """Judged n of N."""
        return f"judged {len(self.judged)} of {len(self.judged) + len(self.unjudged)}"

    @property
    def band(self) -> tuple[str, str, str]:
        """Words, tone and icon."""
        return band_of(self.score)


BANDS = ((80, ("Good", "green", "check")), (50, ("Strained", "orange", "alert-triangle")))
POOR, UNKNOWN = ("Poor", "red", "alert-octagon"), ("Unknown", "", "question-mark")


def band_of(score: int | None) -> tuple[str, str, str]:
    """What a score is called: good from 80, strained from 50; words, tone and icon."""
    if score is None:
        return UNKNOWN
    return next((words for least, words in BANDS if score >= least), POOR)


def health_of(partners: Collection[int]) -> dict[int, Health]:
    """The health of partners by their keys, as the newest night left it; missing if not judged."""
    names = in_health()
    rows = PartnerHealth.objects.current().filter(partner__in=partners)
    return {row.partner_id: _health(row, names) for row in rows}


def score_on(partner: int, day: dt.date) -> int | None:
    """The score of a partner by the newest night as of a day or earlier; None where unknown."""
    rows = PartnerHealth.objects.filter(partner=partner, as_of__lte=day).order_by("-as_of")
    return rows.values_list("score", flat=True).first()


def _health(row: PartnerHealth, names: list[str]) -> Health:
    return Health(
        score=row.score,
        terms=[_term(term) for term in row.terms],
        judged=[name for name in names if name in row.judged],
        unjudged=[name for name in names if name not in row.judged],
    )


def _term(term: dict[str, Any]) -> Term:
    counts = [f"{term[level]} {level}" for level in POINTS if term[level]]
    return Term(canary=term["canary"], points=term["points"], words=", ".join(counts))


def health_bands(visible: PartnerQuerySet) -> list[tuple[str, str, str, int]]:
    """How many of some partners are in each band: words, tone, icon and count; good first."""
    scores = PartnerHealth.objects.current().filter(partner__in=visible.values("pk"))
    counted = dict(scores.order_by().values_list("score").annotate(count=Count("pk")))
    found: dict[tuple[str, str, str], int] = {}
    for score, count in counted.items():
        found[band_of(score)] = found.get(band_of(score), 0) + count
    order = [*(words for _, words in BANDS), POOR, UNKNOWN]
    return [(*words, found.get(words, 0)) for words in order]


def customer_alerts(customer: Customer, viewer: User) -> list[Explained]:
    """The open alerts about a customer that a person may see."""
    found = Alert.objects.visible_to(viewer).open()
    about = found.filter(scope=Scope.CUSTOMER, subject=customer.pk).prefetch_related("partners")
    return explain(about, viewer)
