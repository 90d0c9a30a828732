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


# Label, routes, icon: an entry leads to the first route that the person may open, and is active on
# every route of its namespace and of those that belong to it.
NAVIGATION = (
    ("Home", "home", "home"),
    ("Alerts", "alerts:list", "bell"),
    ("Actions", "actions:list", "checklist"),
    ("Reviews", "reviews:list", "presentation"),
    ("Interviews", "interviews:list", "messages"),
    ("Deals", "deals:queue direct:list", "briefcase"),
    ("Partners", "partners:list", "building-store"),
    ("Customers", "customers:list", "building"),
    ("Satisfaction", "satisfaction:channel", "heartbeat"),
    ("Your deals", "portal:deals", "flag"),
    ("Your people", "portal:people", "users"),
    ("Your results", "portal:results", "report-money"),
    ("Your service", "portal:service", "star"),
    ("Your reviews", "portal:reviews", "presentation"),
    ("Your targets", "portal:goals", "target"),
    ("Your files", "portal:file-list", "file-import"),
    ("Your sales", "portal:disputes", "gavel"),
    ("Sales data", "sales:feeds", "database"),
    ("Imports", "imports:list", "file-import"),
    ("People", "people:list", "users"),
    ("Organisation", "organisation:edit", "adjustments"),
)

# What an admin who views as a partner can open.
PORTAL = (
    "home",
    "portal:deals",
    "portal:people",
    "portal:results",
    "portal:service",
    "portal:reviews",
    "portal:goals",
    "portal:file-list",
    "portal:disputes",
)


def site(request: HttpRequest) -> dict[str, object]:
    """The organisation, its logo and the navigation of this person."""
    organisation = Organisation.current()
    return {
        "organisation": organisation,
        "logo_url": reverse("organisation_logo") if organisation.logo_type else "",
        "navigation": navigation(request),
        "profile_url": reverse("profile:edit"),
        "tokens_url": tokens_url(request),
        "viewing": getattr(request, "viewing", None),
    }


def tokens_url(request: HttpRequest) -> str:
    """Where this person keeps API tokens; empty for a role that uses none."""
    user = getattr(request, "user", None)
    return reverse("profile:tokens") if may(user, "profile:tokens", "GET") else ""


def navigation(request: HttpRequest) -> list[NavigationItem]:
    """The entries that this person's role may open."""
    # A request refused before anybody could sign in, such as one with a forged host, has no user.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    viewing = getattr(request, "viewing", None)
    return [
        NavigationItem(label, reverse(route), icon, _same_section(route, request))
        for label, routes, icon in NAVIGATION
        for route in [each for each in routes.split() if may(user, each, "GET")][:1]
        if viewing is None or route in PORTAL
    ]


# Namespaces whose pages are tabs of another's.
PART_OF = dict.fromkeys(("work", "breaches", "direct", "rules", "teams"), "deals")


def _same_section(route: str, request: HttpRequest) -> bool:
    current = route_of(request.resolver_match)
    if route.startswith("portal:"):
        # One namespace, several entries: what lies below an entry's address is its own.
        return request.path.startswith(reverse(route))
    return route == current or (":" in route and _section(route) == _section(current))


def _section(route: str) -> str:
    namespace = route.split(":")[0]
    return PART_OF.get(namespace, namespace)
