"""Whole calendar months. A month is named by its first day."""

import datetime as dt
import functools


def first_day(day: dt.date) -> dt.date:
    """The month that a day lies in."""
    return day.replace(day=1)


@functools.lru_cache(maxsize=1000)
def add_months(month: dt.date, count: int) -> dt.date:
    """The month `count` months after (or before, when negative) a month."""
    index = month.year * 12 + month.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def months_before(day: dt.date, count: int) -> dt.date:
    """The same day `count` calendar months earlier, or the last day of a shorter month."""
    month = add_months(first_day(day), -count)
    return month.replace(day=min(day.day, last_day(month).day))


@functools.lru_cache(maxsize=1000)
def last_day(month: dt.date) -> dt.date:
    """The last day of a month."""
    return add_months(first_day(month), 1) - dt.timedelta(days=1)


def last_closed(as_of: dt.date) -> dt.date:
    """The last month whose last day is not after `as_of`."""
    month = first_day(as_of)
    return month if last_day(month) <= as_of else add_months(month, -1)


def between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every month from `first` to `last`, both included; empty when `last` is earlier."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first, index) for index in range(max(count, 0))]
