"""People and invitations: for admins everybody's, for partner admins their own partner's."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import people as accounts
from accounts.models import User
from accounts.permissions import may
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from channelhub.lib.roles import acting_as_app
from imports.exporting import send
from partners.models import Invitation, InvitationQuerySet
from partners.people import actions
from partners.people.forms import AcceptForm, InviteForm, PeopleFilter, RoleForm, SearchForm
from partners.people.listing import people_table
from partners.people.queries import looked_after_by, people_visible_to

REASSIGN = "partners:reassign"


def who(request: HttpRequest) -> User:
    """The person behind the request; the permission table keeps strangers out."""
    return cast("User", request.user)


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody whom this person manages."""
    form, rows = _asked_for(request)
    context = {"title": "People", "form": form, "page": paginate(request, rows), **tabs(request)}
    return render(request, "partners/people/list.html", context)


def _asked_for(request: HttpRequest) -> tuple[PeopleFilter, Any]:
    form = PeopleFilter(request.GET, user=who(request))
    found = form.narrow(people_visible_to(who(request))).select_related("membership__partner")
    return form, found


@require_GET
def people_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The accounts that the list shows."""
    _, people = _asked_for(request)
    return send(request, people_table(people), file_format)


@require_GET
def invitations(request: HttpRequest) -> HttpResponse:
    """Those that nobody has answered yet."""
    form = SearchForm(request.GET)
    rows = open_invitations(request, form).select_related("partner", "invited_by")
    context = {
        "title": "Invitations",
        "form": form,
        "page": paginate(request, rows),
        **tabs(request),
    }
    return render(request, "partners/people/invitations.html", context)


def open_invitations(request: HttpRequest, form: SearchForm) -> InvitationQuerySet:
    """The open ones that fit the search; what cannot be understood narrows nothing."""
    found: InvitationQuerySet = Invitation.objects.visible_to(who(request)).open()
    text = form.cleaned_data["q"] if form.is_valid() else ""
    return found.search(text) if text else found


def tabs(request: HttpRequest) -> dict[str, object]:
    """How many of each there are, for the tabs of both lists."""
    return {
        "people_count": people_visible_to(who(request)).count(),
        "invitation_count": Invitation.objects.visible_to(who(request)).open().count(),
    }


def invite(request: HttpRequest) -> HttpResponse:
    """Whom to invite, and as what."""
    form = InviteForm(
        request.POST or None,
        user=who(request),
        initial={"partner": request.GET.get("partner", ""), "role": request.GET.get("role", "")},
    )
    if form.is_valid():
        try:
            invitation = actions.invite(**form.cleaned_data, acting_user=who(request))
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, f"An invitation is on its way to {invitation.email}.")
            return redirect("people:invitations")
    context = {"title": "Invite somebody", "form": form, "crumbs": crumbs()}
    return render(request, "partners/people/invite.html", context)


@require_POST
def resend(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A new link for the same person."""
    invitation = get_invitation(request, public_id)
    told = f"A new link is on its way to {invitation.email}; the one before is worthless."
    attempt(request, lambda: actions.resend(invitation, acting_user=who(request)), told)
    return redirect("people:invitations")


@require_POST
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_invitation(request, public_id)
    told = f"The invitation of {invitation.email} is withdrawn."
    attempt(request, lambda: actions.withdraw(invitation, acting_user=who(request)), told)
    return redirect("people:invitations")


@require_GET
def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One account: who it is, its role, its history."""
    somebody = get_person(request, public_id)
    with acting_as_app(somebody):
        # Who decided, too, which the history of everybody holds.
        history = entries(somebody)
    context = {
        "title": str(somebody),
        "person": somebody,
        "form": RoleForm(user=who(request), person=somebody),
        "oneself": somebody == request.user,
        "history": history,
        "may_erase": not somebody.is_active
        and somebody.works_at_partner
        and may(request.user, "erasure:account", "GET"),
        "looks_after": looked_after_by(somebody) if may(request.user, REASSIGN, "GET") else 0,
        "crumbs": crumbs(),
    }
    return render(request, "partners/people/person.html", context)


@require_POST
def change_role(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Another role on the same side."""
    somebody = get_person(request, public_id)
    form = RoleForm(request.POST, user=who(request), person=somebody)
    if form.is_valid():
        role = form.cleaned_data["role"]
        told = f"{somebody} is {role.label.lower()} now."
        attempt(
            request,
            lambda: accounts.change_role(somebody, role=role, acting_user=who(request)),
            told,
        )
    else:
        messages.error(request, "Choose one of the roles.")
    return redirect("people:person", public_id)


@require_POST
def deactivate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Shut somebody out; who still looks after partners leads to handing them over."""
    somebody = get_person(request, public_id)
    told = f"{somebody} cannot sign in any more."
    verb = partial(accounts.deactivate, somebody, acting_user=who(request))
    if attempt(request, verb, told) and may(request.user, REASSIGN, "GET"):
        count = looked_after_by(somebody)
        if count:
            text = f"{somebody} still looks after {count} partner{'' if count == 1 else 's'}."
            messages.warning(request, f"{text} Hand them over to somebody else.")
            return redirect(f"{reverse(REASSIGN)}?from={somebody.public_id}")
    return redirect("people:person", public_id)


@require_POST
def reactivate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let somebody in again."""
    somebody = get_person(request, public_id)
    told = f"{somebody} can sign in again."
    attempt(request, lambda: accounts.reactivate(somebody, acting_user=who(request)), told)
    return redirect("people:person", public_id)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link; every link that opens nothing looks the same."""
    try:
        invitation = actions.find_usable(token)
        form = AcceptForm(request.POST or None, invitation=invitation)
        if form.is_valid():
            user = actions.accept(token, **form.cleaned_data)
            get_adapter().login(request, user)
            return redirect("home")
    except actions.LinkUnusable:
        return _unusable(request)
    context = {"title": "Welcome", "form": form, "invitation": invitation}
    return render(request, "partners/people/accept.html", context)


def _unusable(request: HttpRequest) -> HttpResponse:
    context = {"title": "This link does not work any more"}
    return render(request, "partners/people/link_unusable.html", context, status=410)


def crumbs() -> list[tuple[str, str]]:
    """The way back to the list."""
    return [("People", reverse("people:list"))]


def get_person(request: HttpRequest, public_id: uuid.UUID) -> User:
    """Somebody whom this person manages. Raises Http404."""
    people = people_visible_to(who(request)).select_related("membership__partner")
    return cast("User", get_object_or_404(people, public_id=public_id))


def get_invitation(request: HttpRequest, public_id: uuid.UUID) -> Invitation:
    """An invitation that this person may see. Raises Http404."""
    visible = Invitation.objects.visible_to(who(request))
    return get_object_or_404(visible, public_id=public_id)


def attempt(request: HttpRequest, verb: Callable[[], None], told: str) -> bool:
    """Do it and say so, or say why not. Whether it was done."""
    try:
        verb()
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return False
    messages.success(request, told)
    return True
