"""Overwriting what is known of a person, in a record and in everything its history kept."""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Case, Q, Value, When

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
    keys = list(rows.values_list("pk", flat=True))
    rows.model.objects.filter(pk__in=keys).update(**values)
    return overwrite_events(rows.model, Q(pgh_obj_id__in=keys), **values)


def overwrite_events(model: type[models.Model], which: Q, **values: Any) -> int:
    """Set columns of events of a model, whether or not their rows are there still."""
    events = events_of(model)
    with pgtrigger.ignore(f"{events.model._meta.label}:append_only"):
        count: int = events.filter(which).update(**values)
    return count


def events_of(model: type[models.Model]) -> "models.QuerySet[Any]":
    """All that the history of a model keeps."""
    return models.QuerySet(apps.get_model(f"{model._meta.label}Event"))
