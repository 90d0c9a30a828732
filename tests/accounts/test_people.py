"""Who manages whom: roles, deactivating, and the last admin."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.actions import people
from accounts.models import Role, User

pytestmark = pytest.mark.django_db


def path(person: User, verb: str = "") -> str:
    return f"/people/{person.public_id}/{verb}"


def test_the_list_finds_people(
    admin: User, manager: User, partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(admin)
    page = client.get("/people/").content.decode()
    assert "Mia Manager" in page
    assert "Rolf Rep" in page
    for query, found in [("q=ROLF", True), ("q=mia", False), ("role=partner-rep", True),
                         ("active=no", False), ("role=nonsense", True)]:  # fmt: skip
        page = client.get(f"/people/?{query}").content.decode()
        assert ("rolf.rep@" in page) is found, query


def test_a_partner_admin_sees_colleagues_only(
    partner_admin: User, partner_rep: User, other_partner_admin: User, admin: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    client = sign_in(partner_admin)
    page = client.get("/people/").content.decode()
    assert "Rolf Rep" in page
    for stranger in (other_partner_admin, admin):
        assert stranger.email not in page
        assert client.get(path(stranger)).status_code == 404
        for verb in ("role/", "deactivate/", "reactivate/"):
            assert client.post(path(stranger, verb)).status_code == 404
    assert client.get(path(partner_rep)).status_code == 200


def test_a_change_of_role_is_in_the_history_with_who_did_it(
    admin: User, manager: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(admin)
    assert client.post(path(manager, "role/"), {"role": "chief"}).status_code == 302
    manager.refresh_from_db()
    assert manager.role == Role.CHIEF
    page = client.get(path(manager)).content.decode()
    assert "Channel manager" in page.split("History")[1]
    assert "Ada Admin" in page.split("History")[1]


def test_nobody_changes_sides_by_a_role(
    admin: User, manager: User, partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    for person, role in ((manager, Role.PARTNER_ADMIN), (partner_rep, Role.ADMIN)):
        sign_in(admin).post(path(person, "role/"), {"role": role})
        assert User.objects.get(pk=person.pk).role == person.role
        with pytest.raises(ValidationError, match="change sides"):
            people.change_role(person, role=role, acting_user=admin)


def test_nobody_changes_their_own_role_or_shuts_themselves_out(
    admin: User, make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    make_user("Second Admin", Role.ADMIN)
    client = sign_in(admin)
    client.post(path(admin, "role/"), {"role": "chief"})
    client.post(path(admin, "deactivate/"))
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_the_last_admin_stays_one(admin: User, chief: User) -> None:
    with pytest.raises(ValidationError, match="last admin"):
        people.deactivate(admin, acting_user=chief)
    with pytest.raises(ValidationError, match="last admin"):
        people.change_role(admin, role=Role.CHIEF, acting_user=chief)


def test_a_deactivated_person_is_out_at_once_and_comes_back_with_the_same_password(
    admin: User,
    manager: User,
    sign_in: Callable[[User], Client],
    api: Callable[[User], APIClient],
) -> None:
    browser, program = sign_in(manager), api(manager)
    assert browser.get("/profile/").status_code == 200
    sign_in(admin).post(path(manager, "deactivate/"))
    assert browser.get("/profile/")["Location"].startswith("/accounts/login/")
    assert not AuthToken.objects.exists()
    assert program.get("/profile/").status_code == 302
    sign_in(admin).post(path(manager, "reactivate/"))
    assert sign_in(manager).get("/profile/").status_code == 200


def test_names_are_escaped(admin: User, manager: User, sign_in: Callable[[User], Client]) -> None:
    people.update_profile(manager, name="<script>alert(1)</script>", time_zone="")
    page = sign_in(admin).get("/people/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_shut_each_other_out_do_not_both_succeed(
    admin: User, make_user: Callable[..., User]
) -> None:
    second, start = make_user("Second Admin", Role.ADMIN), Barrier(2)

    def deactivate(pair: tuple[User, User]) -> None:
        start.wait()
        try:
            people.deactivate(pair[0], acting_user=pair[1])
        except ValidationError:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(deactivate, [(admin, second), (second, admin)]))
    assert User.objects.admins().active().count() == 1
