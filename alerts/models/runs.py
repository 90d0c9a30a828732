"""Nightly runs and what each canary found in them."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from alerts.verdicts import Direction, Nature, Outcome, Scope, Severity
from channelhub.lib.models import money_field, public_id_field
from channelhub.lib.work import Work, WorkQuerySet, WorkState


class RunQuerySet(WorkQuerySet):
    """Sets of runs."""

    def published(self) -> Self:
        """Those whose findings are complete."""
        return self.exclude(published_at=None)

    def under_way(self) -> Self:
        """Those that wait for a worker or have one."""
        return self.filter(state__in=[WorkState.QUEUED, WorkState.RUNNING])

    def newest(self) -> "Run | None":
        """The published night that the alerts show. Replays of older dates are not nights."""
        return self.published().filter(replay=False).order_by("-as_of").first()


class Run(Work):
    """The judgement of the whole channel as of the end of a day; the key is the date."""

    public_id = public_id_field()
    as_of = models.DateField(unique=True)
    replay = models.BooleanField(
        default=False, help_text="An older date judged again: it touches no alert."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = RunQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-as_of"]

    def __str__(self) -> str:
        return f"as of {self.as_of}"


class RunCanary(models.Model):
    """How a canary took part in a run.

    In a baseline night (its first, or after a history load) what it opens is not "changed
    overnight" and is not mailed.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="canaries")
    canary = models.CharField(max_length=40)
    baseline = models.BooleanField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["run", "canary"], name="canary_runs_once_a_night"),
        ]


class Finding(models.Model):
    """What a canary saw of one subject as of a day, alert or not."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    canary = models.CharField(max_length=40)
    scope = models.CharField(max_length=20, choices=Scope)
    subject = models.BigIntegerField(help_text="Key of the partner, customer, ... by scope.")
    partners = ArrayField(models.BigIntegerField(), help_text="Keys of the partners concerned.")
    direction = models.CharField(max_length=10, choices=Direction, blank=True)
    nature = models.CharField(max_length=12, choices=Nature)
    outcome = models.CharField(max_length=10, choices=Outcome)
    finding_class = models.CharField(max_length=30)
    value = models.DecimalField(
        max_digits=30, decimal_places=12, null=True, help_text="Percent where it is a change."
    )
    money = money_field(null=True, help_text="At stake, in reporting currency; unknown is NULL.")
    severity = models.CharField(max_length=10, choices=Severity)
    partner_size = money_field(
        null=True, help_text="Its trailing 12 months, in reporting currency."
    )
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["run", "canary", "scope", "subject", "direction"],
                name="one_finding_per_subject_and_night",
            ),
        ]
