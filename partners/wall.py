"""The second wall around a request of a partner's people, and of an admin who views as one.

The transaction is open around the whole answer, rendering included; what fails is rolled back.
"""

from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.middleware import GetResponse, is_api
from accounts.models import User
from accounts.permissions import route_of
from channelhub.lib.roles import behind_the_wall
from partners.models.people import partner_of

# Signing in, passwords, devices: a person's own, kept by packages that write sessions and tokens.
# Whether the site is ready is a question about the whole of it.
OUTSIDE = (
    *("account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_"),
    *("view-as-stop", "readyz"),
)


class Wall:
    """Stands around one request once we know whose it is."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.stands = False

    def raise_for(self, user: Any) -> None:
        """Put it up if the user works at a partner; nobody else is held by it."""
        if isinstance(user, User) and user.works_at_partner and not self.stands:
            self.stack.enter_context(behind_the_wall(partner_of(user)))
            self.stands = True


class SecondWallMiddleware:
    """Answers partners' people behind the wall."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wall = Wall()
        request.wall = wall  # type: ignore[attr-defined]
        with wall.stack:
            response = self.get_response(request)
            if wall.stands:
                if response.streaming:
                    # Read here: what streams later would be read without the wall.
                    response.streaming_content = list(response)  # type: ignore[attr-defined]
                if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    transaction.set_rollback(True)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> None:
        """Whose request a page is, the session has told; of API calls `BehindTheWall` hears."""
        if not is_api(view) and not route_of(request.resolver_match).startswith(OUTSIDE):
            request.wall.raise_for(request.user)  # type: ignore[attr-defined]


class BehindTheWall(BasePermission):
    """Puts the wall up for API calls, whose user is known only after token authentication.

    What happens once for a key puts it up itself, after the key.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Refuses nobody: the table did."""
        if not (request.method == "POST" and getattr(view, "wall_after_key", False)):
            request._request.wall.raise_for(request.user)  # type: ignore[attr-defined]  # noqa: SLF001
        return True
