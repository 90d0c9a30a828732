"""The rules of engagement: versions of a text and of its figures, each from a day on."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils import timezone

from channelhub.lib.models import money_field, public_id_field, tracked
from sales.models import ProductLine


class DealType(models.TextChoices):
    """What a registration is for."""

    NEW = "new", "New business"
    EXPANSION = "expansion", "Expansion"
    RENEWAL = "renewal", "Renewal"


class RulesQuerySet(models.QuerySet["RulesOfEngagement"]):
    """Versions of the rules."""

    def on(self, day: dt.date) -> "RulesOfEngagement":
        """The version in force on a day; before the first one, the first.

        Raises:
            RulesOfEngagement.DoesNotExist: there is none at all, which no migration leaves.
        """
        begun = self.filter(effective_from__lte=day).order_by("-effective_from").first()
        return begun or self.order_by("effective_from")[:1].get()


@tracked()
class RulesOfEngagement(models.Model):
    """One version of the rules, in force from its day until the next one's."""

    public_id = public_id_field()
    version = models.PositiveIntegerField(unique=True)
    effective_from = models.DateField("in force from", unique=True)
    text = models.TextField(max_length=50_000, help_text="What partners accept when they submit.")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = RulesQuerySet.as_manager()

    class Meta:
        verbose_name = "rules of engagement"
        ordering: ClassVar = ["-effective_from"]

    def __str__(self) -> str:
        return f"Version {self.version}"

    def terms_for(self, deal_type: str, product_line: ProductLine | int | None) -> "Terms":
        """The figures for a type of deal and a product line: the most exact row.

        A row for both wins over one for the line, that over one for the type, that over the
        version's own.
        """
        line = product_line.pk if isinstance(product_line, ProductLine) else product_line
        fitting = [
            row
            for row in self.terms.all()
            if row.deal_type in {"", deal_type} and row.product_line_id in {None, line}
        ]
        exact: Terms = max(fitting, key=lambda t: (t.product_line_id is not None, t.deal_type))
        return exact


@tracked()
class Terms(models.Model):
    """The figures of a version, for all deals or for a type of deal or a product line.

    Days are calendar days of the organisation unless they say working days.
    """

    rules = models.ForeignKey(RulesOfEngagement, on_delete=models.CASCADE, related_name="terms")
    deal_type = models.CharField(max_length=12, choices=DealType, blank=True, default="")
    product_line = models.ForeignKey(
        ProductLine, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    benefit = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="What an approved registration gives the partner, such as 10% more discount.",
    )
    minimum_amount = money_field(
        null=True, blank=True, help_text="In the reporting currency; empty: none."
    )
    protection_days = models.PositiveSmallIntegerField("days of protection", default=90)
    extension_days = models.PositiveSmallIntegerField("days of the one extension", default=30)
    escalation_days = models.PositiveSmallIntegerField("working days until escalation", default=1)
    decision_days = models.PositiveSmallIntegerField("working days until a decision", default=2)
    miss_days = models.PositiveSmallIntegerField("working days until it is missed", default=3)
    answer_days = models.PositiveSmallIntegerField("working days to answer a question", default=5)
    appeal_days = models.PositiveSmallIntegerField("working days to appeal", default=5)
    look_back_days = models.PositiveSmallIntegerField(
        "days a direct opportunity stays active", default=60
    )
    taken_direct_days = models.PositiveSmallIntegerField(
        "days after rejection or expiry in which a direct win is a breach", default=180
    )
    silence_days = models.PositiveSmallIntegerField("days of silence until we ask", default=20)
    release_days = models.PositiveSmallIntegerField("days of silence until release", default=45)
    notice_days = models.PositiveSmallIntegerField("days of notice before release", default=7)

    class Meta:
        verbose_name = "terms"
        verbose_name_plural = "terms"
        ordering: ClassVar = ["rules", "product_line", "deal_type"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["rules", "deal_type", "product_line"],
                nulls_distinct=False,
                name="one_row_of_terms_per_type_and_line",
            ),
            models.CheckConstraint(
                condition=Q(escalation_days__lt=models.F("decision_days"))
                & Q(decision_days__lt=models.F("miss_days")),
                name="escalation_decision_miss_in_order",
            ),
            models.CheckConstraint(
                condition=Q(release_days__gte=models.F("silence_days") + models.F("notice_days")),
                name="release_after_asking_and_notice",
            ),
            models.CheckConstraint(
                condition=Q(protection_days__gt=0), name="protection_lasts_a_day_at_least"
            ),
        ]

    def __str__(self) -> str:
        parts = [self.get_deal_type_display() if self.deal_type else "", self.product_line or ""]
        return ", ".join(str(part) for part in parts if part) or "All deals"
