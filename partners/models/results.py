"""A partner's own annual results: what it sold in all, whoever made it."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, UniqueConstraint

from accounts.models import check_currency
from channelhub.lib.models import money_field, public_id_field, tracked


class ResultBasis(models.TextChoices):
    """Where a figure comes from; estimates are never compared with reported figures."""

    REPORTED = "reported", "Reported"
    ESTIMATED = "estimated", "Estimated"


class OwnResultQuerySet(models.QuerySet["OwnResult"]):
    """Sets of own results."""

    def known(self, as_of: dt.date) -> Self:
        """The newest statement of each year and basis that was known at the end of a day."""
        same = {name: OuterRef(name) for name in ("partner", "start", "end", "basis")}
        later = OwnResult.objects.filter(
            **same, known_on__gt=OuterRef("known_on"), known_on__lte=as_of
        )
        return self.filter(known_on__lte=as_of).exclude(Exists(later))


@tracked()
class OwnResult(models.Model):
    """One statement of a partner's own total sales over one of its fiscal years.

    A later statement of the same year and basis, known on a later day, replaces it; the earlier
    one stays, so that what was known then can be asked.
    """

    public_id = public_id_field()
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="own_results"
    )
    start = models.DateField("first day of the year")
    end = models.DateField("last day of the year")
    amount = money_field(verbose_name="own total sales")
    currency = models.CharField(max_length=3, validators=[check_currency])
    basis = models.CharField(max_length=10, choices=ResultBasis, default=ResultBasis.REPORTED)
    inorganic = models.BooleanField(
        default=False, help_text="An acquisition or a disposal moved the figure."
    )
    source = models.CharField(
        max_length=200, blank=True, default="", help_text="Such as Annual report."
    )
    known_on = models.DateField(help_text="The day at whose end we knew it.")

    objects: ClassVar[Any] = OwnResultQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-end", "-start", "basis", "-known_on"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["partner", "start", "end", "basis", "known_on"],
                name="one_statement_of_a_year_a_day",
            ),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="own_result_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="own_result_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.start:%-d %b %Y} to {self.end:%-d %b %Y}, {self.get_basis_display().lower()}"

    @property
    def days(self) -> int:
        """The length of the year."""
        return (self.end - self.start).days + 1
