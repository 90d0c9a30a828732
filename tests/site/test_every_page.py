"""What holds for every page, whoever looks at it."""

import re
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Role, User
from accounts.permissions import ANYONE, roles_for
from tests.site.routes import SAMPLES, Route, World, routes

PAGES = [route for route in routes() if not route.is_api]
INLINE_STYLE = re.compile(r"<style\b|<[^>]+\sstyle\s*=")
INLINE_HANDLER = re.compile(r"<[^>]+\son[a-z]+\s*=")
SCRIPT = re.compile(r"<script\b([^>]*)>")
POLICY = {"default-src 'self'", "object-src 'none'", "frame-ancestors 'none'"}


@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_role(
    role: Role,
    cast: dict[str, User],
    world: World,
    doors: Callable[[User, bool], Client],
) -> None:
    user, seen, wrong = cast[role], 0, []
    for route in PAGES:
        if roles_for(route.name, "GET") & {role, ANYONE}:
            answer = doors(user, route.is_api).get(address(route, world, user))
            if is_page(answer):
                seen += 1
                wrong += [f"{route.path}: {problem}" for problem in problems(answer)]
            elif answer.streaming:
                # Read to its end, a file is closed.
                b"".join(answer)
    assert not wrong, "\n".join(wrong)
    assert seen >= {Role.ADMIN: 25, Role.MANAGER: 12, Role.CHIEF: 12}.get(role, 3)


@pytest.mark.parametrize("path", ["/accounts/login/", "/invitation/nothing/", "/nowhere/"])
def test_every_page_of_a_stranger(path: str, world: World) -> None:
    assert not problems(Client().get(path))


def address(route: Route, world: World, user: User) -> str:
    return route.url(SAMPLES[route.name](world, user)[0] if route.ids else {})


def is_page(answer: HttpResponseBase) -> bool:
    kind = answer.headers.get("Content-Type", "")
    return kind.startswith("text/html") and answer.status_code != 302


def problems(answer: HttpResponseBase) -> list[str]:
    """What is not as it should be on a page."""
    page = answer.content.decode()  # type: ignore[attr-defined]
    policy = answer.headers.get("Content-Security-Policy", "")
    # A piece that htmx asks for goes into a page that has its heading.
    whole = "<html" in page
    checks = {
        "not one h1": not whole or len(re.findall(r"<h1\b", page)) == 1,
        "no title": not whole or bool(re.search(r"<title>\s*\S", page)),
        "inline style": not INLINE_STYLE.search(page),
        "inline handler": not INLINE_HANDLER.search(page),
        "inline script": all(map(is_harmless, SCRIPT.findall(page))),
        "weak policy": set(policy.split("; ")) >= POLICY and "unsafe" not in policy,
        "an id twice": len(ids := re.findall(r'\sid="([^"]*)"', page)) == len(set(ids)),
        "unknown as None": not re.search(r">\s*None\s*<", page),
    }
    return [problem for problem, fine in checks.items() if not fine]


def is_harmless(attributes: str) -> bool:
    return "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.django_db
def test_no_migration_is_pending() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
