"""The clock of a reviewing team: working time, in which a registration is to be decided.

A working day has 24 hours of working time, so two working days from Friday 17:00 end on Tuesday
17:00. Reckoned by the wall clock of the team: a changed clock moves no deadline by an hour.
"""

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Collection

DAY = dt.timedelta(days=1)
# A calendar on which nobody ever works would look for a working day for ever.
LONGEST_BREAK = 400


@dataclasses.dataclass(frozen=True)
class WorkingCalendar:
    """When a team works: its time zone, its ISO weekdays (1 is Monday) and its holidays."""

    zone: zoneinfo.ZoneInfo
    weekdays: frozenset[int]
    holidays: Collection[dt.date] = ()

    def works_on(self, day: dt.date) -> bool:
        """Whether it is a working day."""
        return day.isoweekday() in self.weekdays and day not in self.holidays

    def after(self, moment: dt.datetime, working: dt.timedelta) -> dt.datetime:
        """The moment at which this much working time has passed.

        Raises:
            ValueError: the team does not work for more than a year.
        """
        wall = self._next_working(self._wall(moment))
        while wall + working > (midnight := self._midnight_after(wall)):
            working -= midnight - wall
            wall = self._next_working(midnight)
        return self._real(wall + working)

    def after_days(self, moment: dt.datetime, days: int) -> dt.datetime:
        """The moment that many working days later, at the same time of day."""
        return self.after(moment, days * DAY)

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """The working time between two moments; none where the end is not after the start."""
        wall, until = self._wall(start), self._wall(end)
        passed = dt.timedelta()
        while wall < until:
            stop = min(self._midnight_after(wall), until)
            if self.works_on(wall.date()):
                passed += stop - wall
            wall = stop
        return passed

    def _wall(self, moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _real(self, wall: dt.datetime) -> dt.datetime:
        return wall.replace(tzinfo=self.zone).astimezone(dt.UTC)

    @staticmethod
    def _midnight_after(wall: dt.datetime) -> dt.datetime:
        return dt.datetime.combine(wall.date() + DAY, dt.time())

    def _next_working(self, wall: dt.datetime) -> dt.datetime:
        for _ in range(LONGEST_BREAK):
            if self.works_on(wall.date()):
                return wall
            wall = self._midnight_after(wall)
        raise ValueError("The team has no working day within a year.")
