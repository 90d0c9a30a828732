"""What one person looks after goes to another, for many partners at once."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from accounts.models import User
from channelhub.lib.history import decision
from partners.actions.standing import check_manager
from partners.models import Partner, PartnerManager


class Duty(models.TextChoices):
    """As what somebody looks after a partner."""

    BOTH = "both", "Manager and deputy"
    MANAGER = "manager", "Manager"
    DEPUTY = "deputy", "Deputy"


def holdings(leaving: User, duty: str, since: dt.date) -> "models.QuerySet[Any]":
    """The rows in which somebody looks after a partner on `since` or later."""
    manages = Q(manager=leaving) if duty != Duty.DEPUTY else Q(pk=None)
    stands_in = Q(deputy=leaving) if duty != Duty.MANAGER else Q(pk=None)
    later = DateRange(since, None)
    rows = PartnerManager.objects.filter(manages | stands_in, valid__overlap=later)
    return rows.select_related("partner", "manager", "deputy").order_by("partner__name", "valid")


def reassign(
    partners: Collection[Partner],
    *,
    leaving: User,
    to: User,
    duty: str,
    since: dt.date,
    acting_user: User,
) -> int:
    """From `since` on, that day included, `to` looks after these partners in place of `leaving`.

    Days before stay as they were, and so does whatever was planned for somebody else. Whoever
    becomes manager where they were deputy leaves the deputy's place empty.

    Returns:
        How many partners changed hands.

    Raises:
        ValidationError: `to` cannot look after partners, is `leaving`, or one of the partners is
            not theirs (any more).
    """
    check_manager(to, None)
    if to == leaving:
        raise ValidationError({"to": "Choose somebody else than who gives them up."})
    wanted = {partner.pk for partner in partners}
    with decision(acting_user):
        # In the order of their keys, as every change of a partner locks it first.
        list(Partner.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True))
        rows = list(holdings(leaving, duty, since).filter(partner__in=wanted))
        if {row.partner_id for row in rows} != wanted:
            raise ValidationError("Some of these partners changed hands meanwhile. Look again.")
        _hand_over(rows, leaving, to, duty, since)
    return len(wanted)


def _hand_over(
    rows: list[PartnerManager], leaving: User, to: User, duty: str, since: dt.date
) -> None:
    """Part the rows at `since`: the days before stay, the days from then on are `to`'s."""
    begun = [row for row in rows if row.valid.lower is None or row.valid.lower < since]
    fresh = []
    for row in begun:
        fresh.append(_given(row, leaving, to, duty, DateRange(since, row.valid.upper)))
        row.valid = DateRange(row.valid.lower, since)
    planned = [row for row in rows if row not in begun]
    for row in planned:
        row.manager, row.deputy = _people(row, leaving, to, duty)
    PartnerManager.objects.bulk_update(begun, ["valid"])
    PartnerManager.objects.bulk_update(planned, ["manager", "deputy"])
    PartnerManager.objects.bulk_create(fresh)


def _given(
    row: PartnerManager, leaving: User, to: User, duty: str, valid: DateRange
) -> PartnerManager:
    manager, deputy = _people(row, leaving, to, duty)
    return PartnerManager(partner=row.partner, manager=manager, deputy=deputy, valid=valid)


def _people(row: PartnerManager, leaving: User, to: User, duty: str) -> tuple[User, User | None]:
    manager = to if duty != Duty.DEPUTY and row.manager == leaving else row.manager
    deputy = to if duty != Duty.MANAGER and row.deputy == leaving else row.deputy
    return manager, None if deputy == manager else deputy
