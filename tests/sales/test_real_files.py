"""Files that nobody here wrote, straight from their own columns; the truth is read again with
Python's csv module and nothing of ours.
"""

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from django.db.models import Max, Min, Sum

from imports.models import Source
from partners.models import Partner, PartnerExternalId
from sales.models import FeedMonth, SalesLine, SalesMonth
from sales.panels import feed_freshness, partner_sales
from tests.sales.files import import_file, shared

NOVEMBER_30 = dt.date(2013, 11, 30)
CENT = Decimal("0.01")
FACT_COLUMNS = (
    "--history", "--set", "kind=billing", "--map", "SalesOrderNumber=invoice",
    "--map", "SalesOrderLineNumber=line", "--map", "OrderDate=date", "--map", "ProductKey=product",
    "--map", "OrderQuantity=quantity", "--map", "SalesAmount=amount",
)  # fmt: skip


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def load_partners(source: str, names: dict[str, str]) -> None:
    owner, _ = Source.objects.get_or_create(name=source)
    partners = Partner.objects.bulk_create(
        Partner(number=key, name=name) for key, name in names.items()
    )
    PartnerExternalId.objects.bulk_create(
        PartnerExternalId(partner=partner, source=owner, external_id=partner.number)
        for partner in partners
    )


def billed_between(first: str, last: str) -> Decimal:
    sales = SalesMonth.objects.known(NOVEMBER_30).our_sales()
    period = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    total = sales.between(*period).total(NOVEMBER_30)
    assert total is not None
    return Decimal(total).quantize(CENT)


def test_adventureworks_channel(on_day: Callable[[str], dt.date]) -> None:
    folder = shared("adventureworks")
    on_day("2026-03-10")
    resellers = rows_of(folder / "DimReseller.csv")
    load_partners("adventureworks", {r["ResellerKey"]: r["ResellerName"] for r in resellers})
    file = folder / "FactResellerSales.csv"
    options = (*FACT_COLUMNS, "--map", "ResellerKey=reseller")

    answer = import_file("sales", file, *options, source="adventureworks")

    assert (answer["rows"], answer["new"], answer["rejected"]) == (60855, 60855, 0)
    # The truth of the data's own description.
    assert billed_between("2012-12-01", "2013-11-01") == Decimal("36240484.70")
    assert billed_between("2011-12-01", "2012-11-01") == Decimal("27921670.52")
    (feed,) = feed_freshness(NOVEMBER_30)
    assert (feed.covered_from, feed.covered_to) == (dt.date(2010, 12, 1), dt.date(2013, 11, 1))
    assert_every_partner_month_equals(file)
    assert_partner_page_figures(file)

    again = import_file("sales", file, *options, source="adventureworks")
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 60855)


def assert_every_partner_month_equals(file: Path) -> None:
    truth: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
    for row in rows_of(file):
        month = dt.date.fromisoformat(row["OrderDate"]).replace(day=1)
        truth[row["ResellerKey"], month] += Decimal(row["SalesAmount"])
    stored = SalesMonth.objects.values_list("partner__number", "month").annotate(Sum("amount"))
    found = {(number, month): amount for number, month, amount in stored.order_by()}
    assert found.keys() == truth.keys()
    assert all(abs(found[key] - amount) < Decimal("0.01") for key, amount in truth.items())
    assert abs(sum(found.values()) - sum(truth.values())) < CENT


def assert_partner_page_figures(file: Path) -> None:
    plaza = Partner.objects.get(name="Westside Plaza")
    lines = [row for row in rows_of(file) if row["ResellerKey"] == plaza.number]

    def bought(first: str, last: str) -> Decimal:
        amounts = (Decimal(r["SalesAmount"]) for r in lines if first <= r["OrderDate"] <= last)
        return sum(amounts, Decimal(0))

    sales = partner_sales(plaza, NOVEMBER_30)
    assert sales.end == dt.date(2013, 11, 1)
    assert len(sales.series) == 36
    for figure, first in ((sales.last_6, "2013-06-01"), (sales.last_12, "2012-12-01")):
        assert figure is not None
        assert abs(figure - bought(first, "2013-11-30")) < CENT
    assert sales.prior_12 == 0


def test_adventureworks_direct_ends_in_another_month(on_day: Callable[[str], dt.date]) -> None:
    file = shared("adventureworks") / "FactInternetSales.csv"
    on_day("2026-03-10")

    options = (*FACT_COLUMNS, "--map", "CustomerKey=customer")
    answer = import_file("sales", file, *options, source="adventureworks")

    assert (answer["new"], answer["rejected"]) == (60398, 0)
    customers = Counter(row["CustomerKey"] for row in rows_of(file))
    assert SalesLine.objects.values("customer").distinct().count() == len(customers)
    assert not SalesMonth.objects.exists()
    months = FeedMonth.objects.filter(feed__route="direct").aggregate(Min("month"), Max("month"))
    assert set(months.values()) == {dt.date(2010, 12, 1), dt.date(2014, 1, 1)}


def test_northwind_amounts_are_reckoned(on_day: Callable[[str], dt.date]) -> None:
    folder = shared("northwind")
    on_day("2026-03-10")
    customers = rows_of(folder / "Customers.csv")
    load_partners("northwind", {r["CustomerID"]: r["CompanyName"] for r in customers})

    answer = import_file(
        "sales", folder / "OrderDetails.csv",
        "--history", "--set", "kind=billing", "--join", "OrderID=Orders.csv",
        "--map", "OrderID=invoice", "--map", "OrderDate=date", "--map", "CustomerID=reseller",
        "--map", "ProductID=product", "--map", "UnitPrice=price", "--map", "Quantity=quantity",
        "--map", "Discount=discount", source="northwind",
    )  # fmt: skip

    orders = {row["OrderID"]: row for row in rows_of(folder / "Orders.csv")}
    truth: dict[tuple[str, dt.date], Decimal] = defaultdict(Decimal)
    for row in rows_of(folder / "OrderDetails.csv"):
        order = orders[row["OrderID"]]
        month, _, year = order["OrderDate"].split("/")
        key = order["CustomerID"], dt.date(int(year), int(month), 1)
        quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
        truth[key] += quantity * price * (1 - Decimal(row["Discount"]))
    stored = SalesMonth.objects.values_list("partner__number", "month").annotate(Sum("amount"))
    assert (answer["rows"], answer["new"], answer["rejected"]) == (2155, 2155, 0)
    assert {(number, month): amount for number, month, amount in stored.order_by()} == truth
