"""Sales lines: the rows that are true now, and the rows that once were."""

import datetime as dt
from collections.abc import Collection
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import CompositePrimaryKey, Q

from accounts.models import User
from channelhub.lib.models import money_field
from customers.models import Customer
from imports.models import Import, Source
from partners.models import Partner
from sales.models.feeds import Feed
from sales.models.products import Product


class SalesKind(models.TextChoices):
    """What a sales line records."""

    BILLING = "billing", "Billing (sell-in)"
    SELL_THROUGH = "sell-through", "Sell-through"
    BOOKING = "booking", "Booking"


class Basis(models.TextChoices):
    """The price that an amount is told at."""

    VENDOR_NET = "vendor-net", "Vendor net"
    RESALE = "resale", "Resale"
    LIST = "list", "List"


class LineQuerySet(models.QuerySet[Any]):
    """Sets of sales lines."""

    def between(self, first: dt.date, last: dt.date) -> Self:
        """Those dated from `first` to `last`, both days included."""
        return self.filter(date__range=(first, last))

    def naming(self, partners: "Collection[int] | models.QuerySet[Any, Any]") -> Self:
        """Those that name one of the partners, as reseller or distributor."""
        return self.filter(Q(reseller_id__in=partners) | Q(distributor_id__in=partners))

    def visible_to(self, user: User) -> Self:
        """Those that name a partner whom this person sees; all for whoever sees every partner."""
        if user.sees_every_partner:
            return self.all()
        return self.naming(Partner.objects.visible_to(user).values("pk"))

    def our_sales_with(self, partners: Collection[int]) -> Self:
        """Billing that bills one of the partners, and sell-through that names it as reseller.

        The bill-to is the distributor where there is one.
        """
        billed = Q(distributor_id__in=partners) | Q(distributor=None, reseller_id__in=partners)
        return self.filter(
            Q(billed, kind=SalesKind.BILLING)
            | Q(kind=SalesKind.SELL_THROUGH, reseller_id__in=partners)
        )


class SalesLineQuerySet(LineQuerySet):
    """Sets of rows that are true now."""

    def known(self, as_of: dt.date) -> Self:
        """Those known at the end of a day already."""
        return self.filter(known_on__lte=as_of)


class SalesLinePastQuerySet(LineQuerySet):
    """Sets of rows that were true once."""

    def known(self, as_of: dt.date) -> Self:
        """Those that were taken for true at the end of a day."""
        return self.filter(known_on__lte=as_of, known_until__gt=as_of)


def checked_by_import(to: type[models.Model], **options: Any) -> "models.ForeignKey[Any, Any]":
    """A reference that the import checks set-wise.

    Triggers would cost most of a load; deleting what is referred to is refused by Django.
    """
    return models.ForeignKey(
        to,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **options,
    )


class SalesLineFields(models.Model):
    """A line of an invoice or report. Returns and credits are negative."""

    source = checked_by_import(Source)
    invoice = models.CharField(max_length=100)
    line = models.CharField(
        max_length=300,
        help_text="Line number, or distributor, product and occurrence where there is none.",
    )
    feed = checked_by_import(Feed)
    kind = models.CharField(max_length=12, choices=SalesKind)
    date = models.DateField(help_text="The day it counts for: invoice date where known.")
    order_date = models.DateField(null=True)
    ship_date = models.DateField(null=True)
    distributor = checked_by_import(Partner, null=True)
    reseller = checked_by_import(Partner, null=True)
    customer = checked_by_import(Customer, null=True)
    product = checked_by_import(Product, null=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    amount = money_field()
    basis = models.CharField(max_length=10, choices=Basis, default=Basis.VENDOR_NET)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(
        max_digits=18, decimal_places=8, null=True, help_text="Booked rate; unknown is NULL."
    )
    reporting_amount = money_field(null=True)
    deal = models.CharField(
        max_length=100, blank=True, default="", help_text="Deal or special-price number."
    )
    known_on = models.DateField(help_text="The day at whose end we knew this row.")
    load = checked_by_import(Import)

    class Meta:
        abstract = True


class SalesLine(SalesLineFields):
    """A row as it is true now."""

    pk = CompositePrimaryKey("source", "invoice", "line")

    objects: ClassVar[Any] = SalesLineQuerySet.as_manager()

    class Meta:
        db_table = "sales_line"
        indexes: ClassVar = [
            models.Index("reseller", "date", name="sales_line_by_reseller"),
            models.Index(
                "distributor",
                "date",
                name="sales_line_by_distributor",
                condition=models.Q(distributor__isnull=False),
            ),
            models.Index(
                "customer",
                "date",
                name="sales_line_by_customer",
                condition=models.Q(customer__isnull=False),
            ),
            models.Index("deal", name="sales_line_by_deal", condition=~models.Q(deal="")),
            # Rows lie in the order in which they were loaded, and most files tell one period: this
            # finds a load's rows, and a period's, at no cost to whoever writes them.
            BrinIndex("load", "date", name="sales_line_by_load", pages_per_range=32),
        ]


class SalesLinePast(SalesLineFields):
    """A row that was true from the end of `known_on` to the end of `known_until`."""

    known_until = models.DateField()
    closed_by = checked_by_import(Import)

    objects: ClassVar[Any] = SalesLinePastQuerySet.as_manager()

    class Meta:
        db_table = "sales_line_past"
        indexes: ClassVar = [
            models.Index("source", "invoice", "line", name="sales_line_past_by_key"),
            models.Index("load", name="sales_line_past_by_load"),
            BrinIndex("closed_by", name="sales_line_past_by_closing", pages_per_range=32),
        ]
