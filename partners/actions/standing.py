"""What holds for a partner from a day on.

Setting a fact ends what held before on that day and replaces whatever was recorded to begin on
that day or later. Days before it are never touched.
"""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Role, User
from channelhub.lib.history import decision
from partners.models import (
    Partner,
    PartnerManager,
    PartnerStatus,
    PartnerTerritory,
    PartnerTier,
    Status,
)

MANAGING_ROLES = (Role.MANAGER, Role.CHIEF, Role.ADMIN)


def set_status(partner: Partner, *, status: str, since: dt.date, acting_user: User) -> None:
    """From `since` on (that day included) the partner has this status.

    Raises:
        ValidationError: not a status.
    """
    if status not in Status.values:
        raise ValidationError({"status": f"Choose one of {', '.join(Status.values)}."})
    _set(PartnerStatus, partner, since, acting_user, {"status": status})


def set_tier(partner: Partner, *, tier: str, since: dt.date, acting_user: User) -> None:
    """From `since` on (that day included) the partner has this tier; "" is none."""
    _set(PartnerTier, partner, since, acting_user, {"tier": tier} if tier else None)


def set_territory(partner: Partner, *, territory: str, since: dt.date, acting_user: User) -> None:
    """From `since` on (that day included) the partner sells there; "" is unknown."""
    facts = {"territory": territory} if territory else None
    _set(PartnerTerritory, partner, since, acting_user, facts)


def set_manager(
    partner: Partner,
    *,
    manager: User | None,
    deputy: User | None = None,
    since: dt.date,
    acting_user: User,
) -> None:
    """From `since` on (that day included) these people look after the partner; None is nobody.

    Raises:
        ValidationError: a deputy without or equal to the manager, or somebody who cannot.
    """
    check_manager(manager, deputy)
    facts = {"manager": manager, "deputy": deputy} if manager else None
    _set(PartnerManager, partner, since, acting_user, facts)


def check_manager(manager: User | None, deputy: User | None) -> None:
    """Raises ValidationError by field."""
    if deputy and not manager:
        raise ValidationError({"deputy": "Choose the manager whose deputy this is."})
    if deputy and deputy == manager:
        raise ValidationError({"deputy": "The deputy is somebody else than the manager."})
    for field, person in (("manager", manager), ("deputy", deputy)):
        if person and not (person.is_active and person.role in MANAGING_ROLES):
            raise ValidationError({field: f"{person} is not one of the channel's people."})


def _set(
    model: Any, partner: Partner, since: dt.date, acting_user: User, facts: dict[str, Any] | None
) -> None:
    with decision(acting_user):
        # One change of a partner at a time; the constraint would refuse what slipped through.
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        rows = model.objects.filter(partner=partner)
        rows.filter(valid__startswith__gte=since).exclude(
            valid__startswith=since, valid__upper_inf=True, **(facts or {"pk": None})
        ).delete()
        before = rows.filter(valid__startswith__lte=since) | rows.filter(valid__lower_inf=True)
        _continue(model, partner, since, facts, before.order_by("valid").last())


def _continue(
    model: Any, partner: Partner, since: dt.date, facts: dict[str, Any] | None, last: Any
) -> None:
    """Let the last row go on, or close it and open another."""
    goes_on = last and (last.valid.upper is None or last.valid.upper >= since)
    if facts and goes_on and all(getattr(last, name) == value for name, value in facts.items()):
        _close(last, None)
        return
    if goes_on:
        _close(last, since)
    if facts:
        model.objects.create(partner=partner, valid=DateRange(since, None), **facts)


def _close(row: Any, day: dt.date | None) -> None:
    if row.valid.upper != day:
        row.valid = DateRange(row.valid.lower, day)
        row.save(update_fields=["valid"])
