"""Up to which month a partner's sales are known, and what its page shows of them."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from channelhub.lib import months
from imports.models import Import, Source
from partners.models import Partner
from sales.models import Feed, FeedMonth, PlanRate, Route, SalesMonth
from sales.panels import feed_freshness, partner_lines, partner_sales, sparklines
from tests.sales.files import Send, line

Cast = dict[str, Partner]
AddFeed = Callable[..., Feed]
AddSales = Callable[..., None]
LAST = dt.date(2026, 2, 1)
ON = dt.date(2026, 3, 10)


@pytest.fixture
def load(db: None) -> Import:
    source, _ = Source.objects.get_or_create(name="erp")
    made: Import = Import.objects.create(kind="sales", source=source, size=0)
    return made


@pytest.fixture
def add_feed(load: Import) -> AddFeed:
    """A channel feed that covers months up to one: `add_feed("erp", last, count=24)`."""

    def add(name: str, last: dt.date, *, count: int = 36, ended_on: dt.date | None = None) -> Feed:
        source, _ = Source.objects.get_or_create(name=name)
        feed: Feed = Feed.objects.create(source=source, route=Route.CHANNEL, ended_on=ended_on)
        FeedMonth.objects.bulk_create(
            FeedMonth(feed=feed, month=month, known_on=months.last_day(month), load=load)
            for month in months.between(months.add_months(last, 1 - count), last)
        )
        return feed

    return add


@pytest.fixture
def add_sales(load: Import) -> AddSales:
    """A sum of a month, so many months before February 2026."""

    def add(
        partner: Partner, feed: Feed, months_ago: int, amount: int, currency: str = "USD"
    ) -> None:
        month = months.add_months(LAST, -months_ago)
        SalesMonth.objects.create(
            partner=partner, feed=feed, measure="billed", currency=currency, month=month,
            known_on=months.last_day(month), amount=amount, returns=0, lines=1, load=load,
        )  # fmt: skip

    return add


def figures(partner: Partner, *names: str) -> list[object]:
    """Some of the figures of the partner's page."""
    sales = partner_sales(partner, ON)
    return [getattr(sales, name) for name in names]


def test_the_last_6_and_12_months_end_at_the_last_month_covered(
    partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    feed = add_feed("erp", LAST)
    for months_ago, amount in ((0, 1), (5, 2), (6, 4), (11, 8), (12, 16), (23, 32), (24, 64)):
        add_sales(partner, feed, months_ago, amount)

    assert figures(partner, "end", "from_12") == [LAST, dt.date(2025, 3, 1)]
    assert figures(partner, "last_6", "last_12", "prior_12") == [3, 15, 48]
    series = partner_sales(partner, ON).series
    assert series[-1] == (LAST, Decimal(1))
    assert sum(amount or 0 for _, amount in series) == 127


def test_a_late_feed_that_reported_the_partner_holds_the_window_back(
    partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    erp, late = add_feed("erp", LAST), add_feed("late", dt.date(2025, 12, 1))
    add_feed("stranger", dt.date(2025, 6, 1))
    add_sales(partner, erp, 0, 1)
    add_sales(partner, late, 20, 1)

    assert partner_sales(partner, ON).end == dt.date(2025, 12, 1)


@pytest.mark.parametrize(("months_ago", "end"), [(22, "2025-12-01"), (23, "2026-02-01")])
def test_a_feed_counts_for_24_months_after_it_reported_the_partner(
    months_ago: int, end: str, partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    erp, late = add_feed("erp", LAST), add_feed("late", dt.date(2025, 12, 1))
    add_sales(partner, erp, 0, 1)
    add_sales(partner, late, months_ago, 1)

    assert partner_sales(partner, ON).end == dt.date.fromisoformat(end)


def test_an_ended_feed_holds_nothing_back(
    partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    erp = add_feed("erp", LAST)
    ended = add_feed("ended", dt.date(2025, 12, 1), ended_on=dt.date(2026, 1, 1))
    add_sales(partner, erp, 0, 1)
    add_sales(partner, ended, 4, 2)

    assert figures(partner, "end", "last_12") == [LAST, 3]


def test_months_that_nobody_reported_are_unknown(
    partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    feed = add_feed("erp", LAST, count=13)
    add_sales(partner, feed, 0, 1)

    assert figures(partner, "last_12", "prior_12") == [1, None]
    assert [amount for _, amount in partner_sales(partner, ON).series[-14:-12]] == [None, 0]


def test_without_any_feed_nothing_is_known(partner: Partner) -> None:
    sales = partner_sales(partner, ON)

    assert (sales.end, sales.series, sales.last_6, sales.last_12) == (None, (), None, None)


def test_a_partner_that_no_feed_reported_is_read_by_the_newest(
    partner: Partner, add_feed: AddFeed
) -> None:
    add_feed("erp", LAST)

    assert figures(partner, "end", "last_12") == [LAST, 0]


def test_without_a_plan_rate_the_sum_is_unknown(
    partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    feed = add_feed("erp", LAST)
    add_sales(partner, feed, 0, 10)
    add_sales(partner, feed, 8, 10, currency="EUR")

    assert partner_sales(partner, ON).last_6 == 10
    assert partner_sales(partner, ON).last_12 is None

    PlanRate.objects.create(currency="EUR", rate="1.5", valid=DateRange(ON, None))
    assert partner_sales(partner, ON).last_12 == 25


def test_what_was_known_then(partner: Partner, add_feed: AddFeed, add_sales: AddSales) -> None:
    feed = add_feed("erp", LAST)
    add_sales(partner, feed, 0, 1)
    add_sales(partner, feed, 1, 2)

    assert partner_sales(partner, dt.date(2026, 2, 27)).end == dt.date(2026, 1, 1)
    assert partner_sales(partner, dt.date(2026, 2, 27)).last_6 == 2
    assert partner_sales(partner, dt.date(2026, 2, 28)).last_6 == 3


def test_a_merged_partner_counts_at_its_root_from_that_day(
    partner: Partner, other_partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    feed = add_feed("erp", LAST)
    add_sales(partner, feed, 0, 1)
    add_sales(other_partner, feed, 0, 2)
    Partner.objects.filter(pk=other_partner.pk).update(merged_into=partner, merged_on=ON)

    before = ON - dt.timedelta(days=1)
    assert partner_sales(partner, before).last_12 == 1
    assert partner_sales(partner, ON).last_12 == 3
    assert sparklines([partner.pk], before)[partner.pk][-1] == 1
    assert sparklines([partner.pk], ON)[partner.pk][-1] == 3


def test_sparklines_of_a_list_take_one_query(
    partner: Partner, other_partner: Partner, add_feed: AddFeed, add_sales: AddSales
) -> None:
    feed = add_feed("erp", LAST, count=3)
    add_sales(partner, feed, 1, 7)
    add_sales(other_partner, feed, 0, 5, currency="EUR")

    with CaptureQueriesContext(connection) as queries:
        lines = sparklines([partner.pk, other_partner.pk], ON, count=4)

    assert len(queries) == 1
    assert lines == {partner.pk: [None, 0, 7, 0], other_partner.pk: [None, 0, 0, None]}


def test_sparklines_without_any_feed_are_empty(partner: Partner) -> None:
    assert sparklines([partner.pk], ON) == {partner.pk: []}


def test_every_line_that_names_the_partner_is_listed(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send(
        [
            line(line="1", date="2026-01-01", reseller="", distributor="D1"),
            line(line="2", date="2026-01-03", kind="sell-through", distributor="D1"),
            line(line="3", date="2026-01-02", kind="booking"),
        ]
    )

    def listed(name: str) -> list[str]:
        return [row.line for row in partner_lines(cast_of_partners[name], today)]

    assert listed("D1") == ["2", "1"]
    assert listed("R1") == ["2", "3"]


@pytest.mark.parametrize(
    ("on", "lag", "late", "words"),
    [
        ("2025-11-29", 0, 0, "Covered to October 2025; November is due on 30 Nov."),
        ("2025-11-30", 0, 0, "Covered to October 2025; November is due on 30 Nov."),
        ("2025-12-01", 0, 1,
         "Covered to October 2025; November was due on 30 Nov; 1 day late."),
        ("2025-12-09", 10, 0, "Covered to October 2025; November is due on 10 Dec."),
        ("2026-01-14", 0, 45,
         "Covered to October 2025; November was due on 30 Nov 2025; 45 days late."),
        ("2026-01-15", 0, 46,
         "Covered to October 2025; November was due on 30 Nov 2025; 46 days late."),
    ],
)  # fmt: skip
def test_freshness_in_words(on: str, lag: int, late: int, words: str, add_feed: AddFeed) -> None:
    feed = add_feed("erp", dt.date(2025, 10, 1))
    Feed.objects.filter(pk=feed.pk).update(lag_days=lag)

    (found,) = feed_freshness(dt.date.fromisoformat(on))

    assert (found.days_late, found.stale, found.words) == (late, late > 45, words)


def test_feeds_come_by_source(add_feed: AddFeed) -> None:
    for name in ("zulu", "alpha", "mike"):
        add_feed(name, LAST)

    assert [found.feed.source.name for found in feed_freshness(ON)] == ["alpha", "mike", "zulu"]


def test_an_ended_feed_is_not_late(add_feed: AddFeed) -> None:
    add_feed("erp", dt.date(2025, 10, 1), ended_on=dt.date(2025, 11, 3))

    (found,) = feed_freshness(ON)

    assert (found.days_late, found.due) == (0, None)
    assert found.words == "Covered to October 2025; ended on 3 Nov 2025."


def test_gaps_between_covered_months_are_counted(add_feed: AddFeed) -> None:
    feed = add_feed("erp", LAST, count=6)
    FeedMonth.objects.filter(feed=feed, month="2025-12-01").delete()

    (found,) = feed_freshness(ON)

    assert (found.covered_months, found.missing_months) == (5, 1)


def test_a_feed_without_any_month_says_so(load: Import) -> None:
    Feed.objects.create(source=load.source, route=Route.CHANNEL)

    (found,) = feed_freshness(ON)

    assert (found.words, found.days_late, found.stale) == ("No month covered yet.", 0, False)


def test_a_months_total_is_exact(partner: Partner, add_feed: AddFeed, add_sales: AddSales) -> None:
    feed = add_feed("erp", LAST)
    add_sales(partner, feed, 0, 3, currency="EUR")
    PlanRate.objects.create(currency="EUR", rate="1.12345678", valid=DateRange(ON, None))

    assert partner_sales(partner, ON).last_6 == Decimal("3.37037034")
