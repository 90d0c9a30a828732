"""Feeds: who reports sales to us, how often, and which months we have."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q, UniqueConstraint

from channelhub.lib import months
from channelhub.lib.models import public_id_field, tracked
from imports.models import Import, Source

STALE_AFTER_DAYS = 45


class Route(models.TextChoices):
    """How a sale reached its buyer: a line that names a reseller or distributor is channel."""

    CHANNEL = "channel", "Channel"
    DIRECT = "direct", "Direct"


class Rhythm(models.TextChoices):
    """How often a feed reports."""

    MONTHLY = "monthly", "Monthly"
    QUARTERLY = "quarterly", "Quarterly"

    @property
    def months(self) -> int:
        """How many months one report is about."""
        return 3 if self == Rhythm.QUARTERLY else 1


class FeedQuerySet(models.QuerySet["Feed"]):
    """Sets of feeds."""

    def with_coverage(self, as_of: dt.date) -> "FeedQuerySet":
        """Adds what was covered, known and closed at the end of `as_of`.

        `covered_from` and `covered_to` are the first and the last month (None without any),
        `covered_months` is their count.
        """
        known = _claimed(as_of, "months__")
        return self.annotate(
            covered_from=models.Min("months__month", filter=known),
            covered_to=models.Max("months__month", filter=known),
            covered_months=models.Count("months__month", filter=known, distinct=True),
        )


@tracked()
class Feed(models.Model):
    """One source's reports of one route, month by month or quarter by quarter.

    A report is due on `due_day` of the month that follows its period; where that is not set,
    `lag_days` after the period's last day. An ended feed is due no more and holds no window back.
    """

    public_id = public_id_field()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="feeds")
    route = models.CharField(max_length=10, choices=Route)
    rhythm = models.CharField(
        max_length=10, choices=Rhythm, default=Rhythm.MONTHLY, db_default=Rhythm.MONTHLY
    )
    due_day = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Of the month that follows the period; a shorter month's last day.",
    )
    lag_days = models.PositiveSmallIntegerField(
        "lag", default=0, help_text="Days from the end of a month to its report."
    )
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = FeedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["source__name", "route"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["source", "route"], name="one_feed_per_source_and_route"),
            models.CheckConstraint(
                condition=Q(due_day=None) | Q(due_day__range=(1, 31)), name="feed_due_day_is_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.get_route_display().lower()})"

    def days_late(self, covered_to: dt.date | None, as_of: dt.date) -> int:
        """Days that the month after `covered_to` is overdue; 0 when nothing is.

        A feed that never covered a month, or that has ended, is not late.
        """
        if covered_to is None or self.has_ended(as_of):
            return 0
        return max((as_of - self.due(months.add_months(covered_to, 1))).days, 0)

    def due(self, month: dt.date) -> dt.date:
        """The day on which the report of a month is due."""
        last = self.period(month)[1]
        if self.due_day is None:
            return months.last_day(last) + dt.timedelta(self.lag_days)
        after = months.add_months(last, 1)
        return after.replace(day=min(self.due_day, months.last_day(after).day))

    def period(self, month: dt.date) -> tuple[dt.date, dt.date]:
        """The first and the last month of the report that a month belongs to."""
        length = Rhythm(self.rhythm).months
        first = months.add_months(month, -((month.month - 1) % length))
        return first, months.add_months(first, length - 1)

    def has_ended(self, as_of: dt.date) -> bool:
        """Whether it reports no more on a day."""
        return self.ended_on is not None and self.ended_on <= as_of


def _claimed(as_of: dt.date, path: str = "") -> Q:
    """Closed months that were known to be reported at the end of a day."""
    withdrawn = {f"{path}withdrawn_on__isnull": True}, {f"{path}withdrawn_on__gt": as_of}
    known = {f"{path}known_on__lte": as_of, f"{path}month__lte": months.last_closed(as_of)}
    return Q(**known) & (Q(**withdrawn[0]) | Q(**withdrawn[1]))


class FeedMonthQuerySet(models.QuerySet["FeedMonth"]):
    """Sets of claims that a month was reported; a month may be claimed more than once."""

    def known(self, as_of: dt.date) -> Self:
        """Those of closed months, made and not withdrawn at the end of a day."""
        return self.filter(_claimed(as_of))

    def standing(self) -> Self:
        """Those that nobody has withdrawn."""
        return self.filter(withdrawn_on=None)


class FeedMonth(models.Model):
    """That a load reported a month of a feed: without rows it is zero, not unknown.

    Undoing the load withdraws its claim and no other's, from the end of `withdrawn_on` on.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="months")
    month = models.DateField(help_text="First day of the month.")
    known_on = models.DateField()
    withdrawn_on = models.DateField(null=True)
    load = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="feed_months")

    objects: ClassVar[Any] = FeedMonthQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["month"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["feed", "month", "load"], name="load_claims_a_month_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="feed_month_is_a_first_day"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gt=F("known_on")),
                name="claim_was_known_before_it_was_withdrawn",
            ),
        ]
