"""What is protected for whom, on which days; and requests to protect it longer."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils import timezone

from channelhub.lib.models import public_id_field, tracked
from customers.models import Customer
from deals.models.deals import Deal, DealLine
from partners.models import Partner
from sales.models import ProductLine

ONE_LIVE_PROTECTION = "one_live_protection"


class Ground(models.TextChoices):
    """What a protection rests on."""

    APPROVAL = "approval", "Approval"
    PROVISIONAL = "provisional", "Provisional: our decision is late"
    PENDING_EXTENSION = "pending-extension", "An extension is asked for"
    EXTENSION = "extension", "Extension"


class ProtectionQuerySet(models.QuerySet["Protection"]):
    """Sets of protections."""

    def on(self, day: dt.date) -> Self:
        """Those that protect on this day."""
        return self.filter(during__contains=day)

    def not_over(self, day: dt.date) -> Self:
        """Those that protect on this day or a later one."""
        return self.filter(during__endswith__gt=day)


@tracked()
class Protection(models.Model):
    """That a product line at a customer is one partner's from a day until before another.

    Two exclusive ones of one customer and line never share a day: the database keeps it. Those of
    tenders are not exclusive. What is taken back on its first day protects no day at all.
    """

    line = models.ForeignKey(DealLine, on_delete=models.CASCADE, related_name="protections")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="protections")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    root_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    product_line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="+")
    during = DateRangeField()
    exclusive = models.BooleanField(default=True)
    ground = models.CharField(max_length=20, choices=Ground)

    objects: ClassVar[Any] = ProtectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["during", "id"]
        indexes: ClassVar = [
            models.Index(fields=["deal"], name="protection_by_deal"),
            models.Index(fields=["root_customer", "product_line"], name="protection_by_customer"),
        ]
        constraints: ClassVar = [
            ExclusionConstraint(
                name=ONE_LIVE_PROTECTION,
                expressions=[
                    ("root_customer", RangeOperators.EQUAL),
                    ("product_line", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(exclusive=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_line} at {self.root_customer}"

    @property
    def last_day(self) -> dt.date | None:
        """The last day it protects; None where it protects none."""
        if self.during.isempty:
            return None
        last: dt.date = self.during.upper - dt.timedelta(days=1)
        return last


class RequestState(models.TextChoices):
    """Where a request or an appeal stands."""

    OPEN = "open", "Open"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"


@tracked()
class ExtensionRequest(models.Model):
    """A partner's request for the one extension; while it is open, the protection lives on."""

    public_id = public_id_field()
    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="extension")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(max_length=2000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    answer = models.TextField(max_length=2000, blank=True, default="")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["asked_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, decided_at=None)
                | (~Q(state=RequestState.OPEN) & Q(decided_at__isnull=False)),
                name="decided_extension_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Extension of {self.deal.number}"


@tracked()
class Appeal(models.Model):
    """A partner's objection to a rejection, decided by a person; both sides' words are kept."""

    public_id = public_id_field()
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="appeals")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField("why you disagree", max_length=5000)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    answer = models.TextField(max_length=5000, blank=True, default="")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-filed_at", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["deal"], condition=Q(state=RequestState.OPEN), name="one_open_appeal"
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, decided_at=None)
                | (~Q(state=RequestState.OPEN) & Q(decided_at__isnull=False)),
                name="decided_appeal_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal about {self.deal.number}"


@tracked()
class UnclearFlag(models.Model):
    """That somebody on a deal said it is not clear who leads; open until somebody settles it."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="flags")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("what is not clear", max_length=2000)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(default=timezone.now, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, editable=False)
    answer = models.TextField(max_length=2000, blank=True, default="")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-raised_at", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["deal"], condition=Q(settled_at=None), name="one_open_flag_per_deal"
            ),
        ]

    def __str__(self) -> str:
        return f"Not clear who leads {self.deal.number}"
