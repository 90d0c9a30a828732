"""Calls of the API that do something with a registration, by whomever they are made."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import KEY, OnceView
from accounts.permissions import signed_in
from channelhub.lib.problems import Conflict, ProblemSerializer
from deals.actions.protecting import AlreadyProtected
from deals.models import Deal
from deals.rules.states import IllegalStep

PROBLEMS = dict.fromkeys((400, 404, 409, 422), ProblemSerializer)


@contextmanager
def conflicts(already_protected: str = "") -> Iterator[None]:
    """What a registration's state does not allow is a conflict.

    Args:
        already_protected: what is said where another one holds it; the refusal's words if empty.
    """
    try:
        yield
    except AlreadyProtected as error:
        raise Conflict(already_protected or " ".join(error.messages)) from None
    except IllegalStep as error:
        raise Conflict(" ".join(error.messages)) from None


class DealsView(OnceView):
    """Starts at the registrations that the caller may see."""

    queryset: Any = Deal.objects.none()
    lookup_field = "public_id"

    def told(self, deal: Deal, status: int = 200) -> Response:
        """The registration as it is now."""
        raise NotImplementedError


class VerbView(DealsView):
    """Something done with a registration; 409 where its state does not allow it."""

    # Called with the registration, who acts, and what was sent.
    verb: Callable[..., Any]
    already_protected: ClassVar[str] = ""

    def do(self, request: Request, **ids: Any) -> Response:
        deal = self.get_object()
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        with conflicts(self.already_protected):
            self.verb(deal, acting_user=signed_in(request), **sent.validated_data)
        return self.told(deal)

    def post(self, request: Request, **ids: Any) -> Response | HttpResponse:
        """Do it."""
        return self.once(request, **ids)


def documented(
    sent: type[serializers.Serializer[Any]], answer: type[serializers.Serializer[Any]]
) -> Any:
    """A verb's place in the schema: what is sent, and the registration as it is then."""
    answers = {200: answer, **PROBLEMS}
    told = extend_schema(parameters=[KEY], request=sent, responses=answers)
    return extend_schema_view(post=told)
