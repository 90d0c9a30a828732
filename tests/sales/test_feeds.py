"""Feeds: how often they report, when a report is late, what they covered, and months of zero."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from imports.models import Import, Source
from partners.models import Partner
from sales.actions import report_no_sales
from sales.freshness import freshness_of
from sales.models import Feed, FeedMonth, Rhythm, Route
from tests.sales.files import Send, line

SignIn = Callable[[User], Client]
Cast = dict[str, Partner]


@pytest.fixture
def feed(today: dt.date, send: Send, cast_of_partners: Cast) -> Feed:
    """Covered for November 2025 and January 2026, on 10 March 2026."""
    send([line(date="2025-11-03")])
    send([line(line="2", date="2026-01-15")])
    found: Feed = Feed.objects.get()
    return found


def covered(feed: Feed) -> list[str]:
    rows = feed.months.order_by("month").values_list("month", flat=True)
    return [f"{month:%Y-%m}" for month in rows]


def page(feed: Feed, name: str = "feed") -> str:
    return reverse(f"sales:{name}", args=[feed.public_id])


def test_an_unset_rhythm_is_monthly_and_due_on_the_last_day(feed: Feed, today: dt.date) -> None:
    found = freshness_of(feed, today)

    assert found.rhythm_words == "Monthly, due on the last day"
    assert found.due == dt.date(2026, 2, 28)


@pytest.mark.parametrize(
    ("rhythm", "day", "lag", "due", "late", "words"),
    [
        ("monthly", 5, 20, "2026-03-05", 5,
         "Covered to January 2026; February was due on 5 Mar; 5 days late."),
        ("monthly", 31, 0, "2026-03-31", 0,
         "Covered to January 2026; February is due on 31 Mar."),
        ("quarterly", 5, 0, "2026-04-05", 0,
         "Covered to January 2026; January to March is due on 5 Apr."),
        ("quarterly", None, 10, "2026-04-10", 0,
         "Covered to January 2026; January to March is due on 10 Apr."),
        ("quarterly", 31, 0, "2026-04-30", 0,
         "Covered to January 2026; January to March is due on 30 Apr."),
    ],
)  # fmt: skip
def test_when_a_report_is_due(
    rhythm: str, day: int | None, lag: int, due: str, late: int, words: str, feed: Feed,
    today: dt.date,
) -> None:  # fmt: skip
    Feed.objects.update(rhythm=rhythm, due_day=day, lag_days=lag)

    found = freshness_of(feed, today)

    assert found.due == dt.date.fromisoformat(due)
    assert (found.days_late, found.words) == (late, words)


def test_a_quarterly_feed_covers_its_quarters(
    on_day: Callable[[str], dt.date], send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-04-10")
    source = Source.objects.get(name="erp")
    Feed.objects.create(source=source, route=Route.CHANNEL, rhythm=Rhythm.QUARTERLY, lag_days=5)

    send([line(date="2025-11-20"), line(line="2", date="2026-02-02")], "--history")

    feed = Feed.objects.get()
    assert covered(feed) == ["2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    known = dict(feed.months.values_list("month", "known_on"))
    assert known[dt.date(2025, 10, 1)] == known[dt.date(2025, 12, 1)] == dt.date(2026, 1, 5)
    assert known[dt.date(2026, 1, 1)] == dt.date(2026, 4, 5)


def test_a_quarter_that_still_runs_is_covered_as_far_as_it_is_over_and_a_period_as_it_is_told(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    source = Source.objects.get(name="erp")
    feed = Feed.objects.create(source=source, route=Route.CHANNEL, rhythm=Rhythm.QUARTERLY)

    send([line(date="2025-11-20")], "--covers", "2025-11..2025-11")
    assert covered(feed) == ["2025-11"]
    send([line(invoice="I2", date="2026-01-20")])
    assert covered(feed) == ["2025-11", "2026-01", "2026-02"]


def test_an_admin_sets_the_rhythm_and_the_history_tells_it(
    feed: Feed, admin: User, sign_in: SignIn
) -> None:
    sent = {"rhythm": "quarterly", "due_day": "5", "lag_days": "0", "ended_on": ""}

    answer = sign_in(admin).post(page(feed), sent, follow=True).content.decode()

    assert "Quarterly, due on the 5th" in answer
    assert "Ada Admin" in answer
    feed.refresh_from_db()
    assert (feed.rhythm, feed.due_day) == ("quarterly", 5)


@pytest.mark.parametrize(("name", "value"), [("due_day", "0"), ("due_day", "32"), ("rhythm", "x")])
def test_an_impossible_rhythm_is_explained(
    name: str, value: str, feed: Feed, admin: User, sign_in: SignIn
) -> None:
    sent = {"rhythm": "monthly", "due_day": "", "lag_days": "0", name: value}

    assert "is-invalid" in sign_in(admin).post(page(feed), sent).content.decode()

    feed.refresh_from_db()
    assert (feed.rhythm, feed.due_day) == ("monthly", None)


def test_the_page_shows_months_gaps_and_files(feed: Feed, admin: User, sign_in: SignIn) -> None:
    answer = sign_in(admin).get(page(feed))

    states = {each.month: each.state for year in answer.context["years"] for each in year.months}
    assert [f"{month:%Y-%m}" for month, state in sorted(states.items()) if state == "missing"] == [
        "2025-12",
        "2026-02",
    ]
    assert states[dt.date(2025, 10, 1)] == states[dt.date(2026, 3, 1)] == ""
    assert states[dt.date(2026, 1, 1)] == "reported"
    text = answer.content.decode()
    load = Import.objects.last()
    assert load
    assert load.checksum[:12] in text
    assert "lines.csv" in text


def test_no_sales_is_asked_for_and_then_covers_with_zero(
    feed: Feed, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    sent = {"first": "2026-02", "last": "2026-02"}

    look = client.post(page(feed, "no-sales"), sent).content.decode()
    assert "will count as reported with zero" in look
    assert covered(feed) == ["2025-11", "2026-01"]
    done = client.post(page(feed, "no-sales"), {**sent, "confirmed": "1"}, follow=True)

    assert "No sales, February 2026" in done.content.decode()
    assert covered(feed) == ["2025-11", "2026-01", "2026-02"]
    load = FeedMonth.objects.get(month="2026-02-01").load
    assert (load.created_by, load.state, load.rows_read) == (admin, "done", 0)
    assert client.get(reverse("imports:detail", args=[load.public_id])).status_code == 200
    assert client.get(reverse("imports:list")).status_code == 200


def test_months_with_rows_are_refused_with_the_way_out(feed: Feed, admin: User) -> None:
    period = (dt.date(2025, 12, 1), dt.date(2026, 2, 1))

    with pytest.raises(ValidationError, match="January 2026 has sales lines"):
        report_no_sales(feed, covers=period, acting_user=admin)

    assert covered(feed) == ["2025-11", "2026-01"]


def test_a_month_that_runs_or_is_covered_is_refused(feed: Feed, admin: User) -> None:
    march, december = dt.date(2026, 3, 1), dt.date(2025, 12, 1)

    with pytest.raises(ValidationError, match="March 2026 is not over yet"):
        report_no_sales(feed, covers=(march, march), acting_user=admin)
    report_no_sales(feed, covers=(december, december), acting_user=admin)
    with pytest.raises(ValidationError, match="covered already"):
        report_no_sales(feed, covers=(december, december), acting_user=admin)


@pytest.mark.parametrize(
    "sent",
    [{}, {"first": "2025-10", "last": "2026-02"}, {"first": "2026-02", "last": "2025-12"}],
)
def test_a_period_that_cannot_be_is_explained(
    sent: dict[str, str], feed: Feed, admin: User, sign_in: SignIn
) -> None:
    answer = sign_in(admin).post(page(feed, "no-sales"), {**sent, "confirmed": "1"})

    assert answer.status_code == 200
    assert not answer.context["form"].is_valid()
    assert covered(feed) == ["2025-11", "2026-01"]


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_only_admins_report_no_sales(
    role: str, feed: Feed, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))

    assert client.get(page(feed, "no-sales")).status_code == 404
    assert client.post(page(feed, "no-sales"), {"confirmed": "1"}).status_code == 404


@pytest.mark.parametrize("count", [25, 200])
def test_the_page_costs_as_many_queries_with_many_files(
    count: int, feed: Feed, admin: User, sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    Import.objects.bulk_create(
        Import(kind="sales", source=feed.source, file_name=f"{n}", size=1, state="done",
               created_by=admin)
        for n in range(count)
    )  # fmt: skip
    client = sign_in(admin)

    # session, user, organisation 2, feed, history 2, freshness, strip, open months, count, page
    with django_assert_max_num_queries(12):
        client.get(page(feed), {"per": "200"})
