"""Line cards: which suppliers a partner carries in a category, and where we rank."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower

from channelhub.lib.models import public_id_field, tracked


class LineCardBasis(models.TextChoices):
    """What suppliers are ranked by. A listing names them without an order."""

    REVENUE = "revenue", "Revenue"
    PREFERENCE = "preference", "Stated preference"
    LISTING = "listing", "Listing"


class Confidence(models.TextChoices):
    """How far an observation can be trusted; a low one moves nothing."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


@tracked()
class LineCard(models.Model):
    """What a partner carries in one product category."""

    public_id = public_id_field()
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="line_cards"
    )
    category = models.CharField(
        max_length=100, help_text="Our product family or line, where it is one."
    )

    class Meta:
        ordering: ClassVar = ["category", "id"]
        constraints: ClassVar = [
            UniqueConstraint("partner", Lower("category"), name="one_line_card_per_category"),
        ]

    def __str__(self) -> str:
        return self.category


class ObservationQuerySet(models.QuerySet["LineCardObservation"]):
    """Sets of observations."""

    def known(self, as_of: dt.date) -> Self:
        """Those made and known at the end of a day."""
        return self.filter(known_on__lte=as_of, observed_on__lte=as_of)


@tracked()
class LineCardObservation(models.Model):
    """One look at a line card on a day. Compared only with the same source and basis."""

    public_id = public_id_field()
    line_card = models.ForeignKey(LineCard, on_delete=models.CASCADE, related_name="observations")
    observed_on = models.DateField("observed on")
    source = models.CharField(max_length=100, help_text="Such as Partner's website or Call.")
    basis = models.CharField(max_length=12, choices=LineCardBasis)
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.MEDIUM)
    note = models.CharField(max_length=500, blank=True, default="")
    observer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    known_on = models.DateField(help_text="The day at whose end we knew it.")

    objects: ClassVar[Any] = ObservationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-observed_on", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                "line_card",
                "observed_on",
                Lower("source"),
                "basis",
                name="one_observation_per_source_basis_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.observed_on:%-d %b %Y}"


@tracked()
class LineCardSupplier(models.Model):
    """A supplier that an observation names, at a rank unless it is a listing.

    Where we are not among them our rank is unknown; in a listing we are not listed.
    """

    observation = models.ForeignKey(
        LineCardObservation, on_delete=models.CASCADE, related_name="suppliers"
    )
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    name = models.CharField(max_length=150)
    ours = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["rank", "name"]
        constraints: ClassVar = [
            UniqueConstraint("observation", Lower("name"), name="supplier_named_once"),
            UniqueConstraint(fields=["observation", "rank"], name="one_supplier_per_rank"),
            UniqueConstraint(
                fields=["observation"], condition=Q(ours=True), name="we_are_named_once"
            ),
            models.CheckConstraint(
                condition=Q(rank=None) | Q(rank__gte=1), name="ranks_begin_at_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name if self.rank is None else f"{self.rank}. {self.name}"
