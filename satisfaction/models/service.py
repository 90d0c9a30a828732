"""How first-line service does at partners, by month."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, UniqueConstraint

from channelhub.lib.models import public_id_field, tracked
from satisfaction.models.known import Known, KnownQuerySet, closes_after_it_opens


class ServiceMonthQuerySet(KnownQuerySet["ServiceMonth"]):
    """Sets of months of service."""


def _hours(**options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True, **options)


def _count(**options: Any) -> "models.PositiveIntegerField[Any, Any]":
    return models.PositiveIntegerField(null=True, blank=True, **options)


def _at_most(low: str, high: str, name: str) -> models.CheckConstraint:
    """Unknown compares with nothing."""
    apart = Q(**{f"{low}__lte": F(high)})
    unknown = Q(**{low: None}) | Q(**{high: None})
    return models.CheckConstraint(condition=unknown | apart, name=name)


@tracked()
class ServiceMonth(Known):
    """The first-line service of a partner in a month, hours and counts; what is not told is NULL.

    Half the tickets were answered within `first_response_median` hours, nine of ten within
    `first_response_p90`; likewise for the resolution. A correction, known on a later day, closes
    the row and opens another.
    """

    public_id = public_id_field()
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="service_months"
    )
    month = models.DateField(help_text="Its first day.")
    tickets = models.PositiveIntegerField()
    first_response_median = _hours(verbose_name="first response, median hours")
    first_response_p90 = _hours(verbose_name="first response, nine of ten within hours")
    resolution_median = _hours(verbose_name="resolution, median hours")
    resolution_p90 = _hours(verbose_name="resolution, nine of ten within hours")
    reopened = _count()
    escalated = _count(verbose_name="escalated to us")
    csat = models.DecimalField(
        "CSAT", max_digits=3, decimal_places=2, null=True, blank=True, help_text="From 1 to 5."
    )
    csat_answers = _count(verbose_name="CSAT answers")
    source = models.ForeignKey(
        "imports.Source", on_delete=models.PROTECT, related_name="service_months"
    )

    objects: ClassVar[Any] = ServiceMonthQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-month", "partner"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["partner", "month"],
                condition=Q(known_until=None),
                name="one_service_month_of_a_partner",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="service_month_is_a_month"),
            _at_most("first_response_median", "first_response_p90", "response_median_within_p90"),
            _at_most("resolution_median", "resolution_p90", "resolution_median_within_p90"),
            _at_most("first_response_median", "resolution_median", "resolved_after_response"),
            _at_most("first_response_p90", "resolution_p90", "resolved_after_response_p90"),
            models.CheckConstraint(
                condition=(Q(first_response_median=None) | Q(first_response_median__gte=0))
                & (Q(first_response_p90=None) | Q(first_response_p90__gte=0))
                & (Q(resolution_median=None) | Q(resolution_median__gte=0))
                & (Q(resolution_p90=None) | Q(resolution_p90__gte=0)),
                name="service_hours_not_negative",
            ),
            _at_most("reopened", "tickets", "reopened_within_tickets"),
            _at_most("escalated", "tickets", "escalated_within_tickets"),
            _at_most("csat_answers", "tickets", "csat_answers_within_tickets"),
            models.CheckConstraint(
                condition=Q(csat=None) | Q(csat__gte=1, csat__lte=5, csat_answers__gte=1),
                name="service_csat_has_answers",
            ),
            models.CheckConstraint(
                condition=Q(tickets__gt=0)
                | Q(
                    first_response_median=None,
                    first_response_p90=None,
                    resolution_median=None,
                    resolution_p90=None,
                ),
                name="no_tickets_no_hours",
            ),
            closes_after_it_opens("service_month_closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}"
