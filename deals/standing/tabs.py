"""The tabs of the pages that registrations rest on."""

from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import may

TABS = {"rules:list": "Rules of engagement", "teams:list": "Review teams"}


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Those that the person may open."""
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
        if may(request.user, route, "GET")
    ]
