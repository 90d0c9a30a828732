"""Sales by partner and month, as changes that can be summed up to any day of knowledge."""

from typing import ClassVar

from django.db import models

from channelhub.lib.models import money_field
from imports.models import Import
from partners.models import Partner
from sales.models.feeds import Feed


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

    class Meta:
        db_table = "sales_month"
        indexes: ClassVar = [
            models.Index("partner", "month", name="sales_month_by_partner"),
        ]
