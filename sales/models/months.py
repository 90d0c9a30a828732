"""Sales by partner and month, as changes that can be summed up to any day of knowledge."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from accounts.models import Organisation
from channelhub.lib.models import money_field
from imports.models import Import
from partners.models import Partner
from sales.models.feeds import Feed
from sales.models.rates import PlanRate

RATE: "models.DecimalField[Any, Any]" = models.DecimalField(max_digits=18, decimal_places=8)


class Measure(models.TextChoices):
    """What a line means for one partner.

    Our sales with a partner = billed + named. A distributor's own sell-through (sold) is shown
    beside and never added; bookings are no revenue.
    """

    BILLED = "billed", "Billed to it"
    NAMED = "named", "Sell-through that names it as reseller"
    SOLD = "sold", "Its own sell-through"
    BOOKED = "booked", "Booked by it"


OUR_SALES = (Measure.BILLED, Measure.NAMED)


class SalesMonthQuerySet(models.QuerySet["SalesMonth"]):
    """Sets of changes of monthly sums."""

    def known(self, as_of: dt.date) -> Self:
        """What was known at the end of a day."""
        return self.filter(known_on__lte=as_of)

    def our_sales(self) -> Self:
        """Billed to the partner, or sell-through that names it as reseller."""
        return self.filter(measure__in=OUR_SALES)

    def of(self, partners: Collection[int]) -> Self:
        """Those of partners, by their keys."""
        return self.filter(partner_id__in=partners)

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Those of the months from `first` to `last`, both included."""
        return self.filter(month__range=(first, last))

    def total(self, rates_on: dt.date) -> Decimal | None:
        """The sum in reporting currency at the plan rates of a day.

        None when a currency in it has no plan rate on that day; zero when there are no rows.
        """
        sums = self._at_plan_rates(rates_on).aggregate(total=_reporting_total())
        total: Decimal | None = sums["total"]
        return total

    def totals(self, rates_on: dt.date, by: str = "month") -> dict[Any, Decimal | None]:
        """The sums as `total` has them, by the values of a column."""
        rows = self._at_plan_rates(rates_on).values(by).annotate(total=_reporting_total())
        return dict(rows.order_by().values_list(by, "total"))

    def _at_plan_rates(self, day: dt.date) -> Self:
        rates = PlanRate.objects.on(day).filter(currency=OuterRef("currency"))
        own = Organisation.current().reporting_currency
        return self.annotate(
            plan_rate=Case(
                When(currency=own, then=Value(Decimal(1))),
                default=Subquery(rates.values("rate")),
                output_field=RATE,
            )
        )


def _reporting_total() -> Case:
    unrated = Count("pk", filter=Q(plan_rate=None))
    amount = Coalesce(Sum(F("amount") * F("plan_rate")), Decimal(0), output_field=money_field())
    return Case(When(Exact(unrated, 0), then=amount), output_field=money_field())


class SalesMonth(models.Model):
    """A change of a partner's sum for a month, known from the end of `known_on` on.

    Amounts are in `currency`; plan rates apply when read. Rows are only ever added.
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    measure = models.CharField(max_length=10, choices=Measure)
    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="First day of the month.")
    known_on = models.DateField()
    amount = money_field(help_text="Net of returns.")
    returns = money_field(help_text="The returns and credits in it, zero or negative.")
    lines = models.IntegerField()
    load = models.ForeignKey(
        Import, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )

    objects: ClassVar[Any] = SalesMonthQuerySet.as_manager()

    class Meta:
        db_table = "sales_month"
        indexes: ClassVar = [
            models.Index("partner", "month", name="sales_month_by_partner"),
        ]
