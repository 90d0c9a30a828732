"""A person's own page: name, time zone, API tokens."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actions.people import update_profile
from accounts.actions.tokens import create_token, revoke_token, tokens_of
from accounts.forms import ProfileForm, TokenForm
from accounts.models import User


def edit(request: HttpRequest) -> HttpResponse:
    """Who I am, and the ways to how I sign in."""
    user = cast("User", request.user)
    # A copy, so that what is not saved does not show in the page's frame.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if form.is_valid():
        update_profile(user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("profile:edit")
    return render(request, "accounts/profile.html", {"title": "Profile", "form": form})


@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form for one more; a new token is in this one answer only."""
    form, token = TokenForm(request.POST or None), ""
    if form.is_valid():
        token = _create(request, form)
    if token:
        form = TokenForm()
    return render(request, "accounts/tokens.html", _tokens_context(request, form, token))


def _create(request: HttpRequest, form: TokenForm) -> str:
    try:
        return create_token(
            cast("User", request.user), name=form.cleaned_data["name"], lifetime=form.lifetime()
        )
    except ValidationError as problem:
        form.add_error(None, problem)
        return ""


def _tokens_context(request: HttpRequest, form: TokenForm, token: str) -> dict[str, Any]:
    return {
        "title": "API tokens",
        "form": form,
        "token": token,
        "tokens": tokens_of(cast("User", request.user)),
        "now": timezone.now(),
    }


@require_POST
def revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End one of my tokens."""
    token = get_object_or_404(tokens_of(cast("User", request.user)), public_id=public_id)
    revoke_token(token)
    messages.success(request, f"The token {token.name} does not work any more.")
    return redirect("profile:tokens")
