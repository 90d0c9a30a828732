"""A file of sales lines: what is new, changed, unchanged, refused, and what it brings along."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import Organisation
from customers.models import Customer, CustomerExternalId
from imports.models import Source
from partners.models import Partner, PartnerExternalId
from sales.models import (
    Article,
    BookedRate,
    Feed,
    Product,
    SalesLine,
    SalesLinePast,
    SalesMonth,
)
from tests.sales.files import Send, line

Cast = dict[str, Partner]


def counts(answer: dict[str, Any]) -> tuple[int, int, int, int]:
    return answer["new"], answer["changed"], answer["unchanged"], answer["rejected"]


def reasons(answer: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(bad["row"], bad["column"], bad["reason"]) for bad in answer["rejected_rows"]]


def writes() -> dict[str, tuple[int, int, int]]:
    """Rows inserted, updated and deleted in this transaction, by table of this room."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname LIKE 'sales%' AND relname <> 'sales_feedmonth'"
            " AND relid NOT IN (SELECT oid FROM pg_class WHERE relpersistence = 't')"
        )
        return {name: (ins, upd, gone) for name, ins, upd, gone in cursor.fetchall()}


def test_a_line_is_kept_as_the_file_tells_it(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    row = line(
        distributor="D1", customer="C-9", quantity="2.5", amount="1,234.56789", deal="D-77",
        order_date="2026-01-10", ship_date="2026-01-12", currency="usd", basis="resale",
    )  # fmt: skip

    assert counts(send([row])) == (1, 0, 0, 0)

    stored = SalesLine.objects.select_related("feed", "customer", "product").get()
    assert (stored.invoice, stored.line, stored.kind) == ("I1", "1", "billing")
    assert (stored.reseller, stored.distributor) == (cast_of_partners["R1"], cast_of_partners["D1"])
    assert (stored.quantity, stored.amount) == (Decimal("2.5"), Decimal("1234.5679"))
    assert (stored.currency, stored.rate) == ("USD", Decimal(1))
    assert stored.reporting_amount == stored.amount
    assert (stored.date, stored.order_date, stored.ship_date) == (
        dt.date(2026, 1, 15), dt.date(2026, 1, 10), dt.date(2026, 1, 12),
    )  # fmt: skip
    assert (stored.basis, stored.deal, stored.known_on) == ("resale", "D-77", today)
    assert (stored.customer.name, stored.product.sku, stored.feed.route) == (
        "C-9", "A-1", "channel",
    )  # fmt: skip


def test_the_same_file_twice_writes_nothing_but_what_it_covers(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    rows = [line(line=str(n), amount=str(n), customer=f"C{n % 3}") for n in range(1, 30)]
    assert counts(send(rows)) == (29, 0, 0, 0)
    before = writes()

    assert counts(send(rows)) == (0, 0, 29, 0)

    assert writes() == before
    assert SalesLine.objects.count() == 29


def test_only_what_differs_is_changed(today: dt.date, send: Send, cast_of_partners: Cast) -> None:
    send([line(line="1"), line(line="2")])

    answer = send([line(line="1"), line(line="2", amount="99"), line(line="3")])

    assert counts(answer) == (1, 1, 1, 0)
    assert SalesLine.objects.get(line="2").amount == 99
    past = SalesLinePast.objects.get()
    assert (past.line, past.amount, past.known_until) == ("2", 100, today)
    assert str(past.closed_by.public_id) == answer["import"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "booking"}, {"date": "2026-01-16"}, {"reseller": "R2"}, {"distributor": "D1"},
        {"customer": "C1"}, {"product": "B-2"}, {"quantity": "2"}, {"amount": "100.0001"},
        {"basis": "list"}, {"currency": "EUR"}, {"deal": "D-1"}, {"order_date": "2026-01-01"},
        {"ship_date": "2026-01-01"}, {"reseller": ""},
    ],
)  # fmt: skip
def test_every_stored_fact_counts_as_a_change(
    change: dict[str, str], today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line()])

    assert counts(send([line(**change)])) == (0, 1, 0, 0)
    assert SalesLinePast.objects.count() == 1


def test_a_rate_loaded_later_changes_no_line(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(currency="EUR")])
    BookedRate.objects.create(currency="EUR", day="2026-01-01", rate="1.1")

    assert counts(send([line(currency="EUR")])) == (0, 0, 1, 0)
    assert SalesLine.objects.get().rate is None


def test_lines_without_a_number_are_told_apart(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    rows = [
        line(line="", distributor="D1", product="P7", amount="1"),
        line(line="", distributor="D1", product="P7", amount="2"),
        line(line="", distributor="D1", product="P8", amount="3"),
        line(line="", product="P7", amount="4"),
        line(line="", invoice="I2", distributor="D1", product="P7", amount="5"),
    ]

    assert counts(send(rows)) == (5, 0, 0, 0)
    assert counts(send(rows)) == (0, 0, 5, 0)

    keys = SalesLine.objects.order_by("amount").values_list("invoice", "line")
    assert list(keys) == [
        ("I1", "D1|P7|1"), ("I1", "D1|P7|2"), ("I1", "D1|P8|1"), ("I1", "|P7|1"), ("I2", "D1|P7|1"),
    ]  # fmt: skip


def test_a_rejected_row_keeps_its_place_among_lines_without_a_number(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    first, second = line(line="", amount="1"), line(line="", amount="2")
    send([{**first, "reseller": "4711"}, second])

    assert counts(send([first, second])) == (1, 0, 1, 0)


def test_a_key_that_comes_twice_counts_once(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    answer = send([line(amount="1"), line(amount="2"), line(line="2")])

    assert counts(answer) == (2, 0, 0, 1)
    assert reasons(answer)[0][:2] == (3, "invoice")
    assert SalesLine.objects.get(line="1").amount == 1


def test_rows_that_cannot_be_are_named_with_their_reason(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    rows = [
        line(line="1", reseller="4711"),
        line(line="2", distributor="4712"),
        line(line="3", date="2026-03-11"),
        line(line="4", currency="EURO"),
        line(line="5", amount="", price="10", discount="15"),
        line(line="6", amount="", quantity="", price="10"),
        line(line="7", amount="", quantity="99999999999999", price="99999999999999"),
        line(line="8"),
    ]

    answer = send(rows)

    assert counts(answer) == (1, 0, 0, 7)
    found = {row: (column, reason) for row, column, reason in reasons(answer)}
    assert found[2] == (
        "reseller", "Unknown reseller: load the partners first, say what it means, or correct it.",
    )  # fmt: skip
    assert found[3][0] == "distributor"
    assert found[4] == ("date", "This day has not come yet.")
    assert found[5][0] == "currency"
    assert found[6] == ("discount", "A discount is a fraction from 0 to 1: write 0.15 for 15%.")
    assert found[7][1].startswith("No amount, and not both a quantity and a price")
    assert found[8][1].startswith("Larger than any amount")


def test_a_partner_is_found_by_its_number_too(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(reseller="P-R2")])

    assert SalesLine.objects.get().reseller == cast_of_partners["R2"]


def test_an_id_of_the_source_comes_before_a_number(
    today: dt.date, send: Send, cast_of_partners: Cast, make_partner: Callable[..., Partner]
) -> None:
    make_partner("R1", "Another one whose number is R1")

    send([line(reseller="R1")])

    assert SalesLine.objects.get().reseller == cast_of_partners["R1"]


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "amount"),
    [
        ("3", "9.8", "", "29.4"),
        ("3", "9.8", "0.05", "27.93"),
        ("7", "0.33333", "0.1", "2.1000"),  # 2.099979 at four decimals
        ("1", "0.00005", "", "0.0001"),  # halves away from zero
        ("-1", "0.00005", "", "-0.0001"),
        ("2", "10", "1", "0"),
    ],
)
def test_an_amount_is_reckoned_where_none_is_given(
    quantity: str, price: str, discount: str, amount: str,
    today: dt.date, send: Send, cast_of_partners: Cast,
) -> None:  # fmt: skip
    send([line(amount="", quantity=quantity, price=price, discount=discount)])

    assert SalesLine.objects.get().amount == Decimal(amount)


def test_a_given_amount_wins_over_price_and_discount(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(amount="5", quantity="2", price="10", discount="15")])

    assert SalesLine.objects.get().amount == 5


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Sell-In", "billing"), ("POS", "sell-through"), ("invoice", "billing"), ("Order", "booking")],
)
def test_kinds_go_by_the_words_of_the_trade(
    word: str, kind: str, today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(kind=word)])

    assert SalesLine.objects.get().kind == kind


def test_a_kind_may_be_set_for_the_whole_file(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    row = line()
    del row["kind"]

    send([row], "--set", "kind=sell-through")

    assert SalesLine.objects.get().kind == "sell-through"


def test_a_line_that_names_no_partner_is_direct(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(reseller="", customer="C1"), line(line="2")])

    assert set(Feed.objects.values_list("source__name", "route")) == {
        ("erp", "direct"), ("erp", "channel"),
    }  # fmt: skip
    assert SalesLine.objects.get(line="1").feed.route == "direct"
    assert SalesMonth.objects.get().partner == cast_of_partners["R1"]


def test_an_unknown_product_is_created_once(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(product="X-1"), line(line="2", product="X-1")])
    send([line(invoice="I2", product="X-1", reseller="P-R1")], source="other")

    product = Product.objects.get()
    assert (product.sku, product.name) == ("X-1", "X-1")
    assert Article.objects.filter(product=product).count() == 2


def test_an_article_of_the_source_names_its_product(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    product = Product.objects.create(sku="AR-5381", name="Adjustable Race")
    source = Source.objects.get(name="erp")
    Article.objects.create(product=product, source=source, external_id="1")

    send([line(product="1")])

    assert SalesLine.objects.get().product == product
    assert Product.objects.count() == 1


def test_an_unknown_customer_is_created_for_each_source(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(customer="Müller"), line(line="2", customer="Müller")])
    send([line(invoice="I2", customer="Müller", reseller="P-R1")], source="other")

    assert list(Customer.objects.values_list("name", flat=True)) == ["Müller", "Müller"]
    assert CustomerExternalId.objects.count() == 2


def test_without_a_currency_it_is_the_organisations(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    Organisation.objects.update(reporting_currency="EUR")

    send([line()])

    stored = SalesLine.objects.get()
    assert (stored.currency, stored.rate) == ("EUR", Decimal(1))
    assert stored.reporting_amount == 100


def test_the_booked_rate_is_the_latest_of_its_day(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    for day, rate in (("2026-01-01", "1.1"), ("2026-01-15", "1.2"), ("2026-01-16", "1.3")):
        BookedRate.objects.create(currency="EUR", day=day, rate=rate)

    send(
        [
            line(line="1", currency="EUR"),
            line(line="2", currency="EUR", date="2025-12-31"),
            line(line="3", currency="GBP"),
        ]
    )

    booked = SalesLine.objects.order_by("line").values_list("rate", "reporting_amount")
    assert list(booked) == [(Decimal("1.2"), Decimal(120)), (None, None), (None, None)]


def test_a_row_outside_the_period_is_refused(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    rows = [line(date="2026-01-31"), line(line="2", date="2026-02-01")]

    answer = send(rows, "--covers", "2026-01..2026-01")

    assert counts(answer) == (1, 0, 0, 1)
    assert reasons(answer) == [
        (3, "date", "Outside the period that the file covers, 2026-01-01 to 2026-01-31."),
    ]  # fmt: skip


def test_a_number_inherited_from_another_source_names_nobody_here(
    send: Send, cast_of_partners: dict[str, Partner]
) -> None:
    partner = cast_of_partners["R1"]
    other = Source.objects.create(name="another")
    own = send([line(invoice="A", reseller=partner.number)], source="fresh")
    assert own["rejected"] == 0
    PartnerExternalId.objects.create(partner=partner, source=other, external_id=partner.number)
    inherited = send([line(invoice="B", reseller=partner.number)], source="fresh")
    assert inherited["rejected"] == 1
    assert "Unknown reseller" in inherited["rejected_rows"][0]["reason"]
