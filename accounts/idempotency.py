"""Calls of the API that may be repeated: each happens once, and every repetition is answered alike.

The header `Idempotency-Key` says which calls are one. The work and its answer are one transaction:
a process that dies leaves either both or neither, and the next repetition does what is left.
"""

import datetime as dt
import hashlib
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import OperationalError, transaction
from django.db.models import F, Func, IntegerField, Value
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, generics
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotentCall, User
from channelhub.lib.problems import MEDIA_TYPE, Conflict, Unprocessable

HEADER = "Idempotency-Key"
LONGEST_KEY = 200
KEPT = dt.timedelta(days=7)
REFUSALS = (exceptions.APIException, ValidationError, Http404, PermissionDenied)

KEY = OpenApiParameter(
    HEADER,
    location=OpenApiParameter.HEADER,
    description="Says which calls are one: it happens once, and a repetition gets its answer."
    " Kept for 7 days.",
)
NEEDED_KEY = OpenApiParameter(
    HEADER, location=OpenApiParameter.HEADER, required=True, description=KEY.description
)


class OnceView(generics.GenericAPIView[Any]):
    """A view whose POST happens once for each key."""

    needs_key = False
    # A key is committed before the work, and so before the second wall opens its transaction.
    wall_after_key = True

    def do(self, request: Request, **ids: Any) -> Response:
        """Do what is asked for; raises what the API knows how to tell."""
        raise NotImplementedError

    def once(self, request: Request, **ids: Any) -> Response | HttpResponse:
        """The answer of the first call with this key, or of this one.

        Raises:
            exceptions.ValidationError: the key is missing where it is needed, or too long.
            Unprocessable: the key came with another body or at another address before.
            Conflict: the first call is under way.
        """
        key = request.headers.get(HEADER, "")
        if not key and not self.needs_key:
            raise_wall(request)
            return self.do(request, **ids)
        if not key or len(key) > LONGEST_KEY or not key.isprintable():
            message = f"Send a key of your own, of 1 to {LONGEST_KEY} characters, for each call."
            raise exceptions.ValidationError({HEADER: [message]})
        call = _claim(request, key)
        raise_wall(request)
        try:
            with transaction.atomic():
                mine = IdempotentCall.objects.select_for_update(nowait=True).get(pk=call.pk)
                if mine.status is None:
                    self._answer(mine, request, ids)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise Conflict("The first call with this key is still under way.") from None
        return HttpResponse(mine.body, status=mine.status, content_type=mine.content_type)

    def _answer(self, call: IdempotentCall, request: Request, ids: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                answer = self.do(request, **ids)
        except REFUSALS as error:
            answer = self.handle_exception(error)
        call.status = answer.status_code
        call.content_type = answer.content_type or "application/json"
        call.body = JSONRenderer().render(answer.data)
        call.save(update_fields=["status", "content_type", "body"])


def raise_wall(request: Request) -> None:
    """Put up the second wall, which waited for the key."""
    request._request.wall.raise_for(request.user)  # type: ignore[attr-defined]  # noqa: SLF001


LOCK_NOT_AVAILABLE = "55P03"


def _claim(request: Request, key: str) -> IdempotentCall:
    """The row of this key, committed before the work begins. Raises Unprocessable."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - for the type checker
    said = f"{request.method} {request.path}\n".encode() + _body(request)
    row = IdempotentCall(user=user, key=key, request_hash=hashlib.sha256(said).hexdigest())
    IdempotentCall.objects.bulk_create([row], ignore_conflicts=True)
    call = IdempotentCall.objects.get(user=user, key=key)
    if call.request_hash != row.request_hash:
        raise Unprocessable("This key came with another request before.")
    return call


def _body(request: Request) -> bytes:
    try:
        return bytes(request.body)
    except RequestDataTooBig:
        raise exceptions.ParseError("The body is too large.") from None


def forget_old_calls() -> None:
    """Forget keys, and the answers kept with them, after a week."""
    IdempotentCall.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def forget_answers(told: Collection[str]) -> None:
    """Overwrite kept answers in which one of these texts stands: their calls stay done."""
    for text in told:
        held = Position(Value(text.encode()), F("body"), output_field=IntegerField())
        rows = IdempotentCall.objects.exclude(body=None).annotate(at=held).filter(at__gt=0)
        rows.update(status=HTTPStatus.GONE, content_type=MEDIA_TYPE, body=GONE)


class Position(Func):
    """Where bytes stand within others, from 1 on; 0 where they do not."""

    template = "position(%(expressions)s)"
    arg_joiner = " IN "
    arity = 2


GONE = JSONRenderer().render(
    {
        "type": "about:blank",
        "title": HTTPStatus.GONE.phrase,
        "status": HTTPStatus.GONE,
        "detail": "This call was done. Its answer told of somebody whose data was erased.",
    }
)
