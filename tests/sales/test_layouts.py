"""Small files in the layouts of real reports, with rows of our own; told is only what a file of
that layout cannot tell.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from imports.models import Source
from partners.models import Partner, PartnerExternalId
from sales.models import SalesLine
from tests.sales.files import import_file

Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(tmp_path: Path, today: dt.date) -> Load:
    """Imports text as a file of sales lines from source "report"."""

    def import_text(text: str, *options: str, encoding: str = "utf-8") -> dict[str, Any]:
        path = tmp_path / "report.csv"
        path.write_bytes(text.encode(encoding))
        return import_file("sales", path, *options, source="report")

    return import_text


@pytest.fixture
def known(make_partner: Callable[..., Partner]) -> Callable[..., None]:
    """Makes partners that the source calls by these ids."""

    def make(*ids: str) -> None:
        source, _ = Source.objects.get_or_create(name="report")
        for each in ids:
            partner = make_partner(f"P-{each}", each)
            PartnerExternalId.objects.create(partner=partner, source=source, external_id=each)

    return make


def figures(answer: dict[str, Any]) -> tuple[int, int]:
    return answer["new"], answer["rejected"]


def parties(*roles: str) -> list[tuple[str | None, ...]]:
    """The names of those in these roles, by the day of the line."""
    return list(
        SalesLine.objects.order_by("date").values_list(*(f"{role}__name" for role in roles))
    )


def test_contract_report_with_order_types_and_two_prices(
    load: Load, known: Callable[..., None]
) -> None:
    known("Acme Dealers", "Best Office")
    answer = load(
        "State,Customer Type,Customer bill-to name,Customer bill-to address,"
        "Contractor or Authorized Dealer Order number,Customer PO number,Customer number,"
        "Order type,PO date,Ship date,Invoice date,Invoice number,Product number,"
        "Product description,List Price/MSRP,Contract Price,Quantity,Total Price,Admin Fee,Dealer\n"
        "UT,School,Granite District,1 Main St,SO-1,PO-9,C100,Sales order,01/02/2026,01/05/2026,"
        '01/15/2026,INV-1,P-10,Printer,"$1,500.00","$1,200.00",2,"$2,400.00",$24.00,Acme Dealers\n'
        "UT,School,Granite District,1 Main St,SO-1,PO-9,C100,Upgrade,01/02/2026,01/05/2026,"
        "01/15/2026,INV-1,P-11,Tray,$90.00,$75.50,1,$75.50,$0.76,Acme Dealers\n"
        "UT,City,Provo,2 High St,SO-2,PO-3,C200,Return,01/03/2026,01/06/2026,"
        "02/20/2026,CR-7,P-11,Tray,$90.00,$75.50,1,$75.50,-$0.76,Best Office\n"
        "UT,City,Provo,2 High St,SO-3,PO-4,C200,Credit,01/03/2026,01/06/2026,"
        "02/21/2026,CR-8,P-11,Tray,$90.00,$75.50,-1,($75.50),-$0.76,Best Office\n"
        "UT,City,Provo,2 High St,SO-4,PO-5,C200,Loan,01/03/2026,01/06/2026,"
        "02/21/2026,CR-9,P-11,Tray,$90.00,$75.50,1,$75.50,$0.76,Best Office\n",
        "--set", "kind=sell-through",
    )  # fmt: skip
    assert figures(answer) == (4, 1)
    assert answer["rejected_rows"][0]["reason"] == "Use one of: sale, return."
    first = SalesLine.objects.get(product__sku="P-10")
    assert [first.amount, first.quantity] == [2400, 2]
    assert (first.date, first.order_date, first.ship_date) == (
        dt.date(2026, 1, 15), dt.date(2026, 1, 2), dt.date(2026, 1, 5),
    )  # fmt: skip
    assert parties("reseller", "customer")[0] == ("Acme Dealers", "C100")
    returned = SalesLine.objects.filter(invoice__startswith="CR").values_list("quantity", "amount")
    assert list(returned) == [(Decimal(-1), Decimal("-75.5"))] * 2


def test_edi_867_flattened_has_a_row_for_each_serial_number(
    load: Load, known: Callable[..., None]
) -> None:
    known("D1")
    header = (
        "Report Start Date,Report End Date,Currency,Reseller Order No.,Distributor PO No.,"
        "Invoice No.,Invoice Date,Ship Date,Item ID,Vendor Item ID,Serial No.,Quantity,"
        "Unit Price,Description\n"
    )
    row = "20260101,20260131,USD,R-55,D-66,90001,20260116,20260115,4711,SW-24,{},{},199.95,Switch\n"
    rows = row.format("S1", 1) + row.format("S2", 1) + row.format("S3", -1)

    answer = load(header + rows, "--set", "kind=sell-through", "--set", "distributor=D1")

    assert figures(answer) == (3, 0)
    lines = list(SalesLine.objects.order_by("line").values_list("line", "quantity", "amount"))
    price = Decimal("199.95")
    assert lines == [
        ("D1|SW-24|1", 1, price), ("D1|SW-24|2", 1, price), ("D1|SW-24|3", -1, -price),
    ]  # fmt: skip
    again = load(header + rows, "--set", "kind=sell-through", "--set", "distributor=D1")
    assert again["unchanged"] == 3


def test_paint_makers_report_may_have_one_invoice_number_at_two_distributors(
    load: Load, known: Callable[..., None]
) -> None:
    known("M1", "North Supply", "South Supply")
    answer = load(
        "MEMBER_ID,INVOICE_NUMBER,INVOICE_DATE,DISTRIBUTOR_NAME,DISTRIBUTOR_ADDR1,"
        "DISTRIBUTOR_ADDR2,DISTRIBUTOR_CITY,DISTRIBUTOR_STATE,DISTRIBUTOR_ZIP_CODE,"
        "DISTRIBUTOR_PRODUCT_ID,BRAND_NAME,PRODUCT_DESCRIPTION,PRODUCT_SKU,PACK,SIZE,QUANTITY,"
        "EXTENDED_PRICE\n"
        "M1,1001,01/31/2026,North Supply,1 A St,,Reno,NV,89501,77,Glow,Wall paint,GL-1,4,1 GAL,"
        "3,89.97\n"
        "M1,1001,02/01/2026,South Supply,2 B St,Unit 4,Mesa,AZ,85201,X9,Glow,Wall paint,GL-1,4,"
        "1 GAL,1,29.99\n",
        "--set", "kind=sell-through",
    )  # fmt: skip
    assert figures(answer) == (2, 0)
    assert parties("distributor", "reseller") == [("North Supply", "M1"), ("South Supply", "M1")]
    lines = SalesLine.objects.order_by("date").values_list("date", "amount")
    assert list(lines) == [
        (dt.date(2026, 1, 31), Decimal("89.97")), (dt.date(2026, 2, 1), Decimal("29.99")),
    ]  # fmt: skip


def test_electronic_components_name_three_parties(load: Load, known: Callable[..., None]) -> None:
    known("D1")
    answer = load(
        "Distributor ID|Invoice #|Line #|Invoice Date|Ship-To Name|Ship-To Street|Ship-To City"
        "|Bill-To Name|Bill-To Street|Bill-To City|Other Entity Name|Other Entity Street"
        "|Other Entity City|Mfr Part No|Qty Shipped|Resale Price|Unit Cost|Currency Code\n"
        "D1|70|1|16-Jan-2026|Dock 4|9 Pier|Oslo|Assembly Ltd|3 Rd|Bergen|Robotics ASA|8 Av|Moss"
        "|LM317|1000|0.52|0.4105|USD\n"
        "D1|70|2|16-Jan-2026|Dock 4|9 Pier|Oslo|Assembly Ltd|3 Rd|Bergen|Robotics ASA|8 Av|Moss"
        "|LM358|-20|0.30|0.25|USD\n",
        "--set", "kind=sell-through",
    )  # fmt: skip
    assert figures(answer) == (2, 0)
    assert parties("customer", "reseller", "distributor") == [("Robotics ASA", None, "D1")] * 2
    first, second = SalesLine.objects.order_by("line")
    assert first.date == dt.date(2026, 1, 16)
    assert (first.amount, second.amount, second.quantity) == (Decimal("410.5"), -5, -20)


def test_german_accounting_with_commas_and_windows_1252(
    load: Load, known: Callable[..., None]
) -> None:
    known("10042")
    answer = load(
        "Umsatz (ohne Soll/Haben-Kz);WKZ Umsatz;Belegart;Belegfeld 1;Belegdatum;Händler-Nr.;"
        "Endkunde;Art.-Nr.;Menge;Listenpreis\r\n"
        "1.234,50;EUR;Rechnung;R-1;05.01.2026;10042;Bäckerei Süß;A-1;3;999,00\r\n"
        "1.000;EUR;Rechnung;R-2;06.01.2026;10042;Stadtwerke;A-2;1;1.100,00\r\n"
        "50,25;EUR;Gutschrift;G-1;28.02.2026;10042;Bäckerei Süß;A-1;1;999,00\r\n",
        "--set", "kind=billing", encoding="cp1252",
    )  # fmt: skip
    assert figures(answer) == (3, 0)
    assert parties("customer") == [("Bäckerei Süß",), ("Stadtwerke",), ("Bäckerei Süß",)]
    lines = SalesLine.objects.order_by("date")
    assert [(each.quantity, each.amount) for each in lines] == [
        (3, Decimal("1234.5")), (1, 1000), (-1, Decimal("-50.25")),
    ]  # fmt: skip
    assert {(each.currency, each.basis) for each in lines} == {("EUR", "vendor-net")}


def test_french_distributor_with_signs_of_euros_and_months_by_name(
    load: Load, known: Callable[..., None]
) -> None:
    known("GROS-1", "RV7")
    answer = load(
        "N° de facture;Date de facture;Type de document;Grossiste;Code revendeur;"
        "Nom du revendeur;Client final;Référence fabricant;Désignation;Qté;Prix public;Prix net;"
        "Montant HT;Montant TTC;Devise\n"
        "F-1;5 janv. 2026;Facture;GROS-1;RV7;Informatique du Sud;Mairie de Nîmes;REF-9;Écran;2;"
        "900,00 €;617,25 €;1 234,50 €;1 481,40 €;EUR\n"
        "A-2;1er févr. 2026;Avoir;GROS-1;RV7;Informatique du Sud;Mairie de Nîmes;REF-9;Écran;1;"
        "900,00 €;617,25 €;617,25 €;740,70 €;EUR\n"
        "F-3;2 févr. 2026;Facture;GROS-1;RV7;Informatique du Sud;Lycée Hugo;REF-9;Écran;1;"
        "900,00 €;617,25 €;617,25 £;740,70 €;EUR\n",
        "--set", "kind=sell-through",
    )  # fmt: skip
    assert figures(answer) == (2, 1)
    assert answer["rejected_rows"][0]["reason"] == "Its sign is not that of the row's currency."
    sale, credit = SalesLine.objects.order_by("date")
    assert (sale.amount, sale.date) == (Decimal("1234.5"), dt.date(2026, 1, 5))
    assert (credit.quantity, credit.amount, credit.date) == (
        -1, Decimal("-617.25"), dt.date(2026, 2, 1),
    )  # fmt: skip
    assert parties("distributor", "reseller") == [("GROS-1", "RV7")] * 2


def test_spanish_sales_with_discounts_in_percent_and_days_of_a_spreadsheet(
    load: Load, known: Callable[..., None]
) -> None:
    known("MAY-3")
    answer = load(
        "Nº factura\tLínea\tFecha factura\tFecha pedido\tTipo de documento\tMayorista\tCliente\t"
        "Cliente final\tCód. artículo\tCantidad\tPVP\tPrecio unitario\tDto.\tMoneda\n"
        "V-1\t1\t46037\t14/01/2026\tFactura\tMAY-3\tTienda Sol\tHotel Mar\tZ-1\t4\t150,00\t100,50\t"
        "10 %\tEUR\n"
        "V-1\t2\t46037\t14/01/2026\tFactura\tMAY-3\tTienda Sol\tHotel Mar\tZ-2\t1\t10,00\t8,00\t\t"
        "EUR\n"
        "V-2\t1\t46060\t02/02/2026\tDevolución\tMAY-3\tTienda Sol\tHotel Mar\tZ-1\t1\t150,00\t"
        "100,50\t10 %\tEUR\n",
        "--set", "kind=sell-through",
    )  # fmt: skip
    assert figures(answer) == (3, 0)
    lines = SalesLine.objects.order_by("invoice", "line")
    assert [each.amount for each in lines] == [Decimal("361.8"), 8, Decimal("-90.45")]
    assert [each.date for each in lines][1:] == [dt.date(2026, 1, 15), dt.date(2026, 2, 7)]
    assert [each.order_date for each in lines][1:] == [dt.date(2026, 1, 14), dt.date(2026, 2, 2)]
    assert parties("customer", "distributor") == [("Hotel Mar", "MAY-3")] * 3
