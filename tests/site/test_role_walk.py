"""Every address with every role: the table is what happens, and nobody sees a stranger's data.

A role that the table does not name meets "not found"; one that it names meets an answer, though
never somebody else's data, whether the foreign id comes in the path, the query, the body or a
header.
"""

import copy
import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Role, User
from accounts.permissions import ANYONE, roles_for, table
from partners.models import Partner
from tests.site.routes import SAMPLES, Route, World, routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = routes()
# Every name under which a form, a filter or a serializer of ours might take an id.
ID_NAMES = (
    "partner", "partner_id", "partners", "company", "into", "number", "id", "public_id", "user",
    "person", "manager", "role", "email", "q", "search",
)  # fmt: skip

# Routes and methods that each role has at the least: a table that closed them would pass the walk.
LEAST_OPEN = {
    Role.ADMIN: 65,
    Role.MANAGER: 20,
    Role.CHIEF: 20,
    Role.DIRECT: 9,
    Role.PARTNER_ADMIN: 19,
    Role.PARTNER_REP: 9,
}

Cast = dict[str, User]
Doors = Callable[[User, bool], Client]


def test_the_table_names_every_route_and_nothing_else() -> None:
    named = {route for route, _ in table() if not route.endswith("*")}
    names = {route.name for route in ROUTES}
    assert names - named == set(), "routes without a line in accounts/permissions.txt"
    # One line closes a page of another package that a prefix would open.
    assert named - names == {"account_email"}, "lines of accounts/permissions.txt without a route"


def test_every_route_with_an_id_has_a_sample() -> None:
    with_ids = {route.name for route in ROUTES if route.ids}
    assert with_ids == set(SAMPLES)


@pytest.mark.parametrize("role", Role)
def test_a_role_at_every_route(role: Role, cast: Cast, world: World, doors: Doors) -> None:
    user, walked, wrong = cast[role], Counter[str](), []
    for route in ROUTES:
        client = doors(user, route.is_api)
        ids, _ = sample(route, world, user)
        for method in METHODS:
            allowed = role in roles_for(route.name, method)
            status = call(client, method, route.url(ids)).status_code
            walked["allowed" if allowed else "closed"] += 1
            if not fits(status, allowed=allowed):
                wrong.append(f"{method} {route.path} answered {status}")
    assert not wrong, "\n".join(wrong)
    assert walked["allowed"] >= LEAST_OPEN[role]
    assert walked["allowed"] + walked["closed"] == len(ROUTES) * len(METHODS)


def fits(status: int, *, allowed: bool) -> bool:
    return status not in {401, 403, 404, 405} and status < 500 if allowed else status == 404


def test_strangers_at_every_route(cast: Cast, world: World) -> None:
    walked, wrong = Counter[str](), []
    for route in ROUTES:
        ids, _ = sample(route, world, cast[Role.ADMIN])
        client = APIClient() if route.is_api else Client()
        for method in METHODS:
            answer = call(client, method, route.url(ids))
            public = ANYONE in roles_for(route.name, method)
            walked["public" if public else "closed"] += 1
            if not (public or is_turned_away(answer, route)) or answer.status_code >= 500:
                wrong.append(f"{method} {route.path} answered {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert sum(walked.values()) == len(ROUTES) * len(METHODS)
    assert 6 <= walked["public"] <= 10
    assert len(ROUTES) >= 55


def is_turned_away(answer: HttpResponseBase, route: Route) -> bool:
    """A page sends to the door, the API says 401; other methods of a public page are not there."""
    if route.is_api:
        return answer.status_code == 401
    if ANYONE in roles_for(route.name, "GET"):
        return answer.status_code == 404
    return answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", Role)
def test_a_strangers_id_in_the_path_is_not_found(
    role: Role, cast: Cast, world: World, doors: Doors
) -> None:
    user, walked, wrong = cast[role], 0, []
    for route, method in open_to(role):
        _, foreign = sample(route, world, user)
        if foreign:
            walked += 1
            answer = call(doors(user, route.is_api), method, route.url(foreign))
            if answer.status_code != 404:
                wrong.append(f"{method} {route.path} answered {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert walked >= {Role.MANAGER: 6, Role.PARTNER_ADMIN: 6}.get(role, 0)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DIRECT, *Role.at_partner()])
def test_a_strangers_id_in_query_body_or_header_shows_and_changes_nothing(
    role: Role, cast: Cast, world: World, doors: Doors
) -> None:
    user, walked, wrong = cast[role], 0, []
    before = fingerprint(world.other_partner)
    assert not world.sees_all(user)
    for route, method in open_to(role):
        ids, _ = sample(route, world, user)
        for names in smuggled(world):
            walked += 1
            with undone():
                answer = send(
                    doors(user, route.is_api), method, route.url(ids), names, headers(names)
                )
                problem = leaks(answer, world)
                if method != "GET" and fingerprint(world.other_partner) != before:
                    problem = "changed the other partner"
            if problem:
                wrong.append(f"{method} {route.path} with {names['partner']} {problem}")
    assert not wrong, "\n".join(wrong)
    assert walked >= 5 * LEAST_OPEN[role]


def open_to(role: Role) -> list[tuple[Route, str]]:
    """Every route and method that the table opens to a role."""
    pairs = itertools.product(ROUTES, METHODS)
    return [(route, method) for route, method in pairs if role in roles_for(route.name, method)]


def smuggled(world: World) -> list[dict[str, str]]:
    """Parameters that name the other partner, or something of it, in every way we know."""
    other = world.other_partner
    person = world.things["person"][1].public_id
    values: list[Any] = [other.public_id, other.number, other.pk, "Beta", person]
    return [dict.fromkeys(ID_NAMES, str(value)) for value in values]


def headers(names: dict[str, str]) -> dict[str, str]:
    return {"X-Partner": names["partner"], "X-Partner-Id": names["partner"]}


def leaks(answer: HttpResponseBase, world: World) -> str:
    """What is wrong with an answer to a request that named something of the other partner."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    return "shows the other partner's name" if world.other_partner.name in content(answer) else ""


def fingerprint(partner: Partner) -> list[Any]:
    """A digest of the rows of every table that belong to a partner: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(digests(), {"partner": partner.pk})
        return sorted(cursor.fetchall())


@functools.cache
def digests() -> str:
    columns = {(Partner._meta.db_table, "id")} | {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.related_model is Partner and not field.many_to_many
    }
    each = [
        f"SELECT '{table}.{column}', md5(string_agg(t::text, '|' ORDER BY t::text))"  # noqa: S608
        f' FROM "{table}" t WHERE "{column}" = %(partner)s'
        for table, column in sorted(columns)
    ]
    return " UNION ALL ".join(each)


def sample(route: Route, world: World, user: User) -> tuple[dict[str, Any], Any]:
    if not route.ids:
        return {}, None
    if route.name == "profile:revoke" and user.role not in roles_for(route.name, "POST"):
        return {"public_id": world.partner.public_id}, None
    return SAMPLES[route.name](world, user)


def call(client: Client, method: str, url: str) -> HttpResponseBase:
    """The answer to a bare request, with whatever it wrote taken back."""
    with undone():
        return send(client, method, url, {}, {})


def send(
    client: Client, method: str, url: str, names: dict[str, str], headers: dict[str, str]
) -> HttpResponseBase:
    """The answer to a request with names in its query, and in its body where it has one."""
    cookies, client.raise_request_exception = copy.copy(client.cookies), False
    options: dict[str, Any] = {"headers": headers, "query_params": names}
    if isinstance(client, APIClient) and method != "GET":
        options |= {"data": names, "format": "json"}
    elif method == "POST":
        options |= {"data": names}
    answer: HttpResponseBase = getattr(client, method.lower())(url, **options)
    content(answer)
    # What the request wrote is taken back, and so is the session that it may have begun.
    client.cookies = cookies
    return answer


def content(answer: HttpResponseBase) -> str:
    """The whole text; a streamed one is kept, for it can be read once."""
    if answer.streaming and not hasattr(answer, "kept"):
        answer.kept = b"".join(answer)  # type: ignore[attr-defined]
    raw: bytes = answer.kept if answer.streaming else answer.content  # type: ignore[attr-defined]
    return raw.decode(errors="replace")


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
