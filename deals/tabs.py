"""The tabs of the pages of deals: what is registered, who works what, our own opportunities."""

from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import may

TABS = {
    "deals:queue": "To decide",
    "deals:requests": "Requests",
    "deals:list": "All",
    "work:list": "Who works it",
    "breaches:list": "Breaches",
    "direct:list": "Direct",
    "direct:may-call": "May I call?",
    "direct:accounts": "Accounts",
    "rules:list": "Rules",
    "teams:list": "Teams",
}


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Those that the person may open."""
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
        if may(request.user, route, "GET")
    ]
