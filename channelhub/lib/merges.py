"""Two records of one thing become one: a dated link, `merged_into` from `merged_on` on."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from psycopg.errors import ExclusionViolation

from channelhub.lib.history import decision

M = TypeVar("M", bound=models.Model)


def merge(
    record: M,
    *,
    into: M,
    on: dt.date,
    check: Callable[[M, M], None],
    acting_user: models.Model,
) -> M:
    """From `on`, that day included, the record counts as part of `into`.

    Raises:
        ValidationError: `check`, asked once both are locked, will not have it, or something that
            follows the link may stand once only, such as a live protection.
    """
    rows: Any = models.QuerySet(type(record))
    with decision(acting_user):
        # Both in the order of their keys: two merges across each other wait, not deadlock.
        pair = rows.filter(pk__in=[record.pk, into.pk]).order_by("pk")
        locked = {row.pk: row for row in pair.select_for_update(of=("self",), no_key=True)}
        merged: Any = locked[record.pk]
        check(merged, locked[into.pk])
        merged.merged_into, merged.merged_on = locked[into.pk], on
        _save(merged)
    done: M = merged
    return done


def unmerge(record: M, *, acting_user: models.Model) -> M:
    """The record stands for itself again, as if it had never been merged.

    Raises:
        ValidationError: it is not merged, or something that follows the link stands in the way.
    """
    rows: Any = models.QuerySet(type(record))
    with decision(acting_user):
        row = rows.select_for_update(no_key=True).get(pk=record.pk)
        if row.merged_into_id is None:
            raise ValidationError(f"{row} is not merged.")
        row.merged_into, row.merged_on = None, None
        _save(row)
    done: M = row
    return done


def _save(record: Any) -> None:
    try:
        with transaction.atomic():
            record.save(update_fields=["merged_into", "merged_on"])
    except IntegrityError as error:
        # Triggers that move what follows a merge refuse it in words for people.
        if not isinstance(error.__cause__, ExclusionViolation):
            raise
        raise ValidationError(error.__cause__.diag.message_primary or str(error)) from error
