"""The half-yearly pulse: what a partner's people say of working with us."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower

from accounts.models import Role, User
from channelhub.lib.models import public_id_field

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# A partner's own channel manager sees figures from so many answers on, and never who said what.
LEAST_TO_TELL = 5


class PulseAnswerQuerySet(models.QuerySet["PulseAnswer"]):
    """Sets of answers to the pulse."""

    def readable_by(self, user: "User | AnonymousUser") -> Self:
        """Every answer to the channel chief, and to nobody else."""
        chief = isinstance(user, User) and user.role == Role.CHIEF
        return self.all() if chief else self.none()

    def known(self, as_of: dt.date) -> Self:
        """Those that were given by the end of a day."""
        return self.filter(answered_on__lte=as_of)


def _score(low: int, high: int, label: str, **options: Any) -> Any:
    validators = [MinValueValidator(low), MaxValueValidator(high)]
    return models.SmallIntegerField(label, validators=validators, **options)


class PulseAnswer(models.Model):
    """What one person at a partner says in a half-year: once, and never changed.

    Its history is not kept: it would tell who answered to people who may not know.
    """

    public_id = public_id_field()
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="pulse_answers"
    )
    half = models.DateField("half-year", help_text="Its first day.")
    respondent = models.CharField(
        max_length=254, help_text="Tells people apart: an address, or else a person's id."
    )
    respondent_name = models.CharField(max_length=150)
    overall = _score(1, 5, "working with us")
    product = _score(1, 5, "our products", null=True, blank=True)
    support = _score(1, 5, "our support", null=True, blank=True)
    recommend = _score(0, 10, "would recommend us", null=True, blank=True)
    comment = models.TextField(max_length=2000, blank=True, default="")
    answered_on = models.DateField("answered")

    objects: ClassVar[Any] = PulseAnswerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-answered_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["partner", "answered_on"], name="pulse_by_partner")
        ]
        constraints: ClassVar = [
            UniqueConstraint(
                "partner", "half", Lower("respondent"), name="one_pulse_per_person_and_half_year"
            ),
            models.CheckConstraint(
                condition=Q(half__day=1, half__month__in=[1, 7]), name="pulse_of_a_half_year"
            ),
            models.CheckConstraint(
                condition=Q(overall__range=(1, 5))
                & (Q(product=None) | Q(product__range=(1, 5)))
                & (Q(support=None) | Q(support__range=(1, 5)))
                & (Q(recommend=None) | Q(recommend__range=(0, 10))),
                name="pulse_scores_are_on_their_scales",
            ),
        ]
