"""API tokens: shown once, kept as a hash."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from knox.models import AuthToken

from accounts.models import ApiToken, User
from accounts.permissions import uses_api
from channelhub.lib.history import decision

MOST_TOKENS = 20


def create_token(user: User, *, name: str, lifetime: dt.timedelta) -> str:
    """A new API token, which nobody can read again.

    Raises:
        ValidationError: the person's role has no use for one, or they have 20 already.
    """
    with decision(user):
        if not uses_api(user.role):
            raise ValidationError("Your role does not use the API.")
        if tokens_of(user).count() >= MOST_TOKENS:
            raise ValidationError(f"You have {MOST_TOKENS} tokens. Revoke one first.")
        secret, token = AuthToken.objects.create(user=user, expiry=lifetime)
        ApiToken.objects.create(name=name, secret=secret)
        return str(token)


def revoke_token(token: ApiToken) -> None:
    """End an API token at once."""
    token.secret.delete()


def tokens_of(user: User) -> Any:
    """A person's API tokens, newest first."""
    return ApiToken.objects.filter(secret__user=user).select_related("secret")
