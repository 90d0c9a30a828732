"""Health: what the risks of a partner come to, with every term, as nights have seen it."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, UniqueConstraint

from channelhub.lib.models import money_field
from partners.models import Partner


class PartnerHealthQuerySet(models.QuerySet["PartnerHealth"]):
    """Sets of partners' health."""

    def current(self) -> Self:
        """As the newest night left it: at most one row a partner."""
        return self.filter(current=True)


class PartnerHealth(models.Model):
    """A partner's health from a night on, until a later row says otherwise.

    100 less 30 for each critical risk, 15 for each warning and 2 for each watch, at most 40 for
    each canary, never below 0; NULL, unknown, unless our sales and two other canaries were judged.
    """

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="health")
    as_of = models.DateField()
    current = models.BooleanField(default=True)
    score = models.PositiveSmallIntegerField(null=True)
    judged = ArrayField(models.CharField(max_length=40), help_text="Canaries that could judge it.")
    moving = ArrayField(
        models.CharField(max_length=40), help_text="Canaries whose question it answers yes."
    )
    terms = models.JSONField(
        default=list, help_text="A list of {canary, critical, warning, watch, points}."
    )
    sales_12 = money_field(
        null=True, help_text="Our trailing 12 months with it, in reporting currency."
    )
    sales_prior_12 = money_field(null=True, help_text="The 12 months before.")

    objects: ClassVar[Any] = PartnerHealthQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["partner", "-as_of"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["partner", "as_of"], name="one_health_a_partner_and_night"),
            UniqueConstraint(
                fields=["partner"],
                include=["score"],
                condition=Q(current=True),
                name="one_current_health_a_partner",
            ),
        ]
