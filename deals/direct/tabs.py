"""The tabs of what is worked, what was broken, and what our direct sales works on."""

from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import may

TABS = {
    "work:list": "Who works it",
    "breaches:list": "Breaches",
    "direct:list": "Direct opportunities",
    "direct:may-call": "May I call?",
}


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Those that the person may open."""
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
        if may(request.user, route, "GET")
    ]
