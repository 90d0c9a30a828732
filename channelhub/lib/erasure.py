"""Overwriting what is known of a person, in a record and in everything its history kept."""

import uuid
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

ERASED = "erased"


def erased(column: str) -> Case:
    """The word for what was there; where nothing was there, nothing."""
    return Case(When(**{column: ""}, then=Value("")), default=Value(ERASED))


def overwrite_one(record: models.Model, **values: Any) -> int:
    """Set columns of a record, where it is there still, and of all its events.

    Call it in a transaction. Returns how many events were overwritten.
    """
    model: Any = type(record)
    model.objects.filter(pk=record.pk).update(**values)
    return overwrite_events(model, Q(pgh_obj_id=record.pk), **values)


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


def removals(model: type[models.Model]) -> "models.QuerySet[Any]":
    """The last event of each row of a model that is there no more."""
    events = events_of(model)
    later = events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id"))
    return events.filter(~Exists(later), pgh_label="delete")


def removed(model: type[models.Model], public_id: uuid.UUID) -> Any:
    """A row that is there no more, as it was last and unsaved; None where there is none."""
    event = removals(model).filter(public_id=public_id).first()
    if event is None:
        return None
    kept = {field.name for field in event._meta.concrete_fields}
    columns = [f for f in model._meta.concrete_fields if f.name in kept]
    return model(**{f.attname: getattr(event, f.attname) for f in columns})


def events_of(model: type[models.Model]) -> "models.QuerySet[Any]":
    """All that the history of a model keeps."""
    return models.QuerySet(apps.get_model(f"{model._meta.label}Event"))
