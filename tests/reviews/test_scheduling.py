"""Reviews come by the rule of a tier, once for each partner and quarter."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from icalendar import Calendar

from accounts.models import Holiday, Organisation, User
from partners.models import Partner, PartnerFiscalPeriod, PartnerStatus
from reviews.models import Review, ReviewRule, ReviewState
from reviews.quarterly.calendar_files import calendar_file
from reviews.quarterly.meeting import change_meeting
from reviews.quarterly.quarters import quarter_named
from reviews.quarterly.rules import Quarter, meeting_day, quarters_of_year
from reviews.quarterly.scheduling import review_of, schedule_reviews

MONDAY_TO_FRIDAY = range(1, 6)


def names() -> list[tuple[str, str]]:
    return list(Review.objects.order_by("end", "partner").values_list("partner__number", "quarter"))


def test_a_tier_with_a_rule_is_reviewed_every_quarter_and_others_are_not(
    partner: Partner,
    other_partner: Partner,
    fiscal_years: None,
    january: None,
    give_tier: Callable[..., None],
) -> None:
    give_tier(partner, "Gold")
    give_tier(other_partner, "Silver")
    ReviewRule.objects.create(tier="Gold")
    schedule_reviews()
    assert names() == [("P-1", "FY2025-Q4")]
    schedule_reviews()
    assert len(names()) == 1


def test_neither_the_ended_nor_the_merged_nor_quarters_long_gone_are_scheduled(
    partner: Partner,
    other_partner: Partner,
    fiscal_years: None,
    january: None,
    give_tier: Callable[..., None],
) -> None:
    for each in (partner, other_partner):
        give_tier(each, "Gold")
    ReviewRule.objects.create(tier="Gold")
    PartnerStatus.objects.filter(partner=partner).update(status="ended")
    Partner.objects.filter(pk=other_partner.pk).update(
        merged_into=partner, merged_on=dt.date(2025, 1, 1)
    )
    schedule_reviews()
    assert names() == []


def test_a_partner_with_fiscal_years_of_its_own_is_reviewed_by_its_own_quarters(
    partner: Partner, fiscal_years: None, january: None, give_tier: Callable[..., None]
) -> None:
    give_tier(partner, "Gold")
    ReviewRule.objects.create(tier="Gold", own_quarters=True)
    PartnerFiscalPeriod.objects.create(
        partner=partner, name="FY2026", start=dt.date(2025, 2, 1), end=dt.date(2026, 1, 31)
    )
    schedule_reviews()
    schedule_reviews()
    assert names() == [("P-1", "FY2026-Q3"), ("P-1", "FY2026-Q4")]
    assert Review.objects.get(quarter="FY2026-Q4").end == dt.date(2026, 1, 31)


def test_the_meeting_is_on_the_first_working_day_in_the_organisations_time(
    partner: Partner, fiscal_years: None, january: None
) -> None:
    Organisation.objects.update(time_zone="America/New_York")
    # 28 days after the 31st of December: a Wednesday that is a holiday.
    Holiday.objects.create(day=dt.date(2026, 1, 28), name="Feast")
    quarter = quarter_named("FY2025-Q4")
    assert quarter
    made = review_of(partner, quarter, acting_user=None)
    zone = zoneinfo.ZoneInfo("America/New_York")
    assert made.meets_at == dt.datetime(2026, 1, 29, 10, tzinfo=zone)
    assert made.cut_off == dt.date(2026, 1, 20)
    assert made.state == ReviewState.TO_PREPARE
    assert review_of(partner, quarter, acting_user=None) == made


def test_the_database_keeps_a_second_review_of_the_same_days_out(review: Review) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(
            partner=review.partner, quarter="Own-Q1", start=dt.date(2025, 12, 1),
            end=dt.date(2026, 2, 28), cut_off=dt.date(2026, 3, 20),
        )  # fmt: skip
    with pytest.raises(ValidationError):
        review_of(
            review.partner,
            Quarter("Own-Q1", dt.date(2025, 12, 1), dt.date(2026, 2, 28)),
            acting_user=None,
        )
    assert Review.objects.count() == 1


def test_the_calendar_file_keeps_the_time_zone(review: Review, manager: User) -> None:
    change_meeting(
        review, day=dt.date(2026, 3, 30), time=dt.time(9, 30), time_zone="Europe/Berlin",
        place="Room 5\nEvil:line", minutes=90, acting_user=manager,
    )  # fmt: skip
    review.refresh_from_db()
    now = dt.datetime(2026, 1, 26, 12, tzinfo=dt.UTC)
    file = calendar_file(review, organisation="Vendor", url="https://x/r/", now=now)
    calendar: Any = Calendar.from_ical(file)
    (event,) = calendar.walk("VEVENT")
    assert event.start == dt.datetime(2026, 3, 30, 9, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    assert event.end - event.start == dt.timedelta(minutes=90)
    assert b"BEGIN:VTIMEZONE" in file
    assert b"\nEvil:line" not in file


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (dt.date(2025, 10, 1), dt.date(2026, 9, 30), 4),
        (dt.date(2025, 10, 31), dt.date(2026, 10, 30), 0),
        (dt.date(2025, 9, 28), dt.date(2026, 9, 26), 0),
    ],
)
def test_only_a_year_of_twelve_months_has_quarters(
    start: dt.date, end: dt.date, wanted: int
) -> None:
    assert len(quarters_of_year("FY2026", start, end)) == wanted


def test_a_fortnight_without_a_working_day_still_has_a_meeting() -> None:
    end = dt.date(2025, 12, 31)
    assert meeting_day(end, 28, [], set()) == dt.date(2026, 1, 28)
    assert meeting_day(end, 31, MONDAY_TO_FRIDAY, set()) == dt.date(2026, 2, 2)
