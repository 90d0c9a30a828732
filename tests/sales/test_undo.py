"""Undo of a load of sales lines: the state before comes back, sums and coverage included."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from customers.models import Customer, CustomerExternalId, CustomerPartner
from imports import actions, running
from imports.models import Import
from imports.options import Options
from imports.undoing import Refused
from partners.models import Partner, PartnerExternalId
from sales.models import (
    Article,
    CustomerMonth,
    Feed,
    FeedMonth,
    Product,
    SalesLine,
    SalesLinePast,
    SalesMonth,
)
from tests.sales.files import Send, line, write_csv

Cast = dict[str, Partner]
OnDay = Callable[[str], dt.date]
COLUMNS = "invoice date kind amount reseller"


def newest() -> Import:
    load: Import = Import.objects.latest("pk")
    return load


def undo(load: Import | None = None) -> Import:
    return actions.undo_now(load or newest())


def lines() -> list[tuple[Any, ...]]:
    fields = ("invoice", "line", "amount", "known_on", "load_id")
    return sorted(SalesLine.objects.values_list(*fields))


def billed(on: str) -> Decimal:
    day = dt.date.fromisoformat(on)
    total = SalesMonth.objects.known(day).total(day)
    assert total is not None
    return total


def everything() -> dict[str, Any]:
    """All that a load of sales lines writes, as it stands."""
    tables = (SalesLine, SalesLinePast, SalesMonth, CustomerMonth, FeedMonth, CustomerPartner,
              Product, Article, Customer, CustomerExternalId, Feed, Partner)  # fmt: skip
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in tables}


def test_what_it_wrote_and_closed_is_as_before(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(), line(line="2", customer="C1"), line(line="3")])
    before = lines()
    on_day("2026-03-05")
    send([line(), line(line="2", amount="60"), line(line="9", customer="C2")], "--replace")
    on_day("2026-03-08")

    undone = undo()

    assert (undone.closed, undone.new, undone.state) == (2, 2, "done")
    assert [row[:3] for row in lines()] == [row[:3] for row in before]
    assert {row[4] for row in lines()} == {before[0][4]}
    for day, sum_then in (("2026-02-02", 300), ("2026-03-05", 260), ("2026-03-08", 300)):
        assert billed(day) == sum_then


def test_on_the_day_of_the_load_it_leaves_no_trace(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(), line(line="2", customer="C1"), line(line="3")])
    before = everything()
    on_day("2026-03-05")
    rows = [line(line="2", amount="60"), line(line="9", customer="C2", product="A-9")]
    send([*rows, line(line="10", reseller="")], "--replace")
    assert everything() != before

    undo()

    assert everything() == before


def test_history_is_undone_as_if_it_had_never_been_known(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-01-10")
    send([line(invoice="I0", date="2025-12-05")])
    before = everything()
    on_day("2026-03-05")
    send([line(), line(invoice="I0", date="2025-12-05", amount="1")], "--history")
    on_day("2026-03-09")

    undo()

    assert everything() == before
    send([line(amount="70")], "--history")
    assert billed("2026-01-31") == 170


def test_other_claims_of_a_month_stay(on_day: OnDay, send: Send, cast_of_partners: Cast) -> None:
    on_day("2026-02-02")
    send([line()])
    on_day("2026-03-05")
    send([line(line="2", date="2026-02-04")], "--covers", "2026-01..2026-02")
    on_day("2026-03-09")

    undo()

    def covered(on: str) -> list[str]:
        known = FeedMonth.objects.known(dt.date.fromisoformat(on)).order_by("month")
        return [f"{month:%m}" for month in known.values_list("month", flat=True).distinct()]

    assert (covered("2026-03-04"), covered("2026-03-08"), covered("2026-03-09")) == (
        ["01"], ["01", "02"], ["01"],
    )  # fmt: skip
    feed: Any = Feed.objects.with_coverage(dt.date(2026, 3, 8)).get()
    assert (feed.covered_months, feed.covered_to) == (2, dt.date(2026, 2, 1))


def test_a_zero_report_is_taken_back(today: dt.date, send: Send, cast_of_partners: Cast) -> None:
    send([line()])
    before = everything()
    send([], "--covers", "2026-01..2026-02", "--replace", columns=COLUMNS)

    undo()

    assert everything() == before


def test_what_it_created_stays_where_something_else_names_it(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(product="A-1", customer="C1"), line(line="2", product="A-2", customer="C2")])
    first = newest()
    send([line(invoice="I2", product="A-1", customer="C1")])

    undo(first)

    assert list(Product.objects.values_list("sku", flat=True)) == ["A-1"]
    assert list(Article.objects.values_list("external_id", flat=True)) == ["A-1"]
    assert list(CustomerExternalId.objects.values_list("external_id", flat=True)) == ["C1"]
    assert list(Customer.objects.values_list("name", flat=True)) == ["C1"]
    assert CustomerPartner.objects.get().customer.name == "C1"


def test_what_is_known_of_days_gone_keeps_its_names(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-02-02")
    send([line(product="A-1", customer="C1")])
    on_day("2026-02-03")

    undo()

    past = SalesLinePast.objects.select_related("product", "customer").get()
    assert (past.product.sku, past.customer.name) == ("A-1", "C1")
    assert not CustomerPartner.objects.exists()


def test_a_partner_that_it_created_goes_with_its_standing(
    today: dt.date, send: Send, cast_of_partners: Cast, tmp_path: Path
) -> None:
    send([line()])
    before = everything()
    path = tmp_path / "new.csv"
    write_csv(path, [line(line="2", reseller="R9")], [])
    load = actions.create_import(
        kind="sales", source="erp", path=path, file_name="new.csv",
        options=Options(unknown={"partner": "create"}),
    )  # fmt: skip
    running.run_now(load)
    assert PartnerExternalId.objects.filter(external_id="R9").exists()

    undo(load)

    assert everything() == before
    assert not PartnerExternalId.objects.filter(external_id="R9").exists()


@pytest.mark.parametrize(
    ("later", "options", "reason"),
    [
        ([line(amount="60")], (), "changed or closed some of its lines"),
        ([line(invoice="I2")], ("--replace",), "changed or closed some of its lines"),
        ([line(), line(invoice="I2")], (), "found rows as they are now"),
    ],
)
def test_later_loads_build_on_it(
    today: dt.date,
    send: Send,
    cast_of_partners: Cast,
    later: list[dict[str, object]],
    options: tuple[str, ...],
    reason: str,
) -> None:
    send([line()])
    first, before = newest(), everything()
    send(later, *options)
    with pytest.raises(Refused, match=reason):
        undo(first)

    undo()

    assert everything() == before
    undo(first)
    assert not SalesLine.objects.exists()


def test_a_key_that_was_written_again_is_not_opened_twice(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2")])
    send([line(invoice="I3")], "--replace")
    replaced = newest()
    send([line(line="2", amount="7")])

    with pytest.raises(Refused, match="wrote again some of its lines"):
        undo(replaced)


def test_history_between_two_days_of_an_undone_correction_is_refused(
    on_day: OnDay, send: Send, cast_of_partners: Cast
) -> None:
    on_day("2026-03-01")
    send([line()], "--history")
    history = newest()
    on_day("2026-03-05")
    send([line(amount="7")])
    on_day("2026-03-07")
    undo()

    with pytest.raises(Refused, match="for a while"):
        undo(history)


def test_loads_of_other_months_build_on_nothing(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(invoice="I0", date="2025-11-05")])
    send([line()])
    first = newest()
    send([line(invoice="I0", date="2025-11-05"), line(invoice="I9", date="2025-12-05")])

    undo(first)

    assert {row[0] for row in lines()} == {"I0", "I9"}


def test_lines_do_not_come_back_to_a_month_that_was_told_whole_since(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2", date="2025-12-24")])
    send([line(line="2")])
    moved = newest()
    send([line(line="3", date="2025-12-05")], "--replace")

    with pytest.raises(Refused, match="is all that was sold in months to which"):
        undo(moved)
