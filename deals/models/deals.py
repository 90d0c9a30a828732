"""Registrations of deals: what a partner wants to sell to whom, and where it stands."""

import secrets
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, OuterRef, Q, UniqueConstraint
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User, check_currency
from channelhub.lib.models import (
    Dated,
    DatedQuerySet,
    money_field,
    no_overlap,
    public_id_field,
    tracked,
)
from customers.models import Customer
from customers.models.customers import check_country
from deals.models.engagement import DealType, RulesOfEngagement
from deals.models.teams import ReviewTeam
from deals.rules.states import OPEN, PENDING, State, Step
from partners.models import Partner
from sales.models import ProductLine

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# Without letters and figures that are mistaken for one another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_number() -> str:
    """A receipt number: random, so that it tells nobody how many others were given out."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"R-{drawn[:5]}-{drawn[5:]}"


class RejectionCode(models.TextChoices):
    """Why a registration, or a line of it, is rejected."""

    DUPLICATE = "duplicate", "Registered already"
    EXISTING_CUSTOMER = "existing-customer", "Existing customer"
    DIRECT_ACTIVE = "direct-active", "Our direct sales works on it"
    NOT_AUTHORISED = "not-authorised", "No authorisation for this product line"
    OUTSIDE_TERRITORY = "outside-territory", "Outside the territory"
    BELOW_MINIMUM = "below-minimum", "Below the minimum amount"
    TOO_EARLY = "too-early", "Too early: no evidence of a project"
    INCOMPLETE = "incomplete", "Incomplete"
    OTHER = "other", "Other"


class LossReason(models.TextChoices):
    """Why a deal was lost."""

    PRICE = "price", "Price"
    COMPETITOR = "competitor", "A competitor's product"
    PRODUCT = "product", "Our product did not fit"
    SUPPORT = "support", "Support or service"
    NO_BUDGET = "no-budget", "No budget"
    NO_DECISION = "no-decision", "The customer decided nothing"
    DIRECT = "direct", "Bought from the vendor directly"
    OTHER = "other", "Other"


class DealQuerySet(models.QuerySet["Deal"]):
    """Sets of registrations. Every page, API call, export and search starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The registrations this person may open.

        Our people never see drafts; a channel manager sees those of partners assigned today and
        those given to them for review. A partner's admin sees their company's, a rep their own
        and those shared with them. Direct sales see none: they ask whether a customer is free.
        """
        if not isinstance(user, User):
            return self.none()
        theirs = Q(partner__in=Partner.objects.visible_to(user))
        match user.role:
            case Role.ADMIN | Role.CHIEF:
                return self.exclude(state=State.DRAFT)
            case Role.MANAGER:
                return self.filter(theirs | Q(reviewer=user)).exclude(state=State.DRAFT)
            case Role.PARTNER_ADMIN:
                return self.filter(theirs)
            case Role.PARTNER_REP:
                shared = DealRole.objects.filter(deal=OuterRef("pk"), user=user)
                return self.filter(theirs).filter(Q(registered_by=user) | Exists(shared))
        return self.none()

    def open(self) -> Self:
        """Neither closed nor a draft."""
        return self.filter(state__in=OPEN)

    def to_decide(self) -> Self:
        """What waits for a decision of ours: whole registrations, or lines changed after it."""
        changed = DealLine.objects.filter(deal=OuterRef("pk"), state=LineState.UNDER_REVIEW)
        return self.filter(Q(state__in=PENDING) | Q(Exists(changed), state=State.APPROVED))

    def search(self, text: str) -> Self:
        """Those whose number, customer or contact contains the text."""
        return self.filter(
            Q(number__icontains=text)
            | Q(account_name__icontains=text)
            | Q(account_domain__icontains=text)
            | Q(contact_name__icontains=text)
        )


@tracked()
class Deal(models.Model):
    """A partner's registration of an opportunity at a customer.

    `account_*` is what the partner typed; `customer` is whom we take it for since submission.
    """

    public_id = public_id_field()
    number = models.CharField(max_length=20, unique=True, default=new_number, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="deals")
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="registered_deals"
    )
    type = models.CharField(max_length=12, choices=DealType, default=DealType.NEW)
    state = models.CharField(max_length=14, choices=State, default=State.DRAFT)

    account_name = models.CharField("customer", max_length=200, blank=True, default="")
    account_domain = models.CharField("web domain", max_length=253, blank=True, default="")
    account_country = models.CharField(
        "country", max_length=2, blank=True, default="", validators=[check_country]
    )
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    currency = models.CharField(max_length=3, blank=True, default="", validators=[check_currency])
    expected_close = models.DateField("expected close", null=True, blank=True)
    effort = models.TextField("what you have done so far", max_length=5000, blank=True, default="")
    tender = models.BooleanField("public tender", default=False)

    contact_name = models.CharField(max_length=150, blank=True, default="")
    contact_email = models.EmailField("contact e-mail", blank=True, default="")
    contact_phone = models.CharField(max_length=50, blank=True, default="")
    competitor = models.CharField("known competitors", max_length=200, blank=True, default="")
    incumbent = models.CharField("who supplies today", max_length=200, blank=True, default="")
    need = models.TextField("the customer's need", max_length=5000, blank=True, default="")
    distributor = models.CharField("ordering distributor", max_length=200, blank=True, default="")
    external_reference = models.CharField(
        "number in your own system", max_length=100, blank=True, default=""
    )

    rules = models.ForeignKey(RulesOfEngagement, null=True, on_delete=models.PROTECT)
    team = models.ForeignKey(ReviewTeam, null=True, on_delete=models.PROTECT)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="deals_to_review",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    # When it was complete: the time that counts among partners. A late answer moves it.
    complete_at = models.DateTimeField(null=True, editable=False)
    escalates_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    misses_at = models.DateTimeField(null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    escalated_at = models.DateTimeField(null=True, editable=False)
    missed_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    # The last update, answer, meeting or quote; a login is none.
    active_at = models.DateTimeField(null=True, editable=False)
    silence_asked_at = models.DateTimeField(null=True, editable=False)
    notice_at = models.DateTimeField(null=True, editable=False)

    closed_at = models.DateTimeField(null=True, editable=False)
    closed_amount = money_field(null=True, editable=False)
    loss_reason = models.CharField(max_length=12, choices=LossReason, blank=True, default="")
    order_number = models.CharField(max_length=100, blank=True, default="")

    objects: ClassVar[Any] = DealQuerySet.as_manager()

    class Meta:
        verbose_name = "registration"
        ordering: ClassVar = ["-submitted_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["partner", "-submitted_at"], name="deal_by_partner"),
            models.Index(fields=["customer"], name="deal_by_customer"),
            models.Index(fields=["registered_by"], name="deal_by_rep"),
            models.Index(fields=["due_at"], condition=Q(state__in=PENDING), name="deal_to_decide"),
            models.Index(
                fields=["active_at"], condition=Q(state__in=OPEN), name="open_deal_by_activity"
            ),
            GinIndex(OpClass(Upper("account_name"), "gin_trgm_ops"), name="deal_account_search"),
        ]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["partner", "external_reference"],
                condition=~Q(external_reference=""),
                name="one_registration_per_external_reference",
            ),
            # What a child's key refers to: (partner, deal).
            UniqueConstraint(fields=["partner", "id"], name="deal_of_its_partner"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(
                    submitted_at__isnull=False,
                    complete_at__isnull=False,
                    rules__isnull=False,
                    team__isnull=False,
                    customer__isnull=False,
                ),
                name="submitted_registration_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.NEEDS_INFO) | Q(asked_at__isnull=False),
                name="question_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.WON, State.LOST]) | Q(closed_at__isnull=False),
                name="closed_deal_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.account_name}" if self.account_name else self.number

    def get_absolute_url(self) -> str:
        return reverse("deals:detail", args=[self.public_id])

    @property
    def told_state(self) -> str:
        """The state as the partner reads it: whether we have begun to look is ours to know."""
        if self.state in PENDING:
            return "Received, under review"
        return State(self.state).label

    @property
    def is_open(self) -> bool:
        """Neither closed nor a draft."""
        return self.state in OPEN


class LineState(models.TextChoices):
    """Where a line of a registration stands."""

    UNDER_REVIEW = "under-review", "Under review"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


@tracked()
class DealLine(models.Model):
    """A product line of a registration, with its amount in the registration's currency.

    `approved_amount` is the one that was approved, from which later changes are measured;
    `proposed_amount` is a higher one told after approval, which waits for its own review.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    product_line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="+")
    amount = money_field()
    approved_amount = money_field(null=True, editable=False)
    proposed_amount = money_field(null=True, blank=True)
    state = models.CharField(max_length=14, choices=LineState, default=LineState.UNDER_REVIEW)
    code = models.CharField(max_length=20, choices=RejectionCode, blank=True, default="")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "line"
        ordering: ClassVar = ["product_line__name", "id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["deal", "product_line"], name="one_line_per_product_line"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deal_line_has_an_amount"),
            models.CheckConstraint(
                condition=Q(state=LineState.REJECTED) | Q(code=""),
                name="only_rejected_lines_have_a_code",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product_line)


class DealStep(models.Model):
    """One thing that happened to a registration: who, when, why. Never changed, never removed.

    `internal` ones are ours alone. `data` holds what the step rested on, such as what was
    suggested when somebody decided otherwise.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="steps")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=20, choices=Step)
    from_state = models.CharField(max_length=14, choices=State, blank=True, default="")
    to_state = models.CharField(max_length=14, choices=State, blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(max_length=5000, blank=True, default="")
    code = models.CharField(max_length=20, blank=True, default="")
    internal = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "step"
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["deal", "-at"], name="deal_step_by_deal")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.get_step_display()


class RoleKind(models.TextChoices):
    """What somebody does on an opportunity."""

    PARTNER_REP = "partner-rep", "Partner rep"
    MANAGER = "manager", "Channel manager"
    DIRECT = "direct", "Direct sales rep"
    DISTRIBUTOR = "distributor", "Distributor"


@tracked()
class DealRole(Dated):
    """Who has which role on a registration on which days; on each day one of them leads."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="roles")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=RoleKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deal_roles"
    )
    leads = models.BooleanField(default=False)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "role"
        ordering: ClassVar = ["-leads", "kind", "id"]
        constraints: ClassVar = [
            no_overlap("one_role_per_deal_and_person", "deal", "user"),
            no_overlap("one_lead_per_deal", "deal", condition=Q(leads=True)),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "deal"], name="deal_role_by_user")]

    def __str__(self) -> str:
        lead = ", leads" if self.leads else ""
        return f"{self.user}, {self.get_kind_display().lower()}{lead}"
