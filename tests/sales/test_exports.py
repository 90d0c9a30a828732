"""Sales lines, products and rates: exported, changed, imported again; feeds to take along."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from customers.models import CustomerExternalId
from imports.models import Source
from partners.models import Partner, PartnerExternalId, PartnerManager
from sales.models import Article, BookedRate, PlanRate, Product, ProductLine, SalesLine, SalesMonth
from tests.conftest import LONG_AGO
from tests.imports.exports import again, export, records, sheet
from tests.imports.files import counts
from tests.sales.files import Row, Send, line

SignIn = Callable[[User], Client]


@pytest.fixture
def browser(admin: User, sign_in: SignIn) -> Client:
    return sign_in(admin)


# --- Sales lines -------------------------------------------------------------------------------


@pytest.fixture
def sold(today: dt.date, send: Send, cast_of_partners: dict[str, Partner]) -> Partner:
    """Lines of reseller R1: billed, returned, sold through, unnumbered, and of another source."""
    rows: list[Row] = [
        line(
            invoice="=I1", amount="-1234.125", quantity="-3", deal="+D7", customer="Müller, Söhne"
        ),
        line(invoice="I2", currency="EUR", amount="0.5", ship_date="2026-01-16"),
        line(
            invoice="I3", kind="sell-through", distributor="D1", basis="resale",
            order_date="2026-01-02",
        ),
        line(invoice="I4", line="", quantity="2", amount="7"),
        line(invoice="I4", line="", quantity="2", amount="8"),
        line(invoice="I5", reseller="R2", amount="9"),
    ]  # fmt: skip
    assert counts(send(rows)) == (6, 0, 0, 0)
    crm = Source.objects.create(name="crm")
    partner = cast_of_partners["R1"]
    PartnerExternalId.objects.create(partner=partner, source=crm, external_id="C-1")
    assert counts(send([line(reseller="C-1")], source="crm")) == (1, 0, 0, 0)
    return partner


def test_sales_lines_come_back_unchanged(sold: Partner, browser: Client, tmp_path: Path) -> None:
    months = list(SalesMonth.objects.values_list())
    data = export(browser, "partners:lines-export", public_id=sold.public_id, source="erp")
    assert counts(again(tmp_path, "sales", data)) == (0, 0, 5, 0)
    told = {row["Invoice or order number"]: row for row in records(data)}
    assert told["'=I1"] == {
        "Invoice or order number": "'=I1", "Line number": "1", "Date": "2026-01-15",
        "Kind": "billing", "Reseller": "R1", "Distributor": "", "End customer": "Müller, Söhne",
        "Product": "A-1", "Quantity": "-3", "Amount": "-1234.1250", "Currency": "USD",
        "Basis of the amount": "vendor-net", "Deal or special-price number": "'+D7",
        "Order date": "", "Ship date": "",
    }  # fmt: skip
    assert told["I3"]["Distributor"] == "D1"
    other = export(browser, "partners:lines-export", public_id=sold.public_id, source="crm")
    assert [row["Reseller"] for row in records(other)] == ["C-1"]
    assert counts(again(tmp_path, "sales", other, source="crm")) == (0, 0, 1, 0)
    assert SalesLine.objects.count() == 7
    assert list(SalesMonth.objects.values_list()) == months


def test_one_changed_amount_is_one_change(sold: Partner, browser: Client, tmp_path: Path) -> None:
    data = export(browser, "partners:lines-export", public_id=sold.public_id, source="erp")
    first = records(data)[0]["Invoice or order number"].removeprefix("'")
    done = again(tmp_path, "sales", data, lambda row: row.update(Amount="-5"))
    assert counts(done) == (0, 1, 4, 0)
    assert SalesLine.objects.get(invoice=first, source__name="erp").amount == -5


def test_numbers_and_days_of_lines_are_such_in_a_workbook(sold: Partner, browser: Client) -> None:
    data = export(browser, "partners:lines-export", "xlsx", public_id=sold.public_id)
    header, *rows = sheet(data)
    told = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert told["=I1"]["Amount"] == -1234.125
    assert told["=I1"]["Date"] == dt.date(2026, 1, 15)
    assert told["I4"]["Quantity"] == 2


def test_a_page_offers_each_source_of_its_lines(sold: Partner, browser: Client) -> None:
    page = browser.get(reverse("partners:lines", args=[sold.public_id])).content.decode()
    for source in ("erp", "crm"):
        assert f"/lines/export.csv?source={source}" in page
        assert f"CSV, ids of {source}" in page


def test_the_rows_behind_a_figure_are_exported_as_known_then(
    sold: Partner, send: Send, browser: Client, on_day: Callable[[str], dt.date]
) -> None:
    on_day("2026-03-12")
    send([line(invoice="I2", currency="EUR", amount="40")])
    asked = {"from": "2026-01-01", "to": "2026-01-31", "source": "erp"}
    for as_of, amount in (("2026-03-11", "0.50"), ("2026-03-12", "40")):
        told = records(
            export(browser, "partners:lines-export", public_id=sold.public_id, as_of=as_of, **asked)
        )
        assert {r["Invoice or order number"]: r["Amount"] for r in told}["I2"] == amount
        assert len(told) == 5


def test_lines_of_a_customer_without_an_id_are_told_without_it(
    sold: Partner, browser: Client
) -> None:
    CustomerExternalId.objects.all().delete()
    data = export(browser, "partners:lines-export", public_id=sold.public_id, source="erp")
    assert {row["End customer"] for row in records(data)} == {""}


def test_an_export_asks_as_much_of_many_lines_as_of_few(
    sold: Partner, send: Send, browser: Client
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            export(browser, "partners:lines-export", public_id=sold.public_id, source="erp")
        return len(asked)

    few = questions()
    send([line(invoice=f"N{number}") for number in range(200)])
    assert questions() == few


# --- Products and rates ------------------------------------------------------------------------


def test_products_come_back_unchanged(browser: Client, tmp_path: Path) -> None:
    erp = Source.objects.create(name="erp")
    phones = ProductLine.objects.create(name="-Phones")
    product = Product.objects.create(sku="P1", name="=Phone", family="Größe", line=phones)
    for external_id, start, end in (("A1", 2023, 2024), ("A2", 2024, None)):
        until = dt.date(end, 1, 1) if end else None
        Article.objects.create(
            product=product, source=erp, external_id=external_id,
            valid=DateRange(dt.date(start, 1, 1), until),
        )  # fmt: skip
    Article.objects.create(
        product=Product.objects.create(sku="P2", name="Cable"), source=erp, external_id="P2"
    )
    data = export(browser, "sales:products-export")
    assert counts(again(tmp_path, "products", data)) == (0, 0, 3, 0)
    assert records(data)[0] == {
        "External id": "A1", "SKU": "P1", "Name": "'=Phone", "Family": "Größe",
        "Product line": "'-Phones", "First day": "2023-01-01", "Last day": "2023-12-31",
    }  # fmt: skip
    cable = export(browser, "sales:products-export", q="cable")
    done = again(tmp_path, "products", cable, lambda row: row.update(Family="Wires"))
    assert counts(done) == (0, 1, 0, 0)
    assert len(sheet(export(browser, "sales:products-export", "xlsx", q="phone"))) == 3


def test_a_product_that_the_source_does_not_name_is_told_by_our_number(
    browser: Client, tmp_path: Path
) -> None:
    erp = Source.objects.create(name="erp")
    first = Product.objects.create(sku="P1", name="Named")
    Article.objects.create(product=first, source=erp, external_id="P3")
    Product.objects.create(sku="P2", name="Not named")
    Product.objects.create(sku="P3", name="Other")
    data = export(browser, "sales:products-export")
    # The source learns P2; P3 is its name of something else, and an empty id is refused.
    assert counts(again(tmp_path, "products", data)) == (1, 0, 1, 1)
    assert Article.objects.get(external_id="P3").product == first


def test_rates_come_back_unchanged(browser: Client, tmp_path: Path) -> None:
    PlanRate.objects.create(
        currency="EUR", valid=DateRange(dt.date(2025, 1, 1), dt.date(2026, 1, 1)), rate="1.085"
    )
    PlanRate.objects.create(
        currency="EUR", valid=DateRange(dt.date(2026, 1, 1), None), rate="1.12345678"
    )
    PlanRate.objects.create(currency="GBP", valid=DateRange(None, None), rate="1.25")
    BookedRate.objects.create(currency="EUR", day=dt.date(2026, 1, 5), rate=Decimal("1.1"))
    data = export(browser, "sales:rates-export")
    assert counts(again(tmp_path, "rates", data)) == (0, 0, 4, 0)
    assert [row["Rate"] for row in records(data)] == ["1.12345678", "1.0850", "1.25", "1.10"]
    done = again(tmp_path, "rates", data, lambda row: row.update(Rate="1.2"))
    assert counts(done) == (0, 1, 3, 0)
    assert len(sheet(export(browser, "sales:rates-export", "xlsx"))) == 5


def test_feeds_are_exported_with_what_they_cover(sold: Partner, browser: Client) -> None:
    rows = records(export(browser, "sales:feeds-export"))
    told = {row["Feed"]: row for row in rows if row["Route"] == "Channel"}
    assert told["erp"]["Covered to"] == "2026-01-01"
    page = browser.get(reverse("sales:feeds")).content.decode()
    assert '/feeds/export.csv"' in page
    assert '/rates/export.xlsx"' in page


# --- Who gets what -----------------------------------------------------------------------------


def test_a_manager_exports_lines_of_their_own_partners_only(
    sold: Partner, manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    url = reverse(
        "partners:lines-export", kwargs={"public_id": sold.public_id, "file_format": "csv"}
    )
    assert client.get(url).status_code == 404
    PartnerManager.objects.create(partner=sold, manager=manager, valid=LONG_AGO)
    told = records(export(client, "partners:lines-export", public_id=sold.public_id, source="erp"))
    assert {row["Reseller"] for row in told} == {"R1"}


@pytest.mark.parametrize("role", ["direct", "partner_admin", "partner_rep"])
def test_others_export_no_sales_data(
    role: str, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    for route in ("sales:products-export", "sales:feeds-export", "sales:rates-export"):
        assert client.get(reverse(route, kwargs={"file_format": "xlsx"})).status_code == 404
