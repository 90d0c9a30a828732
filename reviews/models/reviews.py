"""Quarterly reviews: one for each partner and quarter, and by which rule they are scheduled."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, UniqueConstraint, Value
from django.urls import reverse

from accounts.models import User, check_time_zone
from channelhub.lib.models import public_id_field, tracked
from partners.models import Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

COMMENT_MAX = 5000


@tracked()
class ReviewRule(models.Model):
    """That partners of a tier are reviewed every quarter, and when."""

    public_id = public_id_field()
    tier = models.CharField(max_length=50, unique=True)
    days_after = models.PositiveSmallIntegerField(
        "days from the quarter's end to the meeting",
        default=28,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="The first working day from then on; facts are cut off 20 days after the end.",
    )
    minutes = models.PositiveSmallIntegerField(
        "length in minutes", default=60, validators=[MinValueValidator(15), MaxValueValidator(480)]
    )
    own_quarters = models.BooleanField(
        "by the partner's own fiscal quarters",
        default=False,
        help_text="Where its fiscal years are known; else by the organisation's.",
    )

    class Meta:
        ordering: ClassVar = ["tier"]

    def __str__(self) -> str:
        return self.tier


class ReviewState(models.TextChoices):
    """How far a review is."""

    TO_PREPARE = "to-prepare", "To prepare"
    PREPARED = "prepared", "Prepared"
    HELD = "held", "Held"
    SIGNED = "signed", "Signed off"


BOTH_SIGNED = Q(signed_at__isnull=False, partner_signed_at__isnull=False)
IN_STATE: dict[str, Q] = {
    ReviewState.SIGNED: BOTH_SIGNED,
    ReviewState.HELD: Q(held_on__isnull=False) & ~BOTH_SIGNED,
    ReviewState.PREPARED: Q(held_on=None, prepared_at__isnull=False),
    ReviewState.TO_PREPARE: Q(held_on=None, prepared_at=None),
}


class ReviewQuerySet(models.QuerySet["Review"]):
    """Sets of reviews. Every page, API call and export starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those of partners that this person sees."""
        return self.filter(partner__in=Partner.objects.visible_to(user))

    def ending(self, first: dt.date, last: dt.date) -> Self:
        """Those whose quarter ends between two days, both included."""
        return self.filter(end__range=(first, last))

    def in_state(self, state: str) -> Self:
        """Those that are so far."""
        return self.filter(IN_STATE[state])

    def before(self, review: "Review") -> Self:
        """Earlier reviews of the same partner, the newest first."""
        return self.filter(partner=review.partner_id, end__lt=review.start).order_by("-end")


@tracked()
class Review(models.Model):
    """The review of a partner's quarter, first and last day included.

    Whatever stands here the partner may read; what is ours alone is a comment.
    """

    public_id = public_id_field()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="reviews")
    quarter = models.CharField(max_length=30, help_text="For example FY2026-Q3.")
    start = models.DateField("first day")
    end = models.DateField("last day")
    cut_off = models.DateField(
        "data cut-off", help_text="What became known later is left to the next packet."
    )
    meets_at = models.DateTimeField("meeting", null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    minutes = models.PositiveSmallIntegerField(
        "length in minutes", default=60, validators=[MinValueValidator(15), MaxValueValidator(480)]
    )
    place = models.CharField("place or link", max_length=300, blank=True, default="")
    agenda = models.TextField(max_length=COMMENT_MAX, blank=True, default="")
    asks = models.TextField("asked of the partner", max_length=COMMENT_MAX, blank=True, default="")
    prepared_at = models.DateTimeField(null=True, editable=False)
    held_on = models.DateField(null=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    signed_at = models.DateTimeField(null=True, editable=False)
    partner_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    partner_signed_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = "quarterly review"
        ordering: ClassVar = ["-end", "partner__name", "id"]
        indexes: ClassVar = [models.Index(fields=["end", "partner"], name="review_by_end")]
        constraints: ClassVar = [
            UniqueConstraint(fields=["partner", "quarter"], name="one_review_per_quarter_name"),
            ExclusionConstraint(
                name="one_review_per_partner_and_quarter",
                expressions=[
                    ("partner", RangeOperators.EQUAL),
                    (
                        Func(
                            "start",
                            "end",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="review_has_a_quarter"),
            models.CheckConstraint(
                condition=Q(cut_off__gte=F("end")), name="review_is_cut_off_after_its_quarter"
            ),
            models.CheckConstraint(
                condition=Q(held_on__isnull=False) | Q(signed_at=None, partner_signed_at=None),
                name="only_what_was_held_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quarter}, {self.partner.name}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:detail", args=[self.public_id])

    @property
    def is_signed(self) -> bool:
        """Both sides signed: nothing of it changes any more."""
        return self.signed_at is not None and self.partner_signed_at is not None

    @property
    def state(self) -> ReviewState:
        """How far it is."""
        if self.is_signed:
            return ReviewState.SIGNED
        if self.held_on:
            return ReviewState.HELD
        return ReviewState.PREPARED if self.prepared_at else ReviewState.TO_PREPARE


class CommentKind(models.TextChoices):
    """Who may read what is said of a section, and who says it."""

    SHARED = "shared", "Comment, shared with the partner"
    INTERNAL = "internal", "Note of ours, never shared"
    PARTNER = "partner", "The partner's comment"


@tracked()
class ReviewComment(models.Model):
    """What is said of a section of the packet, or in the meeting."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    section = models.CharField(max_length=30)
    kind = models.CharField(max_length=10, choices=CommentKind)
    text = models.TextField(max_length=COMMENT_MAX)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "comment"
        ordering: ClassVar = ["section", "kind"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["review", "section", "kind"], name="one_comment_of_a_kind_per_section"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.text[:40]}"
