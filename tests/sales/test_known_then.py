"""What was known when: corrections, history, and the sums as of any day."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from imports.models import Source
from partners.models import Partner
from sales.models import Feed, FeedMonth, Route, SalesLine, SalesLinePast, SalesMonth
from sales.panels import rows_behind
from tests.sales.files import Send, line

Cast = dict[str, Partner]
OnDay = Callable[[str], dt.date]


def total(on: str, measure: str = "billed") -> Decimal | None:
    day = dt.date.fromisoformat(on)
    known: Decimal | None = SalesMonth.objects.known(day).filter(measure=measure).total(day)
    return known


def test_a_corrected_line_is_told_apart_then_and_now(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(amount="100"), line(line="2", amount="7")])
    on_day("2026-03-05")
    send([line(amount="60")])

    assert total("2026-02-01") == 0
    assert total("2026-02-02") == 107
    assert total("2026-03-04") == 107
    assert total("2026-03-05") == 67
    past = SalesLinePast.objects.get()
    assert (past.known_on, past.known_until) == (dt.date(2026, 2, 2), dt.date(2026, 3, 5))


def test_the_rows_behind_a_figure_are_those_of_its_day(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(amount="100"), line(line="2", amount="7")])
    on_day("2026-03-05")
    send([line(amount="60"), line(line="3", kind="booking", amount="1000")])

    def behind(as_of: str) -> list[Decimal]:
        rows = rows_behind(
            cast_of_partners["R1"],
            first=dt.date(2026, 1, 1),
            last=dt.date(2026, 1, 31),
            as_of=dt.date.fromisoformat(as_of),
        )
        return [row["amount"] for row in rows]

    assert behind("2026-02-01") == []
    assert behind("2026-03-04") == [100, 7]
    assert behind("2026-03-05") == [60, 7]


def test_a_line_moved_to_another_partner_leaves_the_first(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(reseller="R1")])
    on_day("2026-03-05")
    send([line(reseller="R2")])

    by_partner = SalesMonth.objects.totals(dt.date(2026, 3, 5), by="partner")
    assert by_partner == {cast_of_partners["R1"].pk: 0, cast_of_partners["R2"].pk: 100}


def test_history_is_known_at_the_close_of_its_month(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-03-10")
    rows = [line(date="2025-11-03"), line(line="2", date="2025-12-31", amount="10")]

    send([*rows, line(line="3", date="2026-03-09")], "--history")

    known = SalesLine.objects.order_by("line").values_list("known_on", flat=True)
    assert list(known) == [dt.date(2025, 11, 30), dt.date(2025, 12, 31), dt.date(2026, 3, 10)]
    assert total("2025-11-29") == 0
    assert total("2025-11-30") == 100
    assert total("2025-12-31") == 110


def test_history_waits_for_the_lag_of_its_feed(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-03-10")
    source = Source.objects.get(name="erp")
    Feed.objects.create(source=source, route=Route.CHANNEL, lag_days=15)

    send([line(date="2025-11-03"), line(line="2", date="2026-02-27")], "--history")

    known = SalesLine.objects.order_by("line").values_list("known_on", flat=True)
    # The lag of February ends after today, and today we know the row.
    assert list(known) == [dt.date(2025, 12, 15), dt.date(2026, 3, 10)]
    covered = FeedMonth.objects.order_by("month").values_list("known_on", flat=True)
    assert list(covered) == [
        dt.date(2025, 12, 15), dt.date(2026, 1, 15), dt.date(2026, 2, 15), dt.date(2026, 3, 10),
    ]  # fmt: skip


def test_a_correction_is_not_known_before_what_it_corrects(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-03-10")
    send([line(amount="100")])

    send([line(amount="60")], "--history")

    assert SalesLine.objects.get().known_on == dt.date(2026, 3, 10)
    past = SalesLinePast.objects.get()
    assert past.known_on == past.known_until == dt.date(2026, 3, 10)
    assert total("2026-03-09") == 0
    assert total("2026-03-10") == 60
