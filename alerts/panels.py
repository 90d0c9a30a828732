"""What alerts put on the home page and on a partner's page."""

import dataclasses
import datetime as dt
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from alerts.canaries.our_sales_shift import OurSalesShift
from alerts.explain import Explained, explain
from alerts.models import Alert, AlertChange, AlertQuerySet, Change, Finding, Run
from alerts.verdicts import Nature
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
