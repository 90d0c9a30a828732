"""The door: what it tells, how often one may knock, and what the cookie is."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import Role, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def address() -> str:
    """An address of our own, for rate limits are counted in the real cache."""
    return f"10.{uuid.uuid4().bytes[0]}.{uuid.uuid4().bytes[0]}.{uuid.uuid4().bytes[0]}"


def knock(client: Client, email: str, password: str) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_the_right_password_opens_and_the_cookie_is_kept_from_scripts(
    manager: User, address: str
) -> None:
    client = Client(REMOTE_ADDR=address)
    answer = knock(client, manager.email.upper(), PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_stranger_comes_back_to_the_page_after_signing_in(manager: User, address: str) -> None:
    client = Client(REMOTE_ADDR=address)
    door = client.get("/profile/")
    assert door["Location"] == "/accounts/login/?next=/profile/"
    answer = client.post(door["Location"], {"login": manager.email, "password": PASSWORD})
    assert answer["Location"] == "/profile/"
    answer = client.post(
        "/accounts/login/?next=https://evil.example/", {"login": "x", "password": "y"}
    )
    assert "evil.example" not in answer.headers.get("Location", "")


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(
    manager: User, address: str
) -> None:
    client = Client(REMOTE_ADDR=address)
    told = [
        re.search(r'class="alert alert-danger ch-error.*?</ul>', page.content.decode(), re.DOTALL)
        for page in (knock(client, manager.email, "x"), knock(client, "no@example.com", "x"))
    ]
    assert told[0]
    assert told[1]
    assert told[0][0] == told[1][0]


def test_a_forgotten_password_is_answered_the_same_for_strangers(
    manager: User, address: str
) -> None:
    client = Client(REMOTE_ADDR=address)
    answers = [
        client.post("/accounts/password/reset/", {"email": email})
        for email in (manager.email, "nobody@example.com")
    ]
    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert mail.outbox[0].to == [manager.email]


def test_a_deactivated_account_stays_out(manager: User, address: str) -> None:
    User.objects.update(is_active=False)
    client = Client(REMOTE_ADDR=address)
    knock(client, manager.email, PASSWORD)
    assert client.get("/profile/").status_code == 302


def test_who_knocks_too_often_has_to_wait_even_with_the_right_password(address: str) -> None:
    email = f"{uuid.uuid4()}@example.com"
    User.objects.create_user(email, PASSWORD, name="Knocker", role=Role.CHIEF)
    client = Client(REMOTE_ADDR=address)
    for _ in range(12):
        knock(client, email, "wrong")
    answer = knock(client, email, PASSWORD)
    assert answer.status_code in {200, 429}
    assert client.get("/profile/").status_code == 302


def test_nobody_signs_up(address: str) -> None:
    client = Client(REMOTE_ADDR=address)
    data = {"email": "me@example.com", "password1": "violet-harbour-17"}
    client.post("/accounts/signup/", data)
    assert not User.objects.exists()


def test_createsuperuser_makes_an_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "violet-harbour-17")
    call_command("createsuperuser", interactive=False, email="Root@example.com", name="Root")
    user = User.objects.get()
    assert (user.email, user.role, user.is_staff) == ("root@example.com", Role.ADMIN, True)


# --- The administration pages ------------------------------------------------------------------


def test_the_administration_signs_in_through_the_same_door(client: Client) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    door = client.get("/admin/login/?next=/admin/")
    assert door["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("somebody", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_the_administration_is_not_there_for_others(
    somebody: str, request: pytest.FixtureRequest, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(request.getfixturevalue(somebody))
    for page in ("/admin/", "/admin/login/", "/admin/accounts/user/"):
        assert client.get(page).status_code == 404


def test_an_admin_looks_at_records_and_changes_accounts_only(
    admin: User, manager: User, partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(admin)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/accounts/user/").status_code == 200
    assert client.get("/admin/partners/partner/add/").status_code == 403
    assert client.post(f"/admin/accounts/user/{manager.pk}/delete/").status_code == 403
    partner = partner_rep.membership.partner
    client.post(f"/admin/partners/partner/{partner.pk}/change/", {"name": "Mine now"})
    assert type(partner).objects.get().name == "Alpha Systems"


def test_an_admin_changes_an_address_and_the_old_one_opens_nothing(
    admin: User, manager: User, sign_in: Callable[[User], Client], address: str
) -> None:
    old, new = manager.email, "mia.new@example.com"
    data = {"email": new, "name": manager.name, "time_zone": "", "role": "admin"}
    answer = sign_in(admin).post(f"/admin/accounts/user/{manager.pk}/change/", data)
    assert answer.status_code == 302
    manager.refresh_from_db()
    assert (manager.email, manager.role) == (new, Role.MANAGER)
    client = Client(REMOTE_ADDR=address)
    knock(client, old, PASSWORD)
    assert client.get("/profile/").status_code == 302
    knock(client, new, PASSWORD)
    assert client.get("/profile/").status_code == 200
