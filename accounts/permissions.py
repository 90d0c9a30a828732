"""Who may call what: the table in `permissions.txt`, enforced for pages and API alike.

A person whose role is not allowed meets "not found", never "forbidden".
"""

import functools
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import ResolverMatch
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User

TABLE = Path(__file__).with_name("permissions.txt")
ANYONE = "anyone"
API = "api:"
SAFE_ALIASES = {"HEAD": "GET", "OPTIONS": "GET"}

Rules = dict[tuple[str, str], frozenset[str]]


def parse(text: str) -> Rules:
    """The table as {(route, method): roles}; a route may end in * for a prefix.

    Raises:
        ValueError: a line that is not route, methods and one mark per role, or a route twice.
    """
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    columns = lines[0].split()[2:]
    rules: Rules = {}
    for line in lines[1:]:
        route, methods, *marks = line.split()
        if len(marks) != len(columns) or set(marks) - {"x", "-"}:
            raise ValueError(f"permissions.txt: expected {len(columns)} marks in {line!r}")
        roles = frozenset(c for c, mark in zip(columns, marks, strict=True) if mark == "x")
        for method in methods.split(","):
            if (route, method) in rules:
                raise ValueError(f"permissions.txt: {route} {method} stands twice")
            rules[route, method] = roles
    return rules


@functools.cache
def table() -> Rules:
    """The parsed table. Raises ValueError when the file is malformed."""
    return parse(TABLE.read_text())


def roles_for(route: str, method: str) -> frozenset[str]:
    """The roles (or `anyone`) that may call a route with a method; empty when not in the table."""
    method = SAFE_ALIASES.get(method, method)
    if (route, method) in table():
        return table()[route, method]
    prefixes = [key for key, verb in table() if key.endswith("*") and verb == method]
    for prefix in sorted(prefixes, key=len, reverse=True):
        if route.startswith(prefix[:-1]):
            return table()[prefix, method]
    return frozenset()


def may(user: Any, route: str, method: str) -> bool:
    """Whether this person, signed in or not, may call the route."""
    allowed = roles_for(route, method)
    return ANYONE in allowed or (isinstance(user, User) and user.role in allowed)


def route_of(match: ResolverMatch | None) -> str:
    """The name of a resolved route, with its namespaces."""
    return match.view_name if match else ""


def uses_api(role: str) -> bool:
    """Whether the table opens any API route to this role."""
    return any(route.startswith(API) and role in roles for (route, _), roles in table().items())


class TablePermission(BasePermission):
    """The table for API calls, where the user is known only after token authentication."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises Http404 for a role that is not allowed; False (401) without an account."""
        route = route_of(request.resolver_match)
        if may(request.user, route, request.method or ""):
            return True
        if request.user.is_authenticated:
            raise Http404
        return False


def signed_in(request: HttpRequest | Request) -> User:
    """Who calls what the table opens to people with an account only, a page or the API.

    Raises:
        Http404: nobody is signed in.
    """
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def check_page(request: HttpRequest) -> None:
    """Raises Http404 unless this person, or everybody, may open the page."""
    route = route_of(request.resolver_match)
    if not may(request.user, route, request.method or ""):
        raise Http404
