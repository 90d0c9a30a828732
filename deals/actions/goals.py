"""Certifications and targets of a partner: noted, changed, taken back."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from channelhub.lib.history import decision
from channelhub.lib.promises import in_words
from deals.models import Certification, Measure, Target
from partners.models import Partner, Person
from sales.models import ProductLine

DAY = dt.timedelta(days=1)
CERTIFIED = "It is certified so on some of these days already. Change that one."
AGREED = "A target of this is agreed for some of these days already. Change that one."
ENDS_EARLY = "It ends on its first day or later."
NOT_THERE = "This person does not work at the partner."
IN_WHAT = "A target is in money or in units: write one of the two."


def certify(
    partner: Partner,
    *,
    name: str,
    person: Person | None = None,
    number: str = "",
    start: dt.date,
    end: dt.date | None = None,
    acting_user: User,
) -> Certification:
    """Note that a partner or one of its people is certified from `start` to `end`, both included.

    Raises:
        ValidationError: by field; it ends before it starts, is known for one of the days, or the
            person works elsewhere.
    """
    if person is not None and person.partner_id != partner.pk:
        raise ValidationError({"person": NOT_THERE})
    row = Certification(
        partner=partner, person=person, name=name, number=number, valid=days(start, end)
    )
    row.full_clean(validate_unique=False, validate_constraints=False)
    with decision(acting_user), in_words({"one_certification_at_a_time": ("start", CERTIFIED)}):
        row.save()
    return row


def expire_certification(
    certification: Certification, *, end: dt.date, acting_user: User
) -> Certification:
    """Say on which day it holds last: it expires, or is renewed.

    Raises:
        ValidationError: this is before it starts, or a later one begins before.
    """
    with decision(acting_user), in_words({"one_certification_at_a_time": ("end", CERTIFIED)}):
        row: Certification = Certification.objects.select_for_update(of=("self",)).get(
            pk=certification.pk
        )
        row.valid = days(row.valid.lower, end)
        row.save(update_fields=["valid"])
    return row


def agree_target(
    partner: Partner,
    *,
    product_line: ProductLine | None = None,
    start: dt.date,
    end: dt.date,
    amount: Decimal | None = None,
    currency: str = "",
    units: Decimal | None = None,
    acting_user: User,
) -> Target:
    """Note what is to be reached from `start` to `end`: an amount in a currency, or units.

    Raises:
        ValidationError: by field; both or neither is given, or one is agreed for these days.
    """
    measure, value = _counted(amount, units)
    if measure == Measure.REVENUE and not currency:
        raise ValidationError({"currency": "Say in which currency."})
    row = Target(
        partner=partner,
        product_line=product_line,
        measure=measure,
        value=value,
        currency=currency if measure == Measure.REVENUE else "",
        valid=days(start, end),
    )
    _check_value(value)
    row.full_clean(validate_unique=False, validate_constraints=False)
    with decision(acting_user), in_words({"one_target_at_a_time": ("start", AGREED)}):
        row.save()
    return row


def change_target(target: Target, *, value: Decimal, acting_user: User) -> Target:
    """Agree another value for the same period; the history keeps the one before.

    Raises:
        ValidationError: it is not above zero.
    """
    _check_value(value)
    with decision(acting_user):
        row: Target = Target.objects.select_for_update(of=("self",)).get(pk=target.pk)
        row.value = value
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(update_fields=["value"])
    return row


def remove_goal(goal: Certification | Target, *, acting_user: User) -> None:
    """Take back what was entered by mistake; its history stays."""
    with decision(acting_user):
        goal.delete()


def days(start: dt.date | None, end: dt.date | None) -> DateRange:
    """A range of days, both included. Raises ValidationError where it ends before it starts."""
    if start is not None and end is not None and end < start:
        raise ValidationError({"end": ENDS_EARLY})
    return DateRange(start, end + DAY if end is not None else None)


def _counted(amount: Decimal | None, units: Decimal | None) -> tuple[Measure, Decimal]:
    if amount is not None and units is None:
        return Measure.REVENUE, amount
    if units is not None and amount is None:
        return Measure.UNITS, units
    raise ValidationError({"units": IN_WHAT})


def _check_value(value: Decimal) -> None:
    if value <= 0:
        raise ValidationError({"value": "A target is above zero."})
