"""Opportunities that our own direct sales works on, and breaches of the rules of engagement."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User, check_currency
from channelhub.lib.models import money_field, public_id_field, tracked
from customers.models import Customer
from customers.models.customers import check_country
from deals.models.deals import Deal
from imports.models import Source
from partners.models import Partner
from sales.models import ProductLine

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class DirectState(models.TextChoices):
    """Where a direct opportunity stands."""

    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    CLOSED = "closed", "Given up"


class DirectQuerySet(models.QuerySet["DirectOpportunity"]):
    """Sets of direct opportunities."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """All of them to our people; none to a partner's."""
        at_vendor = isinstance(user, User) and user.role in Role.at_vendor()
        return self.all() if at_vendor else self.none()

    def open(self) -> Self:
        """Those still worked on."""
        return self.filter(state=DirectState.OPEN)

    def search(self, text: str) -> Self:
        """Those whose customer, owner, team or id contains the text."""
        return self.filter(
            Q(account_name__icontains=text)
            | Q(account_domain__icontains=text)
            | Q(owner__name__icontains=text)
            | Q(owner_name__icontains=text)
            | Q(direct_team__icontains=text)
            | Q(external_id__icontains=text)
        )

    def active_since(self, day: dt.date) -> Self:
        """Open ones on which something happened on the day or later."""
        return self.open().filter(active_on__gte=day)


@tracked()
class DirectOpportunity(models.Model):
    """A deal that our direct sales works on; `logged_at` is when we provably knew of it."""

    public_id = public_id_field()
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=100, blank=True, default="")
    account_name = models.CharField("customer", max_length=200)
    account_domain = models.CharField("web domain", max_length=253, blank=True, default="")
    account_country = models.CharField(
        "country", max_length=2, blank=True, default="", validators=[check_country]
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="direct_opportunities"
    )
    product_line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_name = models.CharField(max_length=150, blank=True, default="")
    direct_team = models.CharField("team", max_length=100, blank=True, default="")
    amount = money_field(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="", validators=[check_currency])
    opened_on = models.DateField("opened")
    active_on = models.DateField("last activity")
    logged_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=DirectState, default=DirectState.OPEN)
    closed_on = models.DateField("closed", null=True, blank=True)
    warned = models.BooleanField(default=False, editable=False)
    note = models.TextField(max_length=2000, blank=True, default="")

    objects: ClassVar[Any] = DirectQuerySet.as_manager()

    class Meta:
        verbose_name = "direct opportunity"
        verbose_name_plural = "direct opportunities"
        ordering: ClassVar = ["-active_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "product_line"], name="direct_by_customer"),
            models.Index(fields=["owner", "state"], name="direct_by_owner"),
        ]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["source", "external_id"],
                condition=~Q(external_id=""),
                name="one_direct_opportunity_per_external_id",
            ),
            models.CheckConstraint(
                condition=Q(state=DirectState.OPEN, closed_on=None)
                | (~Q(state=DirectState.OPEN) & Q(closed_on__isnull=False)),
                name="closed_direct_opportunity_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_name}, {self.product_line}"

    def get_absolute_url(self) -> str:
        return reverse("direct:detail", args=[self.public_id])

    @property
    def worked_by(self) -> str:
        """Who works it, by name."""
        return str(self.owner) if self.owner else self.owner_name


class BreachKind(models.TextChoices):
    """What our direct sales did to a partner's deal."""

    WORKED = "worked", "Worked on under protection"
    TAKEN = "taken", "Won while under protection"
    WON_AFTER = "won-after", "Won within the days after rejection or expiry"
    MOVED = "moved", "Customer moved to direct"
    FILED = "filed", "Filed by a person"


class BreachState(models.TextChoices):
    """Whether a suspicion counts."""

    SUSPECTED = "suspected", "Suspected"
    CONFIRMED = "confirmed", "Confirmed"
    WAIVED = "waived", "Waived"


class BreachQuerySet(models.QuerySet["Breach"]):
    """Sets of breaches."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those of partners this person sees; a partner's people see those they filed."""
        theirs = self.filter(partner__in=Partner.objects.visible_to(user))
        if isinstance(user, User) and user.works_at_partner:
            deals = Deal.objects.visible_to(user)
            filed = theirs.filter(kind=BreachKind.FILED)
            return filed.filter(Q(deal__in=deals) | Q(filed_by=user.pk))
        return theirs

    def search(self, text: str) -> Self:
        """Those whose partner, customer, registration or team contains the text."""
        return self.filter(
            Q(partner__name__icontains=text)
            | Q(partner__number__icontains=text)
            | Q(customer__name__icontains=text)
            | Q(deal__number__icontains=text)
            | Q(direct_team__icontains=text)
        )


@tracked()
class Breach(models.Model):
    """An entry of the breach ledger: suspected by rule or filed by a person, then decided.

    One whose confirmation was taken back is waived; who decided first, and when, stays.
    """

    public_id = public_id_field()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="breaches")
    deal = models.ForeignKey(
        Deal, null=True, blank=True, on_delete=models.PROTECT, related_name="breaches"
    )
    direct_opportunity = models.ForeignKey(
        DirectOpportunity,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="breaches",
    )
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    product_line = models.ForeignKey(
        ProductLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=BreachKind)
    direct_team = models.CharField(max_length=100, blank=True, default="")
    amount = money_field(null=True, help_text="In the reporting currency; empty: not known.")
    evidence = models.TextField(max_length=5000)
    happened_on = models.DateField()
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    filed_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=BreachState, default=BreachState.SUSPECTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    decision = models.TextField(max_length=2000, blank=True, default="")
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, editable=False)
    taken_back = models.TextField(max_length=2000, blank=True, default="")

    objects: ClassVar[Any] = BreachQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "breaches"
        ordering: ClassVar = ["-filed_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["partner", "state"], name="breach_by_partner")]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["kind", "deal", "direct_opportunity"],
                condition=~Q(kind=BreachKind.FILED) & Q(direct_opportunity__isnull=False),
                name="one_suspicion_per_deal_and_opportunity",
            ),
            UniqueConstraint(
                fields=["kind", "partner", "customer", "product_line"],
                condition=Q(kind=BreachKind.MOVED, state=BreachState.SUSPECTED),
                name="one_suspicion_per_moved_customer",
            ),
            models.CheckConstraint(
                condition=Q(state=BreachState.SUSPECTED, decided_at=None)
                | (~Q(state=BreachState.SUSPECTED) & Q(decided_at__isnull=False)),
                name="decided_breach_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(state=BreachState.WAIVED),
                name="breach_taken_back_counts_for_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.partner}"

    def get_absolute_url(self) -> str:
        return reverse("breaches:detail", args=[self.public_id])
