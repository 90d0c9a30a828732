"""Alerts: the records that people work with."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import User
from alerts.models.runs import Run
from alerts.verdicts import Direction, Nature, Scope, Severity
from channelhub.lib.models import money_field, public_id_field
from partners.models import Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class AlertQuerySet(models.QuerySet["Alert"]):
    """Sets of alerts."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Alerts that concern a partner this person may see.

        The partners of somebody who does not see all are few and asked for first: as one statement
        it took minutes where the planner did not know yet how many alerts there are.
        """
        if isinstance(user, User) and user.sees_every_partner:
            return self.all()
        keys = list(Partner.objects.visible_to(user).values_list("pk", flat=True))
        mine = AlertPartner.objects.filter(partner__in=keys)
        return self.filter(pk__in=mine.values("alert"))

    def open(self) -> Self:
        """Those to work on: neither ended nor archived by age."""
        return self.filter(ended_on=None, archived_on=None)

    def archived(self) -> Self:
        """Events that nothing reversed and that have aged."""
        return self.filter(ended_on=None).exclude(archived_on=None)

    def ended(self) -> Self:
        """Those that a night or a person ended."""
        return self.exclude(ended_on=None)

    def open_on(self, day: dt.date) -> Self:
        """Those that were open after the night of a day."""
        return self.filter(
            Q(ended_on=None) | Q(ended_on__gt=day),
            Q(archived_on=None) | Q(archived_on__gt=day),
            first_seen__lte=day,
        )

    def ranked(self) -> Self:
        """Most money first; unknown money sorts by the partner's size."""
        return self.order_by(
            models.functions.Coalesce("money", "partner_size").desc(nulls_last=True), "id"
        )


class Alert(models.Model):
    """One warning or chance about one subject, from the night it opened to its end.

    Keyed by canary, scope, subject and direction: one open alert for each. Publishing a night is
    the only writer of the columns here.
    """

    public_id = public_id_field()
    canary = models.CharField(max_length=40)
    scope = models.CharField(max_length=20, choices=Scope)
    subject = models.BigIntegerField()
    direction = models.CharField(max_length=10, choices=Direction)
    nature = models.CharField(max_length=12, choices=Nature)
    finding_class = models.CharField(max_length=30)
    severity = models.CharField(max_length=10, choices=Severity)
    value = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    money = money_field(null=True, help_text="At stake, in reporting currency; unknown is NULL.")
    partner_size = money_field(
        null=True, help_text="Its trailing 12 months, in reporting currency."
    )
    evidence = models.JSONField(default=dict)
    baseline = models.BooleanField(help_text="Opened in a baseline night.")
    first_seen = models.DateField(help_text="The day as of which it was first found.")
    last_seen = models.DateField(help_text="The day as of which it was last judged.")
    archived_on = models.DateField(
        null=True, help_text="Since when the event is too old to be worked on; it has not healed."
    )
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=200, blank=True, default="")
    partners: ClassVar[Any] = models.ManyToManyField(
        Partner, through="AlertPartner", related_name="alerts"
    )

    objects: ClassVar[Any] = AlertQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["canary", "scope", "subject", "direction"],
                condition=Q(ended_on=None),
                name="one_open_alert_per_subject_and_direction",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["nature"],
                condition=Q(ended_on=None, archived_on=None),
                name="open_alert_by_nature",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.canary} {self.direction} {self.scope} {self.subject}"


class AlertPartner(models.Model):
    """A partner that an alert concerns: it is visible through any of them."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="alert_links")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["alert", "partner"], name="alert_names_a_partner_once"),
        ]


class Change(models.TextChoices):
    """What a night did to an alert."""

    OPENED = "opened", "Opened"
    WORSE = "worse", "Worse"
    BETTER = "better", "Better"
    ENDED = "ended", "Ended"


class AlertChange(models.Model):
    """A change of an alert in a night: what "changed overnight" is read from."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="changes")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="changes")
    change = models.CharField(max_length=10, choices=Change)
    severity_before = models.CharField(max_length=10, choices=Severity, blank=True)
    severity_after = models.CharField(max_length=10, choices=Severity)

    class Meta:
        ordering: ClassVar = ["-run__as_of", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["alert", "run", "change"], name="alert_changes_once_a_night_each_way"
            ),
        ]
