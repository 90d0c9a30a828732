"""Overwriting what is known of a person, in a record and in everything its history kept."""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Case, Value, When

ERASED = "erased"


def erased(column: str) -> Case:
    """The word for what was there; where nothing was there, nothing."""
    return Case(When(**{column: ""}, then=Value("")), default=Value(ERASED))


def overwrite(rows: "models.QuerySet[Any]", **values: Any) -> int:
    """Set columns of rows and of all their events. Call it in a transaction.

    Events are added to and never changed; this is the one exception.

    Returns:
        How many events were overwritten, the one that tells of this change among them.
    """
    event = apps.get_model(f"{rows.model._meta.label}Event")
    keys = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=keys).update(**values)
    with pgtrigger.ignore(f"{event._meta.label}:append_only"):
        events: Any = models.QuerySet(event)
        count: int = events.filter(pgh_obj_id__in=keys).update(**values)
    return count
