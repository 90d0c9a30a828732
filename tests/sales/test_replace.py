"""A month that is sent again as a whole: what the new file does not have is true no more."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from imports.models import Import
from partners.models import Partner
from sales.models import SalesLine, SalesLinePast, SalesMonth
from tests.sales.files import Send, line

Cast = dict[str, Partner]
OnDay = Callable[[str], dt.date]


def stored() -> list[tuple[str, str]]:
    return sorted(SalesLine.objects.values_list("invoice", "line"))


def billed(on: str) -> Decimal:
    day = dt.date.fromisoformat(on)
    total = SalesMonth.objects.known(day).total(day)
    assert total is not None
    return total


def test_rows_that_disappeared_are_closed_and_no_others(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(), line(line="2"), line(line="3"), line(invoice="I0", date="2025-12-31")])
    send([line(invoice="D", reseller="")])
    send([line(invoice="X")], "--set", "reseller=P-R1", source="other")
    on_day("2026-03-02")

    again = send([line(), line(line="2", amount="60")], "--replace")

    assert (again["new"], again["changed"], again["unchanged"], again["closed"]) == (0, 1, 1, 1)
    assert stored() == [("D", "1"), ("I0", "1"), ("I1", "1"), ("I1", "2"), ("X", "1")]
    assert Import.objects.latest("pk").closed == 1
    gone = SalesLinePast.objects.get(line="3")
    assert (gone.known_on, gone.known_until) == (dt.date(2026, 2, 2), dt.date(2026, 3, 2))
    assert billed("2026-03-01") == 500
    assert billed("2026-03-02") == 360


def test_without_the_word_replace_nothing_is_closed(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2")])

    assert send([line()], "--covers", "2026-01..2026-01")["closed"] == 0

    assert stored() == [("I1", "1"), ("I1", "2")]


def test_a_file_without_rows_says_that_nothing_was_sold(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2", date="2026-02-03"), line(line="3", reseller="")])
    columns = "invoice date kind amount reseller"

    nothing = send([], "--covers", "2026-01..2026-01", "--replace", columns=columns)

    assert nothing["closed"] == 2
    assert stored() == [("I1", "2")]
    assert billed("2026-03-10") == 100


def test_a_row_that_was_rejected_stays_as_it_was(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2"), line(line="", product="A-2"), line(line="4")])

    rows = [line(), line(line="2", amount="?"), line(line="", product="A-2", reseller="4711")]
    again = send(rows, "--replace")

    assert (again["rejected"], again["closed"]) == (2, 1)
    assert stored() == [("I1", "1"), ("I1", "2"), ("I1", "|A-2|1")]


def test_a_file_of_rejected_rows_closes_nothing(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2")])

    again = send([line(amount="?")], "--replace", "--covers", "2026-01..2026-01")

    assert (again["rejected"], again["closed"], len(stored())) == (1, 0, 2)


def test_history_that_replaces_closes_rows_when_their_month_was_known(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-03-10")
    send([line(), line(line="2")], "--history")

    send([line()], "--history", "--replace")

    assert billed("2026-01-30") == 0
    assert billed("2026-01-31") == 100
