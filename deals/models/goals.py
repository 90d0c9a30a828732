"""What a partner is certified for, and what it is to reach."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Lower

from accounts.models import check_currency
from channelhub.lib.models import Dated, DatedQuerySet, public_id_field, tracked
from partners.models import Partner, Person
from sales.models import ProductLine


@tracked()
class Certification(Dated):
    """That a partner, or one of its people, is certified from a day until it expires."""

    public_id = public_id_field()
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="certifications")
    person = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="held_certifications",
        help_text="Empty where the partner itself is certified.",
    )
    name = models.CharField("certification", max_length=150)
    number = models.CharField(max_length=100, blank=True, default="")

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "valid", "id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_certification_at_a_time",
                expressions=[
                    ("partner", RangeOperators.EQUAL),
                    (Coalesce("person", 0), RangeOperators.EQUAL),
                    (Lower("name"), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.person.name}" if self.person else self.name

    def holds_on(self, day: dt.date) -> bool:
        """Whether it holds on a day."""
        return day in self.valid


class Measure(models.TextChoices):
    """What a target counts."""

    REVENUE = "revenue", "Revenue"
    UNITS = "units", "Units"


@tracked()
class Target(Dated):
    """What our sales with a partner are to reach in a period, of a product line or of all."""

    public_id = public_id_field()
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="targets")
    product_line = models.ForeignKey(
        ProductLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    measure = models.CharField(max_length=8, choices=Measure)
    value = models.DecimalField("target", max_digits=18, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[check_currency])

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-valid", "product_line__name", "id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_target_at_a_time",
                expressions=[
                    ("partner", RangeOperators.EQUAL),
                    (Coalesce("product_line", 0), RangeOperators.EQUAL),
                    ("measure", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(value__gt=0), name="target_above_zero"),
            models.CheckConstraint(
                condition=(Q(measure="revenue") & ~Q(currency=""))
                | Q(measure="units", currency=""),
                name="target_in_money_or_in_units",
            ),
            models.CheckConstraint(
                condition=Q(valid__startswith__isnull=False, valid__endswith__isnull=False),
                name="target_has_a_period",
            ),
        ]

    def __str__(self) -> str:
        what = str(self.product_line) if self.product_line else "All product lines"
        return f"{what}, {Decimal(self.value).normalize():,f} {self.currency or 'units'}"
