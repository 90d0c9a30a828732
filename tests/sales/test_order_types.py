"""Returns and credits, discounts in percent, and signs of currencies in files of sales lines."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Organisation
from imports.fixed import parse_fixed
from imports.options import Options
from partners.models import Partner
from sales.imports.line_fields import DISCOUNT
from sales.models import SalesLine, SalesMonth
from tests.sales.files import Send, line

Cast = dict[str, Partner]


def stored() -> list[tuple[Any, Any]]:
    return list(SalesLine.objects.order_by("line").values_list("quantity", "amount"))


@pytest.mark.parametrize(
    "word",
    ["return", "Credit Memo", "credit note", "RMA", "Gutschrift", "Retoure", "avoir", "Retour",
     "abono", "devolución", "DEVOLUCION"],
)  # fmt: skip
def test_a_return_counts_negative_however_it_is_written(
    word: str, today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    rows = [
        line(line="1", order_type=word, quantity="2", amount="30"),
        line(line="2", order_type=word, quantity="-2", amount="-30"),
        line(line="3", order_type=word, quantity="2", amount="-30"),
        line(line="4", order_type=word, quantity="2", amount="", price="15"),
        line(line="5", order_type=word, quantity="-2", amount="", price="-15"),
        line(line="6", order_type=word, quantity="", amount="30"),
    ]
    answer = send(rows)
    assert (answer["new"], answer["rejected"]) == (6, 0)
    assert stored() == [(-2, -30)] * 5 + [(None, -30)]
    month = SalesMonth.objects.get()
    assert (month.amount, month.returns) == (-180, -180)


@pytest.mark.parametrize(
    "word", ["sale", "Sales Order", "invoice", "Upgrade", "Rechnung", "facture", "pedido", ""]
)
def test_a_sale_stays_as_it_is(
    word: str, today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(line="1", order_type=word), line(line="2", order_type=word, amount="-5")])
    assert stored() == [(1, 100), (1, -5)]


def test_an_unknown_order_type_says_which_there_are(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    (bad,) = send([line(order_type="loan")])["rejected_rows"]
    assert (bad["column"], bad["value"]) == ("order_type", "loan")
    assert bad["reason"] == "Use one of: sale, return."


def test_a_transaction_type_is_no_kind_of_sale(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    row = {**line(), "Transaction Type": "Credit Memo"}
    del row["kind"]
    send([row], "--set", "kind=sell-through")
    line_ = SalesLine.objects.get()
    assert (line_.kind, line_.amount) == ("sell-through", -100)


def test_the_same_return_again_changes_nothing(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(order_type="return")])
    assert send([line(order_type="credit", amount="-100", quantity="-1")])["unchanged"] == 1


def test_a_discount_may_be_written_in_percent(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    rows = [
        line(line="1", amount="", price="10", discount="15%"),
        line(line="2", amount="", price="10", discount="0.15"),
        line(line="3", amount="", price="10", discount="12.5 %"),
        line(line="4", amount="", price="10", discount="150%"),
        line(line="5", amount="15%"),
    ]
    answer = send(rows)
    assert [amount for _, amount in stored()] == [Decimal("8.5"), Decimal("8.5"), Decimal("8.75")]
    assert [bad["row"] for bad in answer["rejected_rows"]] == [5, 6]


def test_a_value_for_every_row_may_be_in_percent() -> None:
    assert parse_fixed(DISCOUNT, "15%", Options()) == Decimal("0.15")


def test_the_sign_of_a_currency_must_be_that_of_the_row(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    Organisation.objects.update(reporting_currency="USD")
    rows = [
        line(line="1", amount="$1,234.50"),
        line(line="2", amount="€5"),
        line(line="3", amount="€5", currency="eur"),
        line(line="4", amount="5 USD", currency="EUR"),
        line(line="5", amount="$7", currency="CAD"),
        line(line="6", amount="8", currency="GBP"),
    ]
    answer = send(rows)
    assert [amount for _, amount in stored()] == [Decimal("1234.5"), 5, 7, 8]
    bad = {bad["row"]: (bad["column"], bad["reason"]) for bad in answer["rejected_rows"]}
    assert bad == dict.fromkeys((3, 5), ("amount", "Its sign is not that of the row's currency."))
