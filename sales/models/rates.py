"""What one unit of a currency is worth in the reporting currency."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import check_currency
from channelhub.lib.models import Dated, DatedQuerySet, no_overlap, tracked


class PlanRateQuerySet(DatedQuerySet["PlanRate"]):
    """Sets of plan rates."""

    def by_currency(self, day: dt.date, reporting_currency: str) -> dict[str, Decimal]:
        """The rates of a day, 1 for the reporting currency; one without a rate is not there."""
        rates = dict(self.on(day).values_list("currency", "rate"))
        return {**rates, reporting_currency: Decimal(1)}

    def of(self, currency: str, day: dt.date, reporting_currency: str) -> Decimal | None:
        """The rate of one currency on a day; None where there is none."""
        if currency == reporting_currency:
            return Decimal(1)
        found: Decimal | None = (
            self.on(day).filter(currency=currency).values_list("rate", flat=True).first()
        )
        return found


@tracked()
class PlanRate(Dated):
    """The rate that a period is planned and compared at: both windows use today's."""

    currency = models.CharField(max_length=3, validators=[check_currency])
    rate = models.DecimalField(max_digits=18, decimal_places=8)

    objects: ClassVar[Any] = PlanRateQuerySet.as_manager()

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
