"""Facts that are corrected by closing a row and opening another."""

import datetime as dt
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import F, Q

M = TypeVar("M", bound=models.Model)


class KnownQuerySet(models.QuerySet[M]):
    """Rows that were known from one day to another."""

    def known(self, as_of: dt.date) -> Self:
        """Those that held at the end of a day, as known then."""
        return self.filter(Q(known_until=None) | Q(known_until__gt=as_of), known_on__lte=as_of)

    def current(self) -> Self:
        """Those that nothing has replaced."""
        return self.filter(known_until=None)


class Known(models.Model):
    """Something we knew from `known_on` until, where it was corrected, `known_until`."""

    known_on = models.DateField(help_text="The day at whose end we knew it.")
    known_until = models.DateField(
        null=True, blank=True, help_text="Since when another row says it, or nothing does."
    )

    class Meta:
        abstract = True


def closes_after_it_opens(name: str) -> Any:
    """A row that was known for no day is no row."""
    return models.CheckConstraint(
        condition=Q(known_until=None) | Q(known_until__gt=F("known_on")), name=name
    )
