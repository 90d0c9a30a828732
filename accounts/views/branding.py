"""What the organisation looks like, for everybody, sign-in included."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from accounts.models import Organisation
from accounts.rules import DARK_GROUND, LIGHT_GROUND, readable_on, text_on

CSS = """\
:root, [data-bs-theme="light"] {{ {light} }}
[data-bs-theme="dark"] {{ {dark} }}
"""


def stylesheet(colour: str) -> str:
    """The kit's variables in the organisation's colour, readable on light and dark."""
    return CSS.format(light=_variables(colour, LIGHT_GROUND), dark=_variables(colour, DARK_GROUND))


def _variables(colour: str, ground: str) -> str:
    shown = readable_on(colour, ground)
    return (
        f"--tblr-primary: {shown}; --tblr-primary-fg: {text_on(shown)}; --tblr-link-color: {shown};"
    )


def _css_tag(_request: HttpRequest) -> str:
    return _quoted(stylesheet(Organisation.current().colour).encode())


def _logo_tag(_request: HttpRequest) -> str | None:
    logo = Organisation.objects.values_list("logo", flat=True).get()
    return _quoted(bytes(logo)) if logo else None


def _quoted(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_css_tag)
def css(_request: HttpRequest) -> HttpResponse:
    """The colour of every page."""
    return HttpResponse(stylesheet(Organisation.current().colour), content_type="text/css")


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
@condition(etag_func=_logo_tag)
def logo(_request: HttpRequest) -> HttpResponse:
    """The picture, as the type that its bytes showed when it came in."""
    content, kind = Organisation.objects.values_list("logo", "logo_type").get()
    if not content:
        raise Http404
    return HttpResponse(
        bytes(content), content_type=kind, headers={"X-Content-Type-Options": "nosniff"}
    )
