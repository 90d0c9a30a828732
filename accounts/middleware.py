"""What every request passes through after the person is known."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts.models import Organisation, User
from accounts.permissions import check_page

GetResponse = Callable[[HttpRequest], HttpResponse]


class OrganisationMiddleware:
    """Reads the organisation once a request, however many places ask for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with Organisation.asked_once():
            return self.get_response(request)


class TimeZoneMiddleware:
    """Shows times in the person's time zone, or the organisation's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            own = request.user.time_zone
            zone = zoneinfo.ZoneInfo(own) if own else Organisation.current().zone()
            with timezone.override(zone):
                return self.get_response(request)
        return self.get_response(request)


class PermissionTableMiddleware:
    """Pages answer "not found" to a role that the permission table does not name.

    API views are checked by `TablePermission`, after token authentication; strangers were already
    sent to the sign-in page, unless the page is public. What a person was shown is kept by no
    cache, the browser's included: on a shared machine the next one would find it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(request.user, User) and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> None:
        """Raises Http404 for a page, or a method of it, that is not this person's."""
        if not is_api(view):
            check_page(request)


def is_api(view: Any) -> bool:
    """Whether the view is one of Django REST framework's."""
    return hasattr(view, "cls")
