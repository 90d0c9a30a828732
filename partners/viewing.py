"""View as this partner: an admin sees the portal as a partner's admin does, and changes nothing."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.middleware import GetResponse
from accounts.models import Role, User
from accounts.permissions import route_of, signed_in
from channelhub.lib.pages import paginate
from partners.models import Partner, PartnerViewing

SESSION_KEY = "partner_viewing"
LASTS = dt.timedelta(minutes=60)
SAFE = ("GET", "HEAD", "OPTIONS")
STOP = "view-as-stop"
# What is not the portal stays the admin's own: leaving it, and the frame's files.
OWN = (STOP, "account_logout", "organisation_css", "organisation_logo")


class ViewAsPartnerMiddleware:
    """While an admin views as a partner, puts a stand-in for the partner's admin in their place.

    The stand-in is saved nowhere and has no account: only home and the portal open, and nothing
    can be changed. The admin is `request.real_user`, the viewing `request.viewing`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewing = current(request)
        if viewing is not None and isinstance(request.user, User):
            request.real_user = request.user  # type: ignore[attr-defined]
            request.viewing = viewing  # type: ignore[attr-defined]
            request.user = stand_in(viewing)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuses what is no reading of the portal."""
        viewing: PartnerViewing | None = getattr(request, "viewing", None)
        if viewing is None:
            return None
        route = route_of(request.resolver_match)
        if route in OWN:
            request.user = request.real_user  # type: ignore[attr-defined]
            if route == "account_logout" and request.method == "POST":
                end(viewing)
            return None
        if request.method not in SAFE:
            context = {"title": "Nothing can be changed"}
            return render(request, "portal/read_only.html", context, status=403)
        inside = route == "home" or route.startswith("portal:")
        return None if inside else redirect("home")


def current(request: HttpRequest) -> PartnerViewing | None:
    """The viewing that this session is in; ended by itself after an hour or with the role."""
    key = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    user = request.user
    if key is None or not isinstance(user, User) or user.role != Role.ADMIN:
        return None
    viewing = (
        PartnerViewing.objects.filter(pk=key, admin=user, ended_at=None)
        .select_related("partner", "admin")
        .first()
    )
    if viewing is not None and viewing.began_at + LASTS < timezone.now():
        end(viewing, at=viewing.began_at + LASTS)
        return None
    return viewing


def stand_in(viewing: PartnerViewing) -> User:
    """Somebody who is a partner's admin for the length of a request."""
    user = User(
        email=viewing.admin.email,
        name=viewing.admin.name,
        role=Role.PARTNER_ADMIN,
        time_zone=viewing.admin.time_zone,
    )
    user.viewed_partner = viewing.partner_id  # type: ignore[attr-defined]
    return user


def end(viewing: PartnerViewing, *, at: dt.datetime | None = None) -> None:
    """Close a viewing in the log; one that is closed stays as it is."""
    PartnerViewing.objects.filter(pk=viewing.pk, ended_at=None).update(
        ended_at=at or timezone.now()
    )


@require_POST
def start(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin to view as a partner; another viewing of the same admin ends."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)
    admin = signed_in(request)
    for other in PartnerViewing.objects.filter(admin=admin, ended_at=None):
        end(other)
    viewing = PartnerViewing.objects.create(admin=admin, partner=partner)
    request.session[SESSION_KEY] = viewing.pk
    return redirect("home")


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Back to one's own pages."""
    viewing: PartnerViewing | None = getattr(request, "viewing", None)
    request.session.pop(SESSION_KEY, None)
    if viewing is None:
        return redirect("home")
    end(viewing)
    return redirect("partners:detail", public_id=viewing.partner.public_id)


def viewings(request: HttpRequest) -> HttpResponse:
    """Who viewed as which partner, newest first."""
    rows = PartnerViewing.objects.select_related("admin", "partner")
    context = {"title": "Portal views", "page": paginate(request, rows)}
    return render(request, "portal/viewings.html", context)
