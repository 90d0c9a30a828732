"""Model building blocks that every app uses."""

import datetime as dt
import uuid
from typing import Any, Self, TypeVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.db import models

M = TypeVar("M", bound=models.Model)


def public_id_field() -> "models.UUIDField[uuid.UUID, uuid.UUID]":
    """The random id that people and programs see; the integer key stays inside."""
    return models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False
    )


def money_field(**options: Any) -> "models.DecimalField[Any, Any]":
    """An amount of money: numeric(18,4), in the currency that the record names."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


def tracked() -> Any:
    """Keeps in the history what was added, changed and removed."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()
    )


class DatedQuerySet(models.QuerySet[M]):
    """Rows that hold for a range of days."""

    def on(self, day: dt.date) -> Self:
        """Those that hold on this day."""
        return self.filter(valid__contains=day)


class Dated(models.Model):
    """Something that holds for a range of days: first day included, end day excluded."""

    valid = DateRangeField()

    class Meta:
        abstract = True

    @property
    def last_day(self) -> dt.date | None:
        """The last day it holds; None where no end is known."""
        return self.valid.upper - dt.timedelta(days=1) if self.valid.upper else None


def no_overlap(name: str, *keys: str, condition: models.Q | None = None) -> ExclusionConstraint:
    """At most one row per key on any day, among those of the condition; kept by the database."""
    return ExclusionConstraint(
        name=name,
        condition=condition,
        expressions=[
            *((key, RangeOperators.EQUAL) for key in keys),
            ("valid", RangeOperators.OVERLAPS),
        ],
    )
