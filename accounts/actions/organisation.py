"""What admins decide about the organisation."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import FiscalPeriod, Holiday, Organisation, User
from accounts.rules import fiscal_year_name, image_type, quarters
from channelhub.lib.history import decision

LOGO_MAX_BYTES = 200_000


def update_organisation(*, acting_user: User, **values: Any) -> None:
    """Change what the organisation is called and lives by; values are its fields."""
    with decision(acting_user):
        organisation = Organisation.current()
        for name, value in values.items():
            setattr(organisation, name, value)
        organisation.save(update_fields=list(values))


def set_logo(content: bytes, *, acting_user: User) -> None:
    """Show this picture instead of our sign.

    Raises:
        ValidationError: it is no PNG or JPEG, or above 200 kB.
    """
    if len(content) > LOGO_MAX_BYTES:
        raise ValidationError(f"The logo has {len(content):,} bytes; 200,000 are the most.")
    kind = image_type(content)
    if kind is None:
        raise ValidationError("The logo must be a whole PNG or JPEG picture.")
    update_organisation(acting_user=acting_user, logo=content, logo_type=kind)


def remove_logo(*, acting_user: User) -> None:
    """Show our sign again."""
    update_organisation(acting_user=acting_user, logo=None, logo_type="")


def add_holiday(*, day: dt.date, name: str, acting_user: User) -> None:
    """The organisation does not work on this day.

    Raises:
        ValidationError: the day is one already.
    """
    try:
        with decision(acting_user):
            Holiday.objects.create(day=day, name=name)
    except IntegrityError:
        raise ValidationError("This day is a holiday already.") from None


def remove_holiday(*, day: dt.date, acting_user: User) -> None:
    """The organisation works on this day after all."""
    with decision(acting_user):
        Holiday.objects.filter(day=day).delete()


def add_fiscal_year(*, start: dt.date, acting_user: User) -> str:
    """A fiscal year of twelve months with its four quarters; returns its name.

    Raises:
        ValidationError: the start is after the 28th, or days or name belong to another one.
    """
    try:
        parts = quarters(start)
        name = fiscal_year_name(parts[-1][1])
        with decision(acting_user), transaction.atomic():
            FiscalPeriod.objects.bulk_create(_periods(name, parts))
    except ValueError as problem:
        raise ValidationError(str(problem)) from None
    except IntegrityError:
        raise ValidationError("These days belong to a fiscal year already.") from None
    return name


def remove_fiscal_year(*, name: str, acting_user: User) -> None:
    """A fiscal year and the quarters inside it."""
    with decision(acting_user):
        for year in FiscalPeriod.objects.filter(length=FiscalPeriod.Length.YEAR, name=name):
            FiscalPeriod.objects.filter(start__gte=year.start, end__lte=year.end).delete()


def _periods(name: str, parts: list[tuple[dt.date, dt.date]]) -> list[FiscalPeriod]:
    year = FiscalPeriod(
        length=FiscalPeriod.Length.YEAR, name=name, start=parts[0][0], end=parts[-1][1]
    )
    return [year] + [
        FiscalPeriod(length=FiscalPeriod.Length.QUARTER, name=f"{name}-Q{n}", start=a, end=b)
        for n, (a, b) in enumerate(parts, start=1)
    ]
