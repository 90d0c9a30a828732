"""Two records of one product become one: who may, from when on, and what follows the link."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from imports.models import Source
from sales.actions import merge_product, unmerge_product
from sales.models import Article, Product, ProductLine

SignIn = Callable[[User], Client]
ON = dt.date(2026, 3, 1)


@pytest.fixture
def products(db: None) -> dict[str, Product]:
    line = ProductLine.objects.create(name="Bikes")
    return {
        sku: Product.objects.create(sku=sku, name=f"Product {sku}", family=family, line=owner)
        for sku, family, owner in (("A", "Road", line), ("B", "", None), ("C", "Helmets", None))
    }


def test_a_merge_is_a_dated_link_that_can_be_undone(
    products: dict[str, Product], admin: User
) -> None:
    merge_product(products["B"], into=products["A"], on=ON, acting_user=admin)
    stored = Product.objects.get(sku="B")
    assert (stored.merged_into, stored.merged_on) == (products["A"], ON)

    unmerge_product(products["B"], acting_user=admin)

    stored.refresh_from_db()
    assert (stored.merged_into, stored.merged_on) == (None, None)
    with pytest.raises(ValidationError, match="is not merged"):
        unmerge_product(products["B"], acting_user=admin)


def test_what_cannot_be_merged(products: dict[str, Product], admin: User) -> None:
    merge_product(products["B"], into=products["A"], on=ON, acting_user=admin)
    for one, into, why in (
        ("C", "C", "cannot be merged into itself"),
        ("C", "B", "Name the one it counts with"),
        ("B", "C", "Undo that merge first"),
        ("A", "C", "Undo those merges first"),
    ):
        with pytest.raises(ValidationError, match=why):
            merge_product(products[one], into=products[into], on=ON, acting_user=admin)


def test_the_pages_merge_show_and_undo(
    products: dict[str, Product], admin: User, sign_in: SignIn
) -> None:
    client, product = sign_in(admin), products["B"]
    address = product.get_absolute_url()

    wrong = client.post(f"{address}merge/", {"into": "Z", "on": "2026-03-01"}).content.decode()
    assert "No product has the number Z." in wrong
    assert 'value="Z"' in wrong
    own = client.post(f"{address}merge/", {"into": "B", "on": "2026-03-01"}).content.decode()
    assert "cannot be merged into itself" in own
    done = client.post(f"{address}merge/", {"into": "A", "on": "2026-03-01"}, follow=True)

    text = done.content.decode()
    assert "Product B counts with Product A now." in text
    assert "family Road, line Bikes" in text
    assert "Ada Admin" in text
    assert "Merged" in client.get("/products/").content.decode()
    assert "Product B" in client.get(products["A"].get_absolute_url()).content.decode()
    client.post(f"{address}unmerge/")
    assert Product.objects.get(sku="B").merged_into is None
    assert "is not merged" in client.post(f"{address}unmerge/", follow=True).content.decode()


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_only_admins_merge(
    role: str, products: dict[str, Product], sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client, address = sign_in(request.getfixturevalue(role)), products["B"].get_absolute_url()

    assert client.get(address).status_code == (200 if role in ("manager", "chief") else 404)
    assert client.post(f"{address}merge/", {"into": "A", "on": "2026-03-01"}).status_code == 404
    assert client.post(f"{address}unmerge/").status_code == 404


@pytest.mark.parametrize("count", [25, 200])
def test_a_product_costs_as_many_queries_with_many_articles(
    count: int, products: dict[str, Product], chief: User, sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    source = Source.objects.create(name="erp")
    Article.objects.bulk_create(
        Article(product=products["A"], source=source, external_id=str(n)) for n in range(count)
    )
    client = sign_in(chief)

    # session, user, organisation 2, product, merged, history 2, count, page
    with django_assert_max_num_queries(10):
        client.get(products["A"].get_absolute_url(), {"per": "200"})


@pytest.mark.django_db(transaction=True)
def test_two_merges_across_each_other_leave_one(products: dict[str, Product], admin: User) -> None:
    start, results = threading.Barrier(2), []

    def merge(one: str, into: str) -> None:
        try:
            start.wait(timeout=10)
            merge_product(products[one], into=products[into], on=ON, acting_user=admin)
            results.append("done")
        except ValidationError:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=merge, args=pair) for pair in (("A", "B"), ("B", "A"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done", "refused"]
    assert Product.objects.exclude(merged_into=None).count() == 1
