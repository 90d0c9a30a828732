"""A person's own page and their API tokens."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.actions.tokens import MOST_TOKENS, create_token
from accounts.models import ApiToken, Role, User
from accounts.permissions import roles_for, uses_api
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
CALL = "/api/v1/alerts/"


def make_token(client: Client, **data: object) -> str:
    page = client.post("/profile/tokens/", {"name": "Report", "days": "30", **data})
    found = re.search(r'id="new-token">([0-9a-f]+)<', page.content.decode())
    return found[1] if found else ""


def test_a_person_changes_their_name_and_time_zone(
    direct: User, sign_in: Callable[[User], Client]
) -> None:
    data = {"name": "Dora D.", "time_zone": "Asia/Tokyo", "role": "admin", "email": "x@y.zz"}
    assert sign_in(direct).post("/profile/", data).status_code == 302
    direct.refresh_from_db()
    assert (direct.name, direct.time_zone) == ("Dora D.", "Asia/Tokyo")
    assert (direct.role, direct.email) == (Role.DIRECT, "dora.direct@example.com")


@pytest.mark.parametrize("data", [{"name": ""}, {"name": "D", "time_zone": "Mars/Base"}])
def test_bad_input_is_refused(
    data: dict[str, str], direct: User, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(direct).post("/profile/", data)
    assert answer.status_code == 200
    assert "Please correct this" in answer.content.decode()
    assert User.objects.get(pk=direct.pk).name == "Dora Direct"


def test_the_address_is_not_changed_by_its_owner(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)
    assert client.get("/accounts/email/").status_code == 404
    data = {"email": "ceo@example.com", "action_add": ""}
    assert client.post("/accounts/email/", data).status_code == 404


# --- API tokens --------------------------------------------------------------------------------


def test_the_roles_that_keep_tokens_are_those_that_use_the_api() -> None:
    using = {role for role in Role if uses_api(role)}
    assert using == roles_for("profile:tokens", "POST") == roles_for("profile:revoke", "POST")


def test_a_token_is_shown_once_works_and_is_revoked(
    manager: User, sign_in: Callable[[User], Client]
) -> None:
    client, program = sign_in(manager), APIClient()
    token = make_token(client)
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert program.get(CALL).status_code == 200
    page = client.get("/profile/tokens/").content.decode()
    assert token not in page
    assert token[:8] in page
    assert "Report" in page
    kept = ApiToken.objects.get()
    assert token not in str(AuthToken.objects.values_list().get())
    client.post(f"/profile/tokens/{kept.public_id}/revoke/")
    assert program.get(CALL).status_code == 401


def test_a_token_ends_with_its_time(manager: User, sign_in: Callable[[User], Client]) -> None:
    token = make_token(sign_in(manager), days="90")
    kept = AuthToken.objects.get()
    assert abs(kept.expiry - timezone.now() - dt.timedelta(days=90)) < dt.timedelta(minutes=1)
    AuthToken.objects.update(expiry=timezone.now() - dt.timedelta(seconds=1))
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert program.get(CALL).status_code == 401


def test_somebody_elses_token_is_not_there(
    manager: User, chief: User, sign_in: Callable[[User], Client]
) -> None:
    create_token(chief, name="Theirs", lifetime=dt.timedelta(days=1))
    kept = ApiToken.objects.get()
    client = sign_in(manager)
    assert "Theirs" not in client.get("/profile/tokens/").content.decode()
    assert client.post(f"/profile/tokens/{kept.public_id}/revoke/").status_code == 404
    assert ApiToken.objects.exists()


def test_bad_tokens_are_refused(manager: User, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(manager)
    assert not make_token(client, days="9999")
    assert not make_token(client, name="")
    for number in range(MOST_TOKENS):
        create_token(manager, name=str(number), lifetime=dt.timedelta(days=1))
    assert not make_token(client)
    assert ApiToken.objects.count() == MOST_TOKENS


# --- Sessions ----------------------------------------------------------------------------------


def test_a_person_signs_out_everywhere_else(manager: User) -> None:
    here, elsewhere = Client(REMOTE_ADDR="127.0.9.1"), Client(REMOTE_ADDR="127.0.9.2")
    for client in (here, elsewhere):
        data = {"login": manager.email, "password": PASSWORD}
        assert client.post("/accounts/login/", data).status_code == 302
    assert here.get("/accounts/sessions/").content.decode().count("127.0.9.") == 2
    here.post("/accounts/sessions/")
    assert here.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
