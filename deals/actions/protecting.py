"""Protections: opened, cut and extended so that two exclusive ones never share a day."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from psycopg.errors import ExclusionViolation

from deals.models import Deal, DealLine, Ground, Protection


class AlreadyProtected(ValidationError):
    """Another registration holds the customer and product line; this one stays as it was."""


def protected_customer(customer_id: int) -> int:
    """The legal entity that protections of a customer are for, merges followed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deals_protected_customer(%s)", [customer_id])
        (root,) = cursor.fetchone() or (customer_id,)
    return int(root)


def protected_customers(customers: Collection[int]) -> dict[int, int]:
    """The same of many customers at once: {customer: legal entity}."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one, deals_protected_customer(one) FROM unnest(%s::bigint[]) AS one",
            [list(customers)],
        )
        return dict(cursor.fetchall())


def lock_customer(deal: Deal) -> int:
    """Let nobody else protect a registration's customer until the transaction ends.

    A merge may move it while we wait for the lock, so it is looked up again with the lock held.

    Returns:
        The legal entity that is protected.

    Raises:
        ValidationError: nobody has said which customer it is.
    """
    if deal.customer_id is None:
        raise ValidationError("Say first which customer this is.")
    customer_id = int(deal.customer_id)
    root = protected_customer(customer_id)
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT deals_lock_customer(%s)", [root])
        if (moved := protected_customer(customer_id)) == root:
            return root
        root = moved


def protect(
    deal: Deal, lines: Iterable[DealLine], *, first: dt.date, days: int, ground: Ground
) -> list[Protection]:
    """Protect lines of a registration from `first` on for so many days; a tender not exclusively.

    Raises:
        AlreadyProtected: another exclusive protection shares a day with one of them.
    """
    root = lock_customer(deal)
    rows = [
        Protection(
            line=line,
            deal=deal,
            partner=deal.partner,
            root_customer_id=root,
            product_line_id=line.product_line_id,
            during=DateRange(first, first + dt.timedelta(days=days)),
            exclusive=not deal.tender,
            ground=ground,
        )
        for line in lines
    ]
    try:
        with transaction.atomic():
            Protection.objects.bulk_create(rows)
    except IntegrityError as error:
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
        raise AlreadyProtected(
            "Another registration holds this customer and product line. This one stays under"
            " review."
        ) from error
    return rows


def cut(deal: Deal, day: dt.date, *grounds: Ground) -> None:
    """End a registration's protections before `day`; what would begin later protects no day."""
    # In the order in which a merge moves them, so that the two wait and do not deadlock.
    rows = Protection.objects.filter(deal=deal).not_over(day).order_by("pk")
    for row in rows.filter(ground__in=grounds) if grounds else rows:
        first = row.during.lower
        row.during = DateRange(first, day) if first < day else DateRange(empty=True)
        row.save(update_fields=["during"])


def end_of(deal: Deal) -> dt.date | None:
    """The day after the last one that is protected; None where nothing is."""
    ends = [row.during.upper for row in deal.protections.all() if not row.during.isempty]
    return max(ends, default=None)
