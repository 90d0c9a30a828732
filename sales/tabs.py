"""The tabs of the pages of sales data."""

from django.http import HttpRequest
from django.urls import reverse

from accounts.permissions import may

TABS = {
    "sales:feeds": "Feeds",
    "sales:products": "Products",
    "sales:lines": "Product lines",
    "sales:disputes": "Disputes",
}


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Those that the person may open."""
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
        if may(request.user, route, "GET")
    ]
