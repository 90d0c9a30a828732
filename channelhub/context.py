"""What every page's template knows."""

import dataclasses

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Organisation
from accounts.permissions import may, route_of


@dataclasses.dataclass(frozen=True)
class NavigationItem:
    """One entry of the main navigation."""

    label: str
    url: str
    icon: str
    active: bool


# Label, route, icon; an entry is active on every route of its namespace.
NAVIGATION = (("Home", "home", "home"),)


def site(request: HttpRequest) -> dict[str, object]:
    """The organisation and the navigation of this person."""
    return {"organisation": Organisation.current(), "navigation": navigation(request)}


def navigation(request: HttpRequest) -> list[NavigationItem]:
    """The entries that this person's role may open."""
    current = route_of(request.resolver_match)
    return [
        NavigationItem(label, reverse(route), icon, _same_section(route, current))
        for label, route, icon in NAVIGATION
        if may(request.user, route, "GET") and request.user.is_authenticated
    ]


def _same_section(route: str, current: str) -> bool:
    return route == current or (":" in route and route.split(":")[0] == current.split(":")[0])
