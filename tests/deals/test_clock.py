"""The clock of a reviewing team, at its edges."""

import datetime as dt
import zoneinfo

import pytest

from deals.rules.clock import WorkingCalendar

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
CALENDAR = WorkingCalendar(BERLIN, WEEKDAYS)


def berlin(*moment: int) -> dt.datetime:
    return dt.datetime(*moment, tzinfo=BERLIN)  # type: ignore[misc,arg-type]


def test_two_working_days_from_friday_evening_end_on_tuesday_evening() -> None:
    assert CALENDAR.after_days(berlin(2026, 5, 8, 17), 2) == berlin(2026, 5, 12, 17)


def test_what_comes_on_saturday_begins_on_monday() -> None:
    assert CALENDAR.after_days(berlin(2026, 5, 9, 12), 2) == berlin(2026, 5, 13)


def test_a_holiday_is_no_working_day() -> None:
    calendar = WorkingCalendar(BERLIN, WEEKDAYS, {dt.date(2026, 5, 11)})
    assert calendar.after_days(berlin(2026, 5, 8, 17), 2) == berlin(2026, 5, 13, 17)


def test_a_changed_clock_moves_no_deadline() -> None:
    # The clocks go forward on Sunday, 29 March 2026.
    assert CALENDAR.after_days(berlin(2026, 3, 27, 17), 2) == berlin(2026, 3, 31, 17)


def test_the_teams_zone_says_which_day_it_is() -> None:
    tokyo = WorkingCalendar(zoneinfo.ZoneInfo("Asia/Tokyo"), WEEKDAYS)
    # Friday 17:00 UTC is Saturday 02:00 in Tokyo.
    friday = dt.datetime(2026, 5, 8, 17, tzinfo=dt.UTC)
    monday = dt.datetime(2026, 5, 12, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert tokyo.after_days(friday, 1) == monday


def test_no_time_at_all_ends_at_once() -> None:
    assert CALENDAR.after_days(berlin(2026, 5, 6, 10), 0) == berlin(2026, 5, 6, 10)


def test_working_time_between_leaves_the_weekend_out() -> None:
    passed = CALENDAR.between(berlin(2026, 5, 8, 17), berlin(2026, 5, 11, 9))
    assert passed == dt.timedelta(hours=16)


def test_no_working_time_passes_backwards() -> None:
    assert CALENDAR.between(berlin(2026, 5, 8, 17), berlin(2026, 5, 8, 16)) == dt.timedelta()


@pytest.mark.parametrize("hours", [1, 15, 24, 30, 100])
def test_after_undoes_between(hours: int) -> None:
    start = berlin(2026, 5, 6, 10)
    end = CALENDAR.after(start, dt.timedelta(hours=hours))
    assert CALENDAR.between(start, end) == dt.timedelta(hours=hours)


def test_a_team_that_never_works_is_told() -> None:
    with pytest.raises(ValueError, match="no working day"):
        WorkingCalendar(BERLIN, frozenset()).after_days(berlin(2026, 5, 6, 10), 1)
