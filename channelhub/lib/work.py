"""Work that must not be lost: a row with a lease. Celery only rings the bell for it."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

MAX_ATTEMPTS = 5


class WorkState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    DEAD = "dead", "Failed"


class WorkQuerySet(models.QuerySet[Any]):
    """Rows of work."""

    def claimable(self) -> Self:
        """Waiting, or left by a worker whose lease ran out."""
        abandoned = Q(state=WorkState.RUNNING, lease_until__lt=timezone.now())
        return self.filter(Q(state=WorkState.QUEUED) | abandoned)


class Work(models.Model):
    """A piece of work that one worker at a time holds by a lease.

    After five attempts that did not finish it is dead: visible, and tried no more.
    """

    state = models.CharField(max_length=10, choices=WorkState, default=WorkState.QUEUED)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def claim(self) -> bool:
        """Take the work if it is free and still there. True for exactly one of all who try."""
        mine = WorkQuerySet(type(self)).claimable().filter(pk=self.pk)
        if mine.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=WorkState.DEAD, error=self.error or "Five attempts did not finish."
        ):
            return False
        claimed = mine.update(
            state=WorkState.RUNNING, lease_until=_lease(), attempts=F("attempts") + 1
        )
        if claimed:
            self.refresh_from_db()
        return claimed == 1

    def renew(self) -> None:
        """Say that the holder is alive."""
        self._set(lease_until=_lease())

    def finish(self) -> None:
        """The work is done."""
        self._set(state=WorkState.DONE, error="", finished_at=timezone.now())

    def retry_later(self, error: str) -> None:
        """It failed in a way that may pass: free it for the next ring."""
        self._set(state=WorkState.QUEUED, error=error, lease_until=None)

    def give_up(self, error: str) -> None:
        """It failed in a way that will not pass: dead, with the reason."""
        self._set(state=WorkState.DEAD, error=error, finished_at=timezone.now())

    def _set(self, **values: Any) -> None:
        """What the holder says of its attempt; once another worker took over it says nothing."""
        mine = WorkQuerySet(type(self)).filter(
            pk=self.pk, state=WorkState.RUNNING, attempts=self.attempts
        )
        if mine.update(**values):
            for name, value in values.items():
                setattr(self, name, value)


def _lease() -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=settings.WORK_LEASE_SECONDS)
