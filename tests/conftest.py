"""The cast of every test, and the stage: an ordinary database role and closed sockets."""

import datetime as dt
import ipaddress
import socket
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.signals import post_migrate
from django.test import Client, override_settings
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import Organisation, Role, User
from channelhub.lib import roles
from deals.models import ReviewTeam
from partners.models import Membership, Partner, PartnerManager, PartnerStatus, Status

PASSWORD = "orange-kettle-42"
LONG_AGO = DateRange(dt.date(2000, 1, 1), None)


# --- The stage ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Tests run as `channelhub_app`, which may empty tables here and nowhere else."""
    grant = "GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO channelhub_app"
    with django_db_blocker.unblock(), roles.acting_as(roles.OWNER), connection.cursor() as cursor:
        cursor.execute(grant)
    # A transactional test ends by emptying every table, and migrate's rows go with them.
    post_migrate.connect(_restore_what_migrations_wrote, dispatch_uid="tests")
    yield
    post_migrate.disconnect(dispatch_uid="tests")


def _restore_what_migrations_wrote(sender: AppConfig, **_: Any) -> None:
    if sender.name == "accounts":
        Organisation.objects.get_or_create(pk=1)
    if sender.name == "deals" and not ReviewTeam.objects.exists():
        import_module("deals.migrations.0003_first_rules").begin(apps, None)


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session", autouse=True)
def own_cache() -> Iterator[None]:
    """What another run counted, sign-ins for example, does not count here."""
    cache = {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid.uuid4()}"}
    with override_settings(CACHES={"default": cache}):
        yield


@pytest.fixture(scope="session", autouse=True)
def closed_sockets() -> Iterator[None]:
    """No test reaches another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# --- The cast ----------------------------------------------------------------------------------


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.current()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Makes a person: `make_user("ann", Role.CHIEF)`; a partner's person with `partner=`."""

    def make(name: str, role: Role, partner: Partner | None = None) -> User:
        email = f"{name.lower().replace(' ', '.')}@example.com"
        user = User.objects.create_user(email, PASSWORD, name=name, role=role)
        if partner:
            Membership.objects.create(user=user, partner=partner)
        return user

    return make


@pytest.fixture
def make_partner(db: None) -> Callable[..., Partner]:
    """Makes an active partner: `make_partner("P-7", "Gamma", manager)`."""

    def make(number: str, name: str, manager: User | None = None) -> Partner:
        partner: Partner = Partner.objects.create(number=number, name=name)
        PartnerStatus.objects.create(partner=partner, status=Status.ACTIVE, valid=LONG_AGO)
        if manager:
            PartnerManager.objects.create(partner=partner, manager=manager, valid=LONG_AGO)
        return partner

    return make


@pytest.fixture
def admin(make_user: Callable[..., User]) -> User:
    return make_user("Ada Admin", Role.ADMIN)


@pytest.fixture
def chief(make_user: Callable[..., User]) -> User:
    return make_user("Carl Chief", Role.CHIEF)


@pytest.fixture
def manager(make_user: Callable[..., User]) -> User:
    return make_user("Mia Manager", Role.MANAGER)


@pytest.fixture
def other_manager(make_user: Callable[..., User]) -> User:
    return make_user("Otto Manager", Role.MANAGER)


@pytest.fixture
def direct(make_user: Callable[..., User]) -> User:
    return make_user("Dora Direct", Role.DIRECT)


@pytest.fixture
def partner(make_partner: Callable[..., Partner], manager: User) -> Partner:
    """Looked after by `manager`."""
    return make_partner("P-1", "Alpha Systems", manager)


@pytest.fixture
def other_partner(make_partner: Callable[..., Partner], other_manager: User) -> Partner:
    """Looked after by `other_manager`."""
    return make_partner("P-2", "Beta Networks", other_manager)


@pytest.fixture
def partner_admin(make_user: Callable[..., User], partner: Partner) -> User:
    return make_user("Paula Partneradmin", Role.PARTNER_ADMIN, partner)


@pytest.fixture
def partner_rep(make_user: Callable[..., User], partner: Partner) -> User:
    return make_user("Rolf Rep", Role.PARTNER_REP, partner)


@pytest.fixture
def other_partner_admin(make_user: Callable[..., User], other_partner: Partner) -> User:
    return make_user("Olga Partneradmin", Role.PARTNER_ADMIN, other_partner)


# --- Their doors -------------------------------------------------------------------------------


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def api() -> Callable[[User], APIClient]:
    """A program that calls the API with a token of this person."""

    def enter(user: User) -> APIClient:
        _, token = AuthToken.objects.create(user=user)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client

    return enter
