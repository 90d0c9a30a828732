"""What other rooms show of a partner: its record as it stands on a day."""

import dataclasses
import datetime as dt
from typing import Any

from accounts.models import User
from partners.models import (
    Partner,
    PartnerExternalId,
    PartnerFiscalPeriod,
    PartnerManager,
    PartnerStatus,
    PartnerTerritory,
    PartnerTier,
    Status,
)

BRANCHES_SHOWN = 20
STATUS_TONES = {
    Status.PROSPECT: ("blue", "flag"),
    Status.ACTIVE: ("green", "check"),
    Status.ON_NOTICE: ("orange", "clock"),
    Status.ENDED: ("", "x"),
}


@dataclasses.dataclass(frozen=True)
class Related:
    """Partners that belong to this one, or it to them; `linked` are those the viewer may open."""

    label: str
    partners: list[Partner]
    linked: set[int]
    more: int = 0


@dataclasses.dataclass(frozen=True)
class Record:
    """The facts of a partner on a day; a dated fact is its row, or None where unknown."""

    partner: Partner
    external_ids: list[PartnerExternalId]
    fiscal_periods: list[PartnerFiscalPeriod]
    status: PartnerStatus | None
    tier: PartnerTier | None
    territory: PartnerTerritory | None
    manager: PartnerManager | None
    related: list[Related]

    @property
    def status_badge(self) -> tuple[str, str, str]:
        """Words, tone and icon of its status."""
        return status_badge(self.status.status if self.status else None)


def status_badge(status: str | None) -> tuple[str, str, str]:
    """Words, tone and icon of a status; unknown for none."""
    if status is None:
        return ("Unknown", "", "question-mark")
    return (Status(status).label, *STATUS_TONES[Status(status)])


def record(partner: Partner, on: dt.date, *, viewer: User | None = None) -> Record:
    """A partner's record on a day; other partners are linked where the viewer may open them."""
    return Record(
        partner=partner,
        external_ids=list(partner.external_ids.select_related("source")),
        fiscal_periods=list(partner.fiscal_periods.all()[:8]),
        status=partner.statuses.on(on).first(),
        tier=partner.tiers.on(on).first(),
        territory=partner.territories.on(on).first(),
        manager=partner.managers.on(on).select_related("manager", "deputy").first(),
        related=_related(partner, viewer),
    )


def portal_facts(partner: Partner, on: dt.date) -> list[tuple[str, str | None]]:
    """What a partner's own people read of its record: an allow-list."""
    status, tier = partner.statuses.on(on).first(), partner.tiers.on(on).first()
    territory = partner.territories.on(on).first()
    assigned = partner.managers.on(on).select_related("manager").first()
    manager = assigned.manager if assigned else None
    return [
        ("Number", partner.number),
        ("Status", status_badge(status.status if status else None)[0]),
        ("Tier", tier.tier if tier else None),
        ("Territory", territory.territory if territory else None),
        ("Your channel manager", f"{manager.name}, {manager.email}" if manager else None),
        ("Website", partner.website or None),
    ]


def _related(partner: Partner, viewer: User | None) -> list[Related]:
    company = [partner.company] if partner.company else []
    root = [partner.merged_into] if partner.merged_into else []
    lists: list[tuple[str, Any]] = [
        ("Branch of", company),
        ("Branches", partner.branches.all()[: BRANCHES_SHOWN + 1]),
        (f"Merged on {partner.merged_on:%-d %b %Y} into" if root else "", root),
        ("Merged into it", partner.merged_partners.all()[: BRANCHES_SHOWN + 1]),
    ]
    found = [(label, list(partners)) for label, partners in lists]
    linked = _visible([other for _, partners in found for other in partners], viewer)
    return [
        Related(label, partners[:BRANCHES_SHOWN], linked, max(0, len(partners) - BRANCHES_SHOWN))
        for label, partners in found
        if partners
    ]


def _visible(partners: list[Partner], viewer: User | None) -> set[int]:
    if viewer is None or not partners:
        return set()
    own = Partner.objects.visible_to(viewer).filter(pk__in=[other.pk for other in partners])
    return set(own.values_list("pk", flat=True))
