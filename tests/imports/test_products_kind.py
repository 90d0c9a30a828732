"""What a file of products makes and changes."""

import datetime as dt

from sales.models import Article, Product, ProductLine
from tests.imports.files import Send, counts

VERSIONS = """id,sku,name,line,start,end
1,A-1,Helmet,Safety,2020-01-01,2020-12-31
2,A-1,Helmet II,Safety,2021-01-01,
3,B-1,Lock,,,
"""


def test_versions_of_one_product_share_its_number(send: Send) -> None:
    assert counts(send("products", VERSIONS)) == (3, 0, 0, 0)
    helmet = Product.objects.get(sku="A-1")
    assert (helmet.name, helmet.line) == ("Helmet II", ProductLine.objects.get(name="Safety"))
    first = Article.objects.get(external_id="1")
    assert (first.product, first.valid.lower) == (helmet, dt.date(2020, 1, 1))
    assert first.valid.upper == dt.date(2021, 1, 1)


def test_the_same_file_changes_nothing(send: Send) -> None:
    send("products", VERSIONS)
    assert counts(send("products", VERSIONS)) == (0, 0, 3, 0)


def test_another_name_changes_the_row_that_says_so(send: Send) -> None:
    send("products", VERSIONS)
    result = send("products", VERSIONS.replace("Helmet II", "Helmet 2"))
    assert counts(result) == (0, 1, 2, 0)
    assert Product.objects.get(sku="A-1").name == "Helmet 2"


def test_the_external_id_is_the_number_where_there_is_none(send: Send) -> None:
    send("products", "id,name\n17,Chai\n")
    assert Product.objects.get().sku == "17"


def test_a_version_that_ends_before_it_starts_is_undated(send: Send) -> None:
    text = "id,name,start,end\n1,Helmet,2021-07-01,2017-12-28\n"
    assert counts(send("products", text)) == (1, 0, 0, 0)
    assert Article.objects.get().valid is None
    assert counts(send("products", text)) == (0, 0, 1, 0)


def test_an_id_twice_rejects_the_later_row(send: Send) -> None:
    assert counts(send("products", "id,name\n1,A\n1,B\n")) == (1, 0, 0, 1)


def test_a_second_source_names_the_same_product(send: Send) -> None:
    send("products", "id,sku,name\n1,A-1,Helmet\n", source="erp")
    assert counts(send("products", "id,sku,name\nX,A-1,Helmet\n", source="shop")) == (1, 0, 0, 0)
    assert Product.objects.count() == 1
