"""The pages of feeds and products, by who may open them."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from partners.models import Partner
from sales.models import Feed, Product, ProductLine
from tests.sales.files import Send, line

SignIn = Callable[[User], Client]


@pytest.fixture
def feed(today: dt.date, send: Send, cast_of_partners: dict[str, Partner]) -> Feed:
    """Covered to January 2026, on 10 March 2026."""
    send([line(date="2025-11-03"), line(line="2", date="2026-01-15")])
    found: Feed = Feed.objects.get()
    return found


@pytest.mark.parametrize("role", ["admin", "manager", "chief"])
def test_freshness_is_shown_to_those_who_run_the_channel(
    role: str, feed: Feed, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))

    page = client.get(reverse("sales:feeds")).content.decode()

    assert "Covered to January 2026; February was due on 28 Feb; 10 days late." in page
    assert "Nov 2025 to Jan 2026" in page
    assert (reverse("sales:feed", args=[feed.public_id]) in page) == (role == "admin")


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_only_admins_change_a_feed(
    role: str, feed: Feed, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))
    address = reverse("sales:feed", args=[feed.public_id])

    assert client.get(address).status_code == 404
    assert client.post(address, {"lag_days": "9"}).status_code == 404

    feed.refresh_from_db()
    assert feed.lag_days == 0


def test_an_admin_sets_the_lag_and_the_history_says_who(
    feed: Feed, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    address = reverse("sales:feed", args=[feed.public_id])

    assert client.get(address).status_code == 200
    response = client.post(
        address, {"rhythm": "monthly", "lag_days": "20", "ended_on": ""}, follow=True
    )

    assert "February is due on 20 Mar" in response.content.decode()
    event = feed.events.order_by("pgh_id").last()  # type: ignore[attr-defined]
    assert (event.lag_days, event.pgh_context.metadata["user"]) == (20, admin.pk)
    assert "Ada Admin" in client.get(address).content.decode()


def test_an_ended_feed_is_due_no_more(feed: Feed, admin: User, sign_in: SignIn) -> None:
    address = reverse("sales:feed", args=[feed.public_id])

    response = sign_in(admin).post(
        address,
        {"rhythm": "monthly", "lag_days": "0", "ended_on": "2026-02-01"},
        follow=True,
    )

    assert "Covered to January 2026; ended on 1 Feb." in response.content.decode()


@pytest.mark.parametrize("lag", ["-1", "366", "soon", ""])
def test_an_impossible_lag_is_explained(lag: str, feed: Feed, admin: User, sign_in: SignIn) -> None:
    address = reverse("sales:feed", args=[feed.public_id])

    response = sign_in(admin).post(address, {"rhythm": "monthly", "lag_days": lag})

    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()
    feed.refresh_from_db()
    assert feed.lag_days == 0


def test_without_feeds_the_page_says_where_they_come_from(
    today: dt.date, chief: User, sign_in: SignIn
) -> None:
    page = sign_in(chief).get(reverse("sales:feeds")).content.decode()

    assert "A feed appears with the first sales file of its source." in page


def test_products_are_found_by_name_number_family_or_line(
    today: dt.date, chief: User, sign_in: SignIn
) -> None:
    bikes = ProductLine.objects.create(name="Bikes")
    Product.objects.create(sku="BK-R93", name="Road-150", family="Road", line=bikes)
    Product.objects.create(sku="HL-U509", name="Sport Helmet")
    client = sign_in(chief)

    def found(text: str) -> list[str]:
        page = client.get(reverse("sales:products"), {"q": text})
        return [product.sku for product in page.context["page"].object_list]

    assert found("") == ["BK-R93", "HL-U509"]
    assert found("road") == found("bk-r") == found("bikes") == ["BK-R93"]
    assert found("helmet") == ["HL-U509"]
    assert found("nothing such") == []


def test_the_pages_cost_as_many_queries_with_many_rows(
    feed: Feed, chief: User, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Product.objects.bulk_create(Product(sku=str(n), name=str(n)) for n in range(60))
    client = sign_in(chief)

    # session, user, organisation 3, count, page
    with django_assert_max_num_queries(7):
        client.get(reverse("sales:products"), {"per": "50"})
    # session, user, organisation 4, feeds
    with django_assert_max_num_queries(7):
        client.get(reverse("sales:feeds"))
