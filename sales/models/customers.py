"""Sales by customer and month, as changes that can be summed up to any day of knowledge."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from channelhub.lib.models import money_field
from customers.models import Customer
from imports.models import Import
from partners.models import Partner
from sales.models.feeds import Feed


class CustomerMeasure(models.TextChoices):
    """How a customer came by what it bought.

    Our revenue is billing, of both routes: billed and two-tier. A customer bought what was billed
    and what was sold through to it; two-tier billing counts for it only where nothing was sold
    through to it, so that no sale counts twice (docs/decisions/0005).
    """

    BILLED = "billed", "Billed through one partner, or direct"
    TWO_TIER = "two-tier", "Billed to a distributor for a reseller"
    SOLD_THROUGH = "sold-through", "Reported as sold through"


class CustomerMonth(models.Model):
    """A change of what a customer bought in a month, known from the end of `known_on` on.

    `partner` is who sold it: the reseller, else the distributor, none where we sold direct. Lines
    that name no customer are kept with neither. Amounts are in `currency`, net of returns; plan
    rates apply when read. Rows are only ever added.
    """

    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False
    )
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, db_constraint=False, db_index=False)
    measure = models.CharField(max_length=12, choices=CustomerMeasure)
    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="First day of the month.")
    known_on = models.DateField()
    amount = money_field(help_text="Net of returns.")
    lines = models.IntegerField()
    load = models.ForeignKey(
        Import, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        db_table = "sales_customer_month"
        indexes: ClassVar = [
            models.Index(
                "customer",
                "month",
                name="customer_month_by_customer",
                condition=Q(customer__isnull=False),
            ),
            models.Index(
                "partner",
                "month",
                name="customer_month_by_partner",
                condition=Q(partner__isnull=False),
            ),
        ]
