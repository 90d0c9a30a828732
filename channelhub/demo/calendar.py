"""When the demo happens: everything is counted back from the newest night that is due."""

import dataclasses
import datetime as dt

from channelhub.demo.cast import ERP, HARROWGATE, LINDMAAR, MARKET
from channelhub.lib import months

MONTHS = 36
NIGHTS = 7
# Of a feed that began too late for a comparison of two years.
MONTHS_OF_MARKET = 15
# It has stopped reporting: more than 45 days late, whatever the day.
MARKET_BEHIND = 3
# Lindmaar reports after eight days, and is late by more than this with its next month.
LATE_LAG = 8
LATE_BY = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """What a source reports: the `count` months to `last`, each known `lag` days after its end."""

    source: str
    last: dt.date
    count: int
    lag: int

    @property
    def first(self) -> dt.date:
        """Its first month."""
        return months.add_months(self.last, 1 - self.count)


def reports(as_of: dt.date) -> tuple[Report, ...]:
    """Everybody's reports as they stand on the newest night.

    Harrowgate's lag is such that its newest month became known on that very day: this is the
    news of the night. Lindmaar's next month is overdue, and the marketplace's has become stale.
    """
    closed = months.last_closed(as_of)
    age = (as_of - months.last_day(closed)).days
    late = last_month_of_late(as_of)
    return (
        Report(source=ERP, last=closed, count=MONTHS, lag=0),
        Report(source=HARROWGATE, last=closed, count=MONTHS, lag=age),
        Report(source=LINDMAAR, last=late, count=MONTHS, lag=LATE_LAG),
        Report(
            source=MARKET,
            last=months.add_months(closed, -MARKET_BEHIND),
            count=MONTHS_OF_MARKET - MARKET_BEHIND,
            lag=0,
        ),
    )


def last_month_of_late(as_of: dt.date) -> dt.date:
    """The newest month after which the next one is overdue by some days, but not stale."""
    missing = months.last_closed(as_of)
    if (as_of - months.last_day(missing)).days <= LATE_LAG + LATE_BY:
        missing = months.add_months(missing, -1)
    return months.add_months(missing, -1)


def nights(as_of: dt.date) -> list[dt.date]:
    """The nights to judge, the first of which is the baseline."""
    return [as_of - dt.timedelta(days=back) for back in reversed(range(NIGHTS))]
