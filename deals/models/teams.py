"""Teams that review registrations, each on its own calendar."""

import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import check_time_zone, monday_to_friday
from channelhub.lib.models import public_id_field, tracked
from customers.models.customers import check_country
from deals.rules.clock import WorkingCalendar


@tracked()
class ReviewTeam(models.Model):
    """Who decides registrations of customers in some countries, and when they work.

    One team without countries reviews what no other does.
    """

    public_id = public_id_field()
    name = models.CharField(max_length=100, unique=True)
    countries = ArrayField(
        models.CharField(max_length=2, validators=[check_country]), default=list, blank=True
    )
    everything_else = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=64, validators=[check_time_zone])
    working_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=monday_to_friday,
        help_text="ISO weekdays, 1 is Monday.",
    )
    arbiter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Decides where the rules do not.",
    )

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["everything_else"],
                condition=Q(everything_else=True),
                name="one_team_reviews_everything_else",
            ),
            models.CheckConstraint(condition=~Q(working_days=[]), name="team_works_on_a_day"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def for_country(cls, country: str) -> "ReviewTeam":
        """The team that reviews a customer's country.

        Raises:
            ReviewTeam.DoesNotExist: there is no team at all, which no migration leaves.
        """
        own = cls.objects.filter(countries__contains=[country]).first() if country else None
        team: ReviewTeam = own or cls.objects.get(everything_else=True)
        return team

    def calendar(self) -> WorkingCalendar:
        """When it works."""
        return WorkingCalendar(
            zone=zoneinfo.ZoneInfo(self.time_zone),
            weekdays=frozenset(self.working_days),
            holidays=frozenset(row.day for row in self.holidays.all()),
        )


@tracked()
class TeamHoliday(models.Model):
    """A day on which a team does not work."""

    team = models.ForeignKey(ReviewTeam, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["team", "day"], name="one_holiday_per_team_and_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"
