"""What one unit of a currency is worth in the reporting currency."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import check_currency
from channelhub.lib.models import Dated, DatedQuerySet, no_overlap, tracked


@tracked()
class PlanRate(Dated):
    """The rate that a period is planned and compared at: both windows use today's."""

    currency = models.CharField(max_length=3, validators=[check_currency])
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["currency", "-valid"]
        constraints: ClassVar = [
            no_overlap("one_plan_rate_per_currency", "currency"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="plan_rate_above_zero"),
        ]


@tracked()
class BookedRate(models.Model):
    """The rate of a day, for transactions booked on it and until the next one."""

    currency = models.CharField(max_length=3, validators=[check_currency])
    day = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    class Meta:
        ordering: ClassVar = ["currency", "-day"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["currency", "day"], name="one_booked_rate_per_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="booked_rate_above_zero"),
        ]
