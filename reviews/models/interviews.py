"""Interviews: why a customer was lost, or a deal won or lost, as somebody found out."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from alerts.models import Alert
from channelhub.lib.models import money_field, public_id_field, tracked
from channelhub.lib.work import Work
from customers.models import Customer
from deals.models import Deal
from imports.models import Source
from partners.models import Partner
from sales.models import ProductLine

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

TEXT_MAX = 5000


class InterviewKind(models.TextChoices):
    """What an interview is about."""

    LOSS = "loss", "Loss analysis"
    WIN_LOSS = "win-loss", "Win/loss"


class InterviewState(models.TextChoices):
    """How far an interview is."""

    TO_HOLD = "to-hold", "To hold"
    DRAFT = "draft", "Draft"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (InterviewState.TO_HOLD, InterviewState.DRAFT)


class HeardFrom(models.TextChoices):
    """Whose account it is."""

    BUYER = "buyer", "The buyer"
    PARTNER = "partner", "The partner"
    US = "us", "Us"


class Cause(models.TextChoices):
    """What the root cause is attributed to."""

    PRODUCT = "product", "Product"
    OUR_SUPPORT = "our-support", "Our support"
    PARTNER = "partner", "The partner"
    PRICE = "price", "Price"
    OTHER = "other", "Other"


class InterviewQuerySet(models.QuerySet["Interview"]):
    """Sets of interviews. Every page, API call and export starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """A channel manager's: those of their partners, and those they are to hold.

        Partners and direct sales see none.
        """
        if not isinstance(user, User):
            return self.none()
        if user.sees_every_partner:
            return self.all()
        if user.role != Role.MANAGER:
            return self.none()
        partners = Partner.objects.visible_to(user)
        theirs = InterviewPartner.objects.filter(partner__in=partners)
        return self.filter(Q(pk__in=theirs.values("interview")) | Q(interviewer=user))

    def unfinished(self) -> Self:
        """Those still to hold or to write up."""
        return self.filter(state__in=UNFINISHED)

    def done(self) -> Self:
        """Those whose cause is found."""
        return self.filter(state=InterviewState.DONE)

    def overdue(self, today: dt.date) -> Self:
        """Unfinished and past their day."""
        return self.unfinished().filter(due_on__lt=today)

    def search(self, text: str) -> Self:
        """Those whose customer, partner, registration or order contains the text."""
        partners = InterviewPartner.objects.filter(
            Q(partner__name__icontains=text) | Q(partner__number__icontains=text)
        )
        return self.filter(
            Q(customer__name__icontains=text)
            | Q(deal__number__icontains=text)
            | Q(order_number__icontains=text)
            | Q(pk__in=partners.values("interview"))
        )

    def shown(self) -> Self:
        """With what a row of a list shows."""
        related = self.select_related("customer", "deal", "alert", "interviewer", "cause_partner",
                                      "product_line")  # fmt: skip
        return related.prefetch_related("partners")


@tracked()
class Interview(models.Model):
    """The interview about one customer loss, or about one transaction of a partner.

    Why they say it happened and what we found out stand apart. Nothing here is shown to partners.
    """

    public_id = public_id_field()
    kind = models.CharField(max_length=10, choices=InterviewKind)
    state = models.CharField(max_length=10, choices=InterviewState, default=InterviewState.TO_HOLD)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="interviews")
    alert = models.ForeignKey(
        Alert, null=True, editable=False, on_delete=models.PROTECT, related_name="interviews"
    )
    deal = models.ForeignKey(
        Deal, null=True, editable=False, on_delete=models.PROTECT, related_name="interviews"
    )
    source = models.ForeignKey(
        Source, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    order_number = models.CharField(max_length=100, blank=True, default="")
    won = models.BooleanField(
        null=True, editable=False, help_text="Of a transaction: whether we won it."
    )
    happened_on = models.DateField("happened")
    bought_last = models.DateField(
        null=True,
        editable=False,
        help_text="Of a loss: the month of the last purchase, which tells losses apart.",
    )
    amount = money_field(null=True, editable=False, help_text="In reporting currency.")
    product_line = models.ForeignKey(
        ProductLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    partners: ClassVar[Any] = models.ManyToManyField(
        Partner, through="InterviewPartner", related_name="interviews"
    )
    opened_on = models.DateField("opened")
    due_on = models.DateField("due")
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="interviews",
    )
    outsider_name = models.CharField("outside interviewer", max_length=150, blank=True, default="")
    outsider_email = models.EmailField("their e-mail", blank=True, default="")
    link_key = models.UUIDField(null=True, editable=False)
    link_until = models.DateField(null=True, editable=False)

    held_on = models.DateField("held on", null=True, blank=True)
    respondent = models.CharField("who was asked", max_length=150, blank=True, default="")
    heard_from = models.CharField(
        "whose account it is", max_length=10, choices=HeardFrom, blank=True, default=""
    )
    stated = models.TextField("reason they state", max_length=TEXT_MAX, blank=True, default="")
    found = models.TextField("reason we found", max_length=TEXT_MAX, blank=True, default="")
    cause = models.CharField("root cause", max_length=12, choices=Cause, blank=True, default="")
    cause_partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    change = models.TextField("what should change", max_length=TEXT_MAX, blank=True, default="")
    finished_at = models.DateTimeField(null=True, editable=False)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(
        "why it was cancelled or reopened", max_length=500, blank=True, default=""
    )

    objects: ClassVar[Any] = InterviewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_on", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["interviewer", "due_on"],
                condition=Q(state__in=UNFINISHED),
                name="interview_to_hold",
            ),
            models.Index(fields=["happened_on"], name="interview_by_day"),
        ]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["alert"], condition=Q(kind="loss"), name="one_interview_per_lost_alert"
            ),
            UniqueConstraint(
                fields=["customer", "bought_last"],
                condition=Q(kind="loss"),
                name="one_interview_per_customer_loss",
            ),
            UniqueConstraint(
                fields=["deal"], condition=Q(kind="win-loss"), name="one_interview_per_deal"
            ),
            UniqueConstraint(
                fields=["source", "order_number", "customer"],
                condition=Q(kind="win-loss", deal=None),
                name="one_interview_per_order",
            ),
            models.CheckConstraint(
                condition=Q(kind="loss", alert__isnull=False, deal=None, source=None, won=None)
                | Q(kind="win-loss", deal__isnull=False, source=None, won__isnull=False)
                | Q(kind="win-loss", deal=None, source__isnull=False, won=True),
                name="interview_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | (Q(finished_at__isnull=False) & ~Q(found="") & ~Q(cause="") & ~Q(heard_from="")),
                name="finished_interview_has_a_cause",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(reason=""),
                name="cancelled_interview_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(link_key=None, link_until=None)
                | (
                    Q(link_key__isnull=False, link_until__isnull=False, state__in=UNFINISHED)
                    & ~Q(outsider_email="")
                ),
                name="interview_link_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(cause_partner=None) | Q(cause="partner"),
                name="only_a_partners_cause_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer.name}: {self.about}"

    def get_absolute_url(self) -> str:
        return reverse("interviews:detail", args=[self.public_id])

    @property
    def about(self) -> str:
        """What happened: lost customer, won or lost deal, order."""
        if self.kind == InterviewKind.LOSS:
            return "Customer lost"
        if self.deal_id is None:
            return f"Order {self.order_number} won"
        return "Deal won" if self.won else "Deal lost"

    @property
    def is_open(self) -> bool:
        """Still to hold or to write up."""
        return self.state in UNFINISHED

    def is_recorded_by(self, user: User) -> bool:
        """Whether this person writes it down: its interviewer, or who sees every partner.

        The managers of the partners concerned only read it: they are not neutral.
        """
        return user.sees_every_partner or self.interviewer_id == user.pk

    @property
    def days_to_cause(self) -> int | None:
        """From the day we saw it to the day the cause was found; None while it is not."""
        if self.finished_at is None:
            return None
        seen = self.alert.first_seen if self.alert else self.happened_on
        return (timezone.localdate(self.finished_at) - seen).days


class InterviewPartner(models.Model):
    """A partner that an interview concerns."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="interview_links")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["interview", "partner"], name="interview_names_a_partner_once"
            ),
        ]


@tracked()
class InterviewAnswer(models.Model):
    """A question of the guide, as it was when the answer was first written down."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="answers")
    position = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=300)
    answer = models.TextField(max_length=TEXT_MAX, blank=True, default="")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "answer"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["interview", "position"], name="one_answer_per_question"),
        ]

    def __str__(self) -> str:
        return self.question


@tracked()
class Guide(models.Model):
    """The questions of a kind of interview that an admin wrote in place of the default ones."""

    kind = models.CharField(max_length=10, choices=InterviewKind, unique=True)
    text = models.TextField("questions", max_length=TEXT_MAX, help_text="One a line.")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "guide"

    def __str__(self) -> str:
        return self.get_kind_display()


class InterviewNotice(Work):
    """A message about an interview to one person. Its `key` keeps it from being sent twice."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="notices")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["interview", "to", "key"], name="one_interview_notice_per_cause"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class OrderSweep(models.Model):
    """The newest night after which orders were looked through: one row."""

    night = models.DateField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_order_sweep"),
        ]
