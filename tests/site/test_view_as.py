"""An admin looks at the portal as a partner does, and can change nothing."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from accounts.permissions import table
from partners.models import Partner, PartnerViewing, Person
from partners.viewing import OWN
from tests.site.routes import SAMPLES, World, routes

SignIn = Callable[[User], Client]


@pytest.fixture
def viewing(admin: User, partner: Partner, sign_in: SignIn) -> Client:
    client = sign_in(admin)
    assert client.post(f"/partners/{partner.public_id}/view-as/").status_code == 302
    return client


def words(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    main: str = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return main


def test_it_shows_what_the_partner_s_admin_sees(
    viewing: Client, partner: Partner, partner_admin: User, sign_in: SignIn
) -> None:
    Person.objects.create(partner=partner, name="Ida", key=True, known_on=dt.date(2026, 1, 1))
    theirs = sign_in(partner_admin)
    for path in ("/", "/portal/people/", "/portal/results/"):
        ours = words(viewing, path)
        token = 'name="csrfmiddlewaretoken"'
        assert strip(ours, token) == strip(words(theirs, path), token)
    banner = viewing.get("/").content.decode()
    assert "You are looking at the portal as <strong>Alpha Systems</strong>" in banner
    assert "Alerts" not in banner


def strip(page: str, token: str) -> list[str]:
    return [part for part in page.split("<") if token not in part]


def test_every_writing_method_of_every_route_is_refused(
    viewing: Client, world: World, admin: User
) -> None:
    walked = 0
    before = PartnerViewing.objects.get(ended_at=None)
    methods = {(route, method) for route, method in table() if not route.startswith("api:")}
    for route in routes():
        if route.name == "view-as-stop" or route.is_api:
            continue
        ids: dict[str, Any] = SAMPLES[route.name](world, admin)[0] if route.ids else {}
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(viewing, method)(route.url(ids))
            refused = 404 if route.name in OWN else 403
            assert answer.status_code == refused, f"{method} {route.path}"
            walked += (route.name, method.upper()) in methods
    assert walked >= 50
    assert PartnerViewing.objects.get(ended_at=None) == before


@pytest.mark.parametrize("path", ["/alerts/", "/people/", "/profile/", "/admin/", "/organisation/"])
def test_what_is_not_the_portal_leads_home(viewing: Client, path: str) -> None:
    answer = viewing.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_another_partner_s_person_is_not_found(viewing: Client, other_partner: Partner) -> None:
    theirs = Person.objects.create(partner=other_partner, name="Ole", known_on=dt.date(2026, 1, 1))
    assert viewing.get(f"/portal/people/{theirs.public_id}/").status_code == 404


def test_stopping_brings_the_admin_back_and_the_log_says_how_long(
    viewing: Client, admin: User, partner: Partner
) -> None:
    answer = viewing.post("/view-as/stop/")
    assert answer["Location"] == partner.get_absolute_url()
    row = PartnerViewing.objects.get()
    assert row.admin == admin
    assert row.ended_at is not None
    assert "Alpha Systems" in words(viewing, "/people/viewings/")


def test_another_viewing_ends_the_first_and_signing_out_ends_both(
    viewing: Client, other_partner: Partner, admin: User, sign_in: SignIn
) -> None:
    elsewhere = sign_in(admin)
    elsewhere.post(f"/partners/{other_partner.public_id}/view-as/")
    assert PartnerViewing.objects.filter(ended_at=None).count() == 1
    assert "You are looking" not in viewing.get("/").content.decode()
    elsewhere.post("/accounts/logout/")
    assert not PartnerViewing.objects.filter(ended_at=None).exists()


def test_it_ends_after_an_hour_and_with_the_role(viewing: Client, admin: User) -> None:
    PartnerViewing.objects.update(began_at=timezone.now() - dt.timedelta(minutes=61))
    assert "You are looking" not in viewing.get("/").content.decode()
    row = PartnerViewing.objects.get()
    assert row.ended_at == row.began_at + dt.timedelta(minutes=60)
    PartnerViewing.objects.update(began_at=timezone.now(), ended_at=None)
    User.objects.filter(pk=admin.pk).update(role=Role.MANAGER)
    assert "You are looking" not in viewing.get("/").content.decode()


@pytest.mark.parametrize("role", ["manager", "chief", "partner_admin"])
def test_only_admins_view_as_a_partner(
    role: str, request: pytest.FixtureRequest, partner: Partner, sign_in: SignIn
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.post(f"/partners/{partner.public_id}/view-as/").status_code == 404
    assert not PartnerViewing.objects.exists()
