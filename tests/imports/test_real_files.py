"""Partners and products straight from files that nobody here wrote."""

from collections import Counter

import pytest

from partners.models import Partner
from sales.models import Article, Product
from tests.imports.files import counts, import_file, shared

pytestmark = pytest.mark.django_db


def test_adventureworks_resellers() -> None:
    path = shared("adventureworks") / "DimReseller.csv"
    options = ("--map", "ResellerKey=external_id", "--map", "ResellerName=name",
               "--map", "BusinessType=type")  # fmt: skip
    assert counts(import_file("partners", path, *options)) == (701, 0, 0, 0)
    assert counts(import_file("partners", path, *options)) == (0, 0, 701, 0)
    types = Counter(Partner.objects.values_list("type", flat=True))
    assert types == {"Value Added Reseller": 238, "Warehouse": 232, "Specialty Bike Shop": 231}
    assert Partner.objects.values("name").distinct().count() == 699


def test_adventureworks_product_versions() -> None:
    path = shared("adventureworks") / "DimProduct.csv"
    options = ("--map", "ProductKey=external_id", "--map", "ProductAlternateKey=sku",
               "--map", "EnglishProductName=name", "--map", "StartDate=start",
               "--map", "EndDate=end")  # fmt: skip
    assert counts(import_file("products", path, *options)) == (606, 0, 0, 0)
    assert counts(import_file("products", path, *options)) == (0, 0, 606, 0)
    assert (Article.objects.count(), Product.objects.count()) == (606, 504)


def test_northwind_customers_and_products() -> None:
    folder = shared("northwind")
    customers = ("--map", "CustomerID=external_id", "--map", "CompanyName=name")
    assert counts(import_file("partners", folder / "Customers.csv", *customers)) == (91, 0, 0, 0)
    assert Partner.objects.get(number="BERGS").name == "Berglunds snabbköp"
    products = ("--join", "CategoryID=Categories.csv", "--map", "CategoryName=family")
    assert counts(import_file("products", folder / "Products.csv", *products)) == (77, 0, 0, 0)
    assert Product.objects.get(sku="1").family == "Beverages"
