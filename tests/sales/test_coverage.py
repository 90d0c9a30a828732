"""Which months a file reports."""

import datetime as dt
from collections.abc import Callable

from django.db.models import Min

from imports.models import Source
from partners.models import Partner
from sales.models import Feed, FeedMonth, Route
from tests.sales.files import Send, line

Cast = dict[str, Partner]


def covered(route: str = "channel") -> list[str]:
    rows = FeedMonth.objects.filter(feed__route=route).order_by("month")
    return [f"{month:%Y-%m}" for month in rows.values_list("month", flat=True).distinct()]


def first_known() -> dt.date:
    day: dt.date = FeedMonth.objects.aggregate(day=Min("known_on"))["day"]
    return day


def test_a_file_covers_its_first_to_its_last_month(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(date="2025-11-20"), line(line="2", date="2026-02-02")])

    assert covered() == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_a_month_that_still_runs_is_not_covered(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(date="2026-02-27"), line(line="2", date="2026-03-09")])
    assert covered() == ["2026-02"]

    send([line(invoice="I2", date="2026-03-09")], "--covers", "2026-02..2026-03")
    assert covered() == ["2026-02"]


def test_a_month_is_covered_from_its_last_day_on(
    on_day: Callable[[str], dt.date], send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-28")

    send([line(date="2026-02-27")])

    assert covered() == ["2026-02"]


def test_a_file_may_say_what_it_covers(today: dt.date, send: Send, cast_of_partners: Cast) -> None:
    send([line(date="2025-12-20")], "--covers", "2025-11..2026-01")

    assert covered() == ["2025-11", "2025-12", "2026-01"]


def test_a_month_keeps_the_earliest_day_it_was_known(
    on_day: Callable[[str], dt.date], send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line()])
    on_day("2026-03-10")
    send([line(), line(line="2")])
    assert first_known() == dt.date(2026, 2, 2)

    send([line()], "--history")
    assert first_known() == dt.date(2026, 1, 31)


def test_each_route_of_the_file_is_covered(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(date="2025-12-05"), line(line="2", date="2026-01-05", reseller="")])

    assert covered("channel") == covered("direct") == ["2025-12", "2026-01"]


def test_the_other_route_of_the_source_stays_as_it_is(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(reseller="", date="2025-12-05")])

    send([line(line="2")], "--covers", "2026-01..2026-01")

    assert covered("direct") == ["2025-12"]
    assert covered("channel") == ["2026-01"]


def test_a_file_without_rows_reports_zero_sales(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    columns = "invoice date kind amount reseller"

    send([], "--covers", "2026-01..2026-02", columns=columns)
    assert covered() == ["2026-01", "2026-02"]

    Feed.objects.create(source=Source.objects.get(name="erp"), route=Route.DIRECT)
    send([], "--covers", "2025-12..2025-12", columns=columns)
    assert covered("direct") == ["2025-12"]


def test_a_file_of_rejected_rows_covers_nothing(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(reseller="4711")], "--covers", "2026-01..2026-01")

    assert covered() == []
    assert not Feed.objects.exists()
