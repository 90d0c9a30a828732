"""Agreements of a partner: which product lines it may sell, where and from when to when."""

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from channelhub.lib.history import decision
from channelhub.lib.promises import in_words
from deals.models import Authorisation
from partners.models import Partner
from sales.models import ProductLine

DAY = dt.timedelta(days=1)
OVERLAPS = (
    "This agreement authorises the product line on some of these days already. End that one first,"
    " or choose other days."
)
PROMISES = {"one_authorisation_at_a_time": ("start", OVERLAPS)}
ENDS_EARLY = "It ends on its first day or later."


def authorise(
    partner: Partner,
    *,
    agreement: str,
    product_line: ProductLine,
    countries: Iterable[str] = (),
    start: dt.date,
    end: dt.date | None = None,
    acting_user: User,
) -> Authorisation:
    """Let a partner sell a product line from `start` to `end`, both days included.

    Args:
        partner: who is authorised.
        agreement: the number or the name of what it rests on.
        product_line: what it may sell, and so register.
        countries: two-letter codes; none means everywhere.
        start: its first day.
        end: its last day; None where none is agreed.
        acting_user: who enters it.

    Raises:
        ValidationError: by field; it ends before it starts, or the same agreement authorises the
            line on one of the days already.
    """
    row = Authorisation(
        partner=partner,
        agreement=agreement,
        product_line=product_line,
        countries=sorted(set(countries)),
        valid=_days(start, end),
    )
    row.full_clean(validate_unique=False, validate_constraints=False)
    with decision(acting_user), in_words(PROMISES):
        row.save()
    return row


def end_authorisation(
    authorisation: Authorisation, *, end: dt.date, acting_user: User
) -> Authorisation:
    """Say on which day an authorisation holds last; also one that was said before is moved.

    Raises:
        ValidationError: this is before it starts, or a later one of the agreement begins before.
    """
    with decision(acting_user), in_words({"one_authorisation_at_a_time": ("end", OVERLAPS)}):
        row: Authorisation = Authorisation.objects.select_for_update().get(pk=authorisation.pk)
        row.valid = _days(row.valid.lower, end)
        row.save(update_fields=["valid"])
    return row


def remove_authorisation(authorisation: Authorisation, *, acting_user: User) -> None:
    """Take back one that was entered by mistake; its history stays."""
    with decision(acting_user):
        authorisation.delete()


def _days(start: dt.date | None, end: dt.date | None) -> DateRange:
    if start is not None and end is not None and end < start:
        raise ValidationError({"end": ENDS_EARLY})
    return DateRange(start, end + DAY if end is not None else None)
