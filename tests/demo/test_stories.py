"""What the demo tells, whatever the day it is started on. No database."""

import datetime as dt
from decimal import Decimal

import pytest

from channelhub.demo import shapes, stories
from channelhub.demo.calendar import LATE_BY, MONTHS, Report, last_month_of_late, nights, reports
from channelhub.demo.cast import ERP, HARROWGATE, LINDMAAR, MARKET, SEATS
from channelhub.demo.lines import amounts, buyers, rows
from channelhub.lib import months
from sales.models.feeds import STALE_AFTER_DAYS

A_YEAR = months.between(dt.date(2025, 3, 1), dt.date(2026, 2, 1))
TWO_YEARS = [dt.date(2023, 12, 1) + dt.timedelta(days=n) for n in range(800)]
BUYERS = [buyer for source in (ERP, HARROWGATE, LINDMAAR, MARKET) for buyer in buyers(source)]


@pytest.mark.parametrize("last", A_YEAR, ids=str)
def test_changes_are_those_of_the_table_whatever_the_season(last: dt.date) -> None:
    told = [buyer for buyer in BUYERS if buyer.story.now is not None]
    for buyer in told:
        flow, story = amounts(buyer, last), buyer.story
        now, was = shapes.change(flow), shapes.change(flow, MONTHS - 1)
        assert now is not None
        assert was is not None
        slack = Decimal("0.41") if story.was is None else Decimal("0.001")
        assert abs(now - Decimal(str(story.now))) < slack, buyer.key
        if story.was is not None:
            assert abs(was - Decimal(str(story.was))) < Decimal("0.001"), buyer.key
    assert len(told) == 50


@pytest.mark.parametrize("last", A_YEAR, ids=str)
def test_only_who_sends_a_rollout_back_has_a_month_below_zero(last: dt.date) -> None:
    below = {buyer.key for buyer in BUYERS if min(amounts(buyer, last)) < 0}
    assert below == {seat.number for seat in SEATS if seat.story.sent_back}
    for buyer in BUYERS:
        if buyer.story.sent_back:
            flow = amounts(buyer, last)
            assert sum(flow[12:24]) < 0
            assert sum(flow[11:23]) < 0


def test_the_news_becomes_known_in_the_newest_night() -> None:
    for as_of in TWO_YEARS:
        news = next(report for report in reports(as_of) if report.source == HARROWGATE)
        assert months.last_day(news.last) + dt.timedelta(days=news.lag) == as_of
        baseline = nights(as_of)[0]
        month_before = months.add_months(news.last, -1)
        assert months.last_day(month_before) + dt.timedelta(days=news.lag) < baseline


def test_one_feed_is_late_and_not_stale() -> None:
    for as_of in TWO_YEARS:
        missing = months.add_months(last_month_of_late(as_of), 1)
        late = next(report for report in reports(as_of) if report.source == LINDMAAR)
        days = (as_of - months.last_day(missing)).days - late.lag
        assert LATE_BY < days <= STALE_AFTER_DAYS


def test_nights_are_consecutive_and_end_at_the_newest() -> None:
    found = nights(dt.date(2026, 3, 2))
    assert (found[0], found[-1], len(found)) == (dt.date(2026, 2, 24), dt.date(2026, 3, 2), 7)


@pytest.mark.parametrize("report", reports(dt.date(2026, 5, 14)), ids=lambda report: report.source)
def test_rows_are_dated_in_the_reported_months_and_keyed_once(report: Report) -> None:
    found = rows(report)
    days = [dt.date.fromisoformat(row["date"]) for row in found]
    assert report.first <= min(days)
    assert max(days) <= months.last_day(report.last)
    assert len({(row["invoice"], row["line"]) for row in found}) == len(found)


def test_rows_add_up_to_what_was_told_and_some_are_returns() -> None:
    report = next(iter(reports(dt.date(2026, 5, 14))))
    found = rows(report)
    total = sum(sum(amounts(buyer, report.last)) for buyer in buyers(report.source))
    assert sum(Decimal(row["amount"]) for row in found) == total
    assert any(Decimal(row["amount"]) < 0 for row in found)


def test_the_same_day_tells_the_same_twice() -> None:
    for report in reports(dt.date(2026, 5, 14)):
        assert rows(report) == rows(report)


def test_there_are_about_sixty_partners_with_names_of_their_own() -> None:
    assert 55 <= len(SEATS) <= 65
    assert len({seat.name for seat in SEATS}) == len({seat.number for seat in SEATS}) == len(SEATS)


def test_service_is_as_bad_as_it_gets_before_the_key_customer_is_gone() -> None:
    last_order = MONTHS - 1 - stories.HEAVY["P-1101"].last
    assert stories.service_step("P-1101", last_order) == stories.WORST
    assert stories.service_step("P-1101", stories.WORSE_SERVICE["P-1101"]) == 0
    assert stories.service_step("P-1102", 0) == 0
