"""Which quarters there are and when their reviews meet: no clock, no database."""

import dataclasses
import datetime as dt
from collections.abc import Collection

from accounts.rules import quarters

# Facts that come later than this after the quarter's end are left to the next packet.
CUT_OFF_DAYS = 20
MEETS_FROM = dt.time(10)
# A review is on the list from this long before its quarter ends to this long after.
LISTED_BEFORE = dt.timedelta(days=31)
LISTED_AFTER = dt.timedelta(days=92)


@dataclasses.dataclass(frozen=True)
class Quarter:
    """A fiscal quarter, first and last day included."""

    name: str
    start: dt.date
    end: dt.date

    @property
    def cut_off(self) -> dt.date:
        """The day after which facts are left to the next packet."""
        return self.end + dt.timedelta(days=CUT_OFF_DAYS)

    def is_due(self, today: dt.date) -> bool:
        """Whether its reviews belong on the list by now."""
        return self.end - LISTED_BEFORE <= today <= self.end + LISTED_AFTER


def quarters_of_year(name: str, start: dt.date, end: dt.date) -> list[Quarter]:
    """The four quarters of a fiscal year of twelve whole months; none of any other year."""
    if start.day > 28:
        return []
    parts = quarters(start)
    if parts[-1][1] != end:
        return []
    return [Quarter(f"{name}-Q{number}", *days) for number, days in enumerate(parts, start=1)]


def meeting_day(
    end: dt.date, days_after: int, weekdays: Collection[int], holidays: Collection[dt.date]
) -> dt.date:
    """The first working day from so many days after a quarter's end on.

    Without a working day within a fortnight it is the day itself.
    """
    first = end + dt.timedelta(days=days_after)
    for count in range(14):
        day = first + dt.timedelta(days=count)
        if day.isoweekday() in weekdays and day not in holidays:
            return day
    return first
