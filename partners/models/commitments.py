"""Actions: the one kind of record for everything that somebody has to do."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Role, User
from channelhub.lib.models import public_id_field, tracked
from partners.models.partners import Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ActionStatus(models.TextChoices):
    """How far it is."""

    OPEN = "open", "To do"
    STARTED = "started", "Started"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class Origin(models.TextChoices):
    """What asked for it."""

    PERSON = "person", "A person"
    ALERT = "alert", "Alert"
    INTERVIEW = "interview", "Interview"
    REVIEW = "review", "Quarterly review"
    ENABLEMENT = "enablement", "Enablement"
    STRATEGY = "strategy", "Strategy review"
    DATA = "data", "Data to be cleared up"


UNFINISHED = (ActionStatus.OPEN, ActionStatus.STARTED)


class ActionQuerySet(models.QuerySet["Action"]):
    """Sets of actions. Every page starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those of partners this person sees and one's own; a partner's people see what is shared.

        Actions without a partner are seen by their owner and by who sees every partner.
        """
        if not isinstance(user, User):
            return self.none()
        if user.sees_every_partner:
            return self.all()
        theirs = Q(partner__in=Partner.objects.visible_to(user))
        if user.role in Role.at_partner():
            return self.filter(theirs, shared=True)
        return self.filter(theirs | Q(owner=user))

    def unfinished(self) -> Self:
        """Those still to do."""
        return self.filter(status__in=UNFINISHED)

    def overdue(self, today: dt.date) -> Self:
        """Unfinished and past their day."""
        return self.unfinished().filter(due_on__lt=today)


@tracked()
class Action(models.Model):
    """Something that one person, on our side or the partner's, has to do by a day."""

    public_id = public_id_field()
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="actions"
    )
    title = models.CharField("what is to be done", max_length=200)
    details = models.TextField(max_length=5000, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="actions"
    )
    due_on = models.DateField("due")
    status = models.CharField(max_length=10, choices=ActionStatus, default=ActionStatus.OPEN)
    shared = models.BooleanField("shared with the partner", default=False)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.PERSON)
    origin_id = models.UUIDField(
        null=True, blank=True, help_text="The public id of what asked for it."
    )
    figure = models.CharField("figure it should move", max_length=200, blank=True, default="")
    outcome = models.CharField("what came of it", max_length=500, blank=True, default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    closed_on = models.DateField(null=True, blank=True, editable=False)

    objects: ClassVar[Any] = ActionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "due_on"], name="action_by_owner"),
            models.Index(fields=["partner", "due_on"], name="action_by_partner"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=UNFINISHED, closed_on=None)
                | (~Q(status__in=UNFINISHED) & Q(closed_on__isnull=False)),
                name="finished_action_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title
