"""What holds for a partner on which days: status, tier, territory, manager, fiscal years."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Value

from accounts.models import Organisation, User
from channelhub.lib.models import Dated, DatedQuerySet, no_overlap, tracked


def by(fact: str) -> models.Index:
    """Finds the partners with a fact without reading the table."""
    return models.Index(fields=[fact, "partner"], include=["valid"], name=f"partner_by_{fact}")


class Status(models.TextChoices):
    """Where a partner stands in the program. Merged is a link, not a status."""

    PROSPECT = "prospect", "Prospect"
    ACTIVE = "active", "Active"
    ON_NOTICE = "on-notice", "On notice"
    ENDED = "ended", "Ended"


@tracked()
class PartnerStatus(Dated):
    """A partner's standing in the program over a range of days."""

    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="statuses"
    )
    status = models.CharField(max_length=20, choices=Status)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [no_overlap("one_status_per_partner", "partner")]
        indexes: ClassVar = [by("status")]

    def __str__(self) -> str:
        return self.get_status_display()


@tracked()
class PartnerTier(Dated):
    """A partner's tier of program membership over a range of days."""

    partner = models.ForeignKey("partners.Partner", on_delete=models.CASCADE, related_name="tiers")
    tier = models.CharField(max_length=50)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [no_overlap("one_tier_per_partner", "partner")]
        indexes: ClassVar = [by("tier")]

    def __str__(self) -> str:
        return self.tier


@tracked()
class PartnerTerritory(Dated):
    """Where a partner sells for us over a range of days."""

    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="territories"
    )
    territory = models.CharField(max_length=100)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [no_overlap("one_territory_per_partner", "partner")]
        indexes: ClassVar = [by("territory")]

    def __str__(self) -> str:
        return self.territory


@tracked()
class PartnerManager(Dated):
    """The channel manager, and a deputy, who look after a partner over a range of days."""

    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="managers"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="managed_partners"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deputised_partners",
    )

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [
            no_overlap("one_manager_per_partner", "partner"),
            models.CheckConstraint(
                condition=~Q(deputy=F("manager")), name="deputy_is_somebody_else"
            ),
        ]
        indexes: ClassVar = [by("manager")]

    def __str__(self) -> str:
        return f"{self.manager}, deputy {self.deputy}" if self.deputy else str(self.manager)

    @classmethod
    def assigned_to(cls, user: User) -> "models.QuerySet[PartnerManager]":
        """Today's assignments of an outer partner to this person, as manager or deputy."""
        today = Organisation.current().today()
        mine = cls.objects.on(today).filter(Q(manager=user) | Q(deputy=user))
        return mine.filter(partner=OuterRef("pk"))


@tracked()
class PartnerFiscalPeriod(models.Model):
    """A fiscal year of a partner, by its own dates; first and last day included."""

    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="fiscal_periods"
    )
    name = models.CharField(max_length=20, help_text="For example FY2026.")
    start = models.DateField("first day")
    end = models.DateField("last day")

    class Meta:
        ordering: ClassVar = ["-start"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="partner_year_ends_after_start"
            ),
            ExclusionConstraint(
                name="partner_years_do_not_overlap",
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
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.start:%-d %b %Y} to {self.end:%-d %b %Y}"
