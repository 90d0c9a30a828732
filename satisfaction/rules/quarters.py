"""Calendar quarters and half-years, each named by its first day."""

import datetime as dt

from channelhub.lib import months


def quarter_of(day: dt.date) -> dt.date:
    """The quarter that a day lies in."""
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def add_quarters(quarter: dt.date, count: int) -> dt.date:
    """The quarter `count` quarters after (or before, when negative) a quarter."""
    return months.add_months(quarter, 3 * count)


def quarter_name(quarter: dt.date) -> str:
    """Such as Q3 2026."""
    return f"Q{(quarter.month + 2) // 3} {quarter.year}"


def half_of(day: dt.date) -> dt.date:
    """The half-year that a day lies in."""
    return dt.date(day.year, 1 if day.month <= 6 else 7, 1)


def half_end(half: dt.date) -> dt.date:
    """The last day of a half-year."""
    return months.last_day(months.add_months(half, 5))


def half_name(half: dt.date) -> str:
    """Such as second half of 2026."""
    return f"{'first' if half.month == 1 else 'second'} half of {half.year}"
