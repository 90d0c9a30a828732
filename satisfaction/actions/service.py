"""First-line service metrics, told one by one."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib import months
from channelhub.lib.history import decision
from imports.models import Source
from partners.models import Partner
from satisfaction.models import ServiceMonth

FIGURES = (
    "tickets", "first_response_median", "first_response_p90", "resolution_median",
    "resolution_p90", "reopened", "escalated", "csat", "csat_answers",
)  # fmt: skip


def record_service(
    told: Sequence[dict[str, Any]], *, source: str, acting_user: User
) -> list[ServiceMonth]:
    """Note months of service, all of them or none; the same month again corrects it from today on.

    Raises:
        ValidationError: by the month's place; no help desk can measure such.
    """
    today = Organisation.current().today()
    with decision(acting_user):
        named, _ = Source.objects.get_or_create(name=source)
        return [_record(place, each, named, today) for place, each in enumerate(told)]


def _record(place: int, facts: dict[str, Any], source: Source, today: dt.date) -> ServiceMonth:
    row = ServiceMonth(**facts, source=source, known_on=today)
    row.month = months.first_day(row.month)
    if months.last_day(row.month) > today:
        raise ValidationError({str(place): "This month is not over yet."})
    # Two who tell the same month wait for each other.
    Partner.objects.select_for_update(no_key=True).get(pk=row.partner_id)
    before = ServiceMonth.objects.current().filter(partner=row.partner, month=row.month).first()
    try:
        # The constraints say what cannot be.
        row.full_clean(exclude={"partner", "source"}, validate_unique=False)
    except ValidationError as problem:
        said = [text for text in problem.messages if "one_service_month" not in text]
        if said:
            raise ValidationError({str(place): said}) from None
    if before is None:
        row.save()
        return row
    return _correct(before, row)


def _correct(before: ServiceMonth, row: ServiceMonth) -> ServiceMonth:
    if all(getattr(before, name) == getattr(row, name) for name in FIGURES):
        return before
    if before.known_on >= row.known_on:
        for name in (*FIGURES, "source"):
            setattr(before, name, getattr(row, name))
        before.save()
        return before
    before.known_until = row.known_on
    before.save(update_fields=["known_until"])
    row.save()
    return row
