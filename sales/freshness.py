"""How far each feed has reported, in figures and in words."""

import dataclasses
import datetime as dt

from django.contrib.humanize.templatetags.humanize import ordinal

from channelhub.lib import months
from sales.models import Feed
from sales.models.feeds import STALE_AFTER_DAYS


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeedFreshness:
    """A feed as known at the end of the day `on`.

    `covered_to` is the last month covered and `due` the day on which the next one is due; both
    None where no month was ever covered, `due` too for a feed that has ended.
    """

    feed: Feed
    on: dt.date
    covered_from: dt.date | None
    covered_to: dt.date | None
    covered_months: int
    due: dt.date | None
    days_late: int

    @property
    def stale(self) -> bool:
        """Over 45 days late: its partners are stale, and stale clears nothing."""
        return self.days_late > STALE_AFTER_DAYS

    @property
    def ended(self) -> bool:
        """Whether the feed reports no more."""
        return self.feed.has_ended(self.on)

    @property
    def missing_months(self) -> int:
        """Months between the first and the last covered that were not reported."""
        if self.covered_from is None or self.covered_to is None:
            return 0
        return len(months.between(self.covered_from, self.covered_to)) - self.covered_months

    @property
    def words(self) -> str:
        """One sentence: covered to October 2026; November is due on 30 Nov; 9 days late."""
        if self.covered_to is None:
            return "No month covered yet."
        return f"{'; '.join([f'Covered to {self.covered_to:%B %Y}', *self._outlook()])}."

    @property
    def rhythm_words(self) -> str:
        """Quarterly, due on the 5th; without a due day, how long after the period's end."""
        return f"{self.feed.get_rhythm_display()}, due {due_words(self.feed)}"

    @property
    def _awaited(self) -> str:
        """The period that is reported next: November, or October to December."""
        if self.covered_to is None:
            return ""
        first, last = self.feed.period(months.add_months(self.covered_to, 1))
        return f"{first:%B} to {last:%B}" if first != last else f"{first:%B}"

    def _outlook(self) -> list[str]:
        if self.due is None or self.covered_to is None:
            return [f"ended on {_day(self.feed.ended_on, self.on)}"] if self.feed.ended_on else []
        verb = "was" if self.days_late else "is"
        late = f"{self.days_late:,} {'day' if self.days_late == 1 else 'days'} late"
        return [
            f"{self._awaited} {verb} due on {_day(self.due, self.on)}",
            *([late] if self.days_late else []),
        ]


def due_words(feed: Feed) -> str:
    """When after its period a feed is due."""
    if feed.due_day is not None:
        return f"on the {ordinal(feed.due_day)}"
    if not feed.lag_days:
        return "on the last day"
    return f"{feed.lag_days} {'day' if feed.lag_days == 1 else 'days'} later"


def freshness_of(feed: Feed, on: dt.date) -> FeedFreshness:
    """One feed with what it covers, as known at the end of a day."""
    covering = Feed.objects.with_coverage(on).select_related("source")
    return _freshness(covering.get(pk=feed.pk), on)


def feed_freshness(on: dt.date) -> list[FeedFreshness]:
    """Every feed with what it covers, as known at the end of a day."""
    feeds = (
        Feed.objects.with_coverage(on).select_related("source").order_by("source__name", "route")
    )
    return [_freshness(feed, on) for feed in feeds]


def _freshness(feed: Feed, on: dt.date) -> FeedFreshness:
    covered_to: dt.date | None = feed.covered_to  # type: ignore[attr-defined]
    waits = covered_to and not feed.has_ended(on)
    return FeedFreshness(
        feed=feed,
        on=on,
        covered_from=feed.covered_from,  # type: ignore[attr-defined]
        covered_to=covered_to,
        covered_months=feed.covered_months,  # type: ignore[attr-defined]
        due=feed.due(months.add_months(covered_to, 1)) if waits and covered_to else None,
        days_late=feed.days_late(covered_to, on),
    )


def _day(day: dt.date, on: dt.date) -> str:
    """The day without its year where that is this one."""
    return f"{day.day} {day:%b}" if day.year == on.year else f"{day.day} {day:%b %Y}"
