"""Product lines: what deals can be registered for, added, renamed, removed."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from sales.models import Product, ProductLine

SignIn = Callable[[User], Client]
PAGE = "/product-lines/"


@pytest.fixture
def desk(admin: User, sign_in: SignIn) -> Client:
    return sign_in(admin)


def test_an_admin_adds_and_renames_and_others_read(
    desk: Client, sign_in: SignIn, manager: User, direct: User
) -> None:
    desk.post(PAGE, {"name": "Storage"})
    line = ProductLine.objects.get()
    Product.objects.create(sku="A", name="Array", line=line)
    desk.post(f"{PAGE}{line.public_id}/", {"name": "Storage and backup"})
    read = sign_in(manager).get(PAGE).content.decode()
    assert "Storage and backup" in read
    assert "Add a product line" not in read
    assert sign_in(manager).post(PAGE, {"name": "Mine"}).status_code == 404
    assert sign_in(direct).get(PAGE).status_code == 404
    assert "Ada Admin" in desk.get(f"{PAGE}{line.public_id}/").content.decode()


@pytest.mark.parametrize("name", ["Storage", "STORAGE"])
def test_a_name_is_one_line_s(name: str, desk: Client) -> None:
    desk.post(PAGE, {"name": "Storage"})
    other = ProductLine.objects.create(name="Network")
    for address in (PAGE, f"{PAGE}{other.public_id}/"):
        answer = desk.post(address, {"name": name}).content.decode()
        assert "Another product line has this name." in answer
    assert set(ProductLine.objects.values_list("name", flat=True)) == {"Storage", "Network"}


def test_a_line_in_use_stays_and_another_goes(desk: Client) -> None:
    used, unused = (ProductLine.objects.create(name=name) for name in ("Storage", "Network"))
    Product.objects.create(sku="A", name="Array", line=used)
    told = desk.post(f"{PAGE}{used.public_id}/remove/", follow=True).content.decode()
    assert "Storage is in use by products: rename it instead." in told
    desk.post(f"{PAGE}{unused.public_id}/remove/")
    assert ProductLine.objects.get() == used
