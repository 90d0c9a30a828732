"""Errors of the API as RFC 9457 problems: what is wrong, and for which field."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import exceptions, serializers, views
from rest_framework.response import Response
from rest_framework.settings import api_settings

MEDIA_TYPE = "application/problem+json"


class ProblemSerializer(serializers.Serializer[Any]):
    """What every error answers."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="By field; those of no field are under non_field_errors.",
    )


class Conflict(exceptions.APIException):
    """What is asked for does not go with the state of things."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class Unprocessable(exceptions.APIException):
    """What was sent contradicts what was sent before."""

    status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    default_code = "unprocessable"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception; None leaves it to Django. Set as EXCEPTION_HANDLER."""
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(by_field(error))
    response = views.exception_handler(error, context)
    if response is not None:
        response.data = _problem(response.status_code, response.data)
        response.content_type = MEDIA_TYPE
    return response


def by_field(error: ValidationError) -> dict[str, list[str]]:
    """An action's refusal, keyed as the API keys errors."""
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {api_settings.NON_FIELD_ERRORS_KEY: error.messages}


def _problem(status: int, data: Any) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    problem = {"type": "about:blank", "title": title, "status": status}
    if isinstance(data, dict) and "detail" in data:
        return {**problem, "detail": str(data["detail"])}
    errors = data if isinstance(data, dict) else {api_settings.NON_FIELD_ERRORS_KEY: data}
    return {**problem, "detail": "Some fields are wrong; see errors.", "errors": errors}
