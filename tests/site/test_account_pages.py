"""Account pages look like all the others and pass the security policy."""

import re
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, override_settings

from accounts.models import User
from tests.conftest import PASSWORD

OUTSIDE = ["/accounts/login/", "/accounts/password/reset/"]
INSIDE = [
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/logout/",
]
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(src=|application/json))""")


def check(client: Client, path: str) -> str:
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 200
    assert len(re.findall(r"<h1[ >]", page)) == 1
    assert not INLINE.search(page)
    return page


@pytest.mark.django_db
@pytest.mark.parametrize("path", OUTSIDE)
def test_a_page_outside(client: Client, path: str) -> None:
    check(client, path)


@pytest.mark.parametrize("path", INSIDE)
def test_a_page_inside(path: str, manager: User, sign_in: Callable[[User], Client]) -> None:
    page = check(sign_in(manager), path)
    assert 'aria-label="Your account"' in page or "Sign Out" in page


@pytest.mark.django_db
def test_nobody_is_invited_to_sign_up(client: Client) -> None:
    page = check(client, "/accounts/login/")
    assert "/signup/" not in page
    assert "by invitation" in page


def test_a_wrong_password_keeps_the_address_and_says_what_is_wrong(
    client: Client, manager: User
) -> None:
    answer = client.post("/accounts/login/", {"login": manager.email, "password": "wrong"})
    page = answer.content.decode()
    assert "ch-error-summary" in page
    assert manager.email in page


# The limits count in the cache, which outlives a test and its users' ids.
@override_settings(ACCOUNT_RATE_LIMITS=False)
def test_the_authenticator_app_shows_its_code_as_an_image(client: Client, manager: User) -> None:
    EmailAddress.objects.create(user=manager, email=manager.email, verified=True, primary=True)
    client.force_login(manager)
    check(client, "/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "data:image/svg" in check(client, "/accounts/2fa/totp/activate/")
