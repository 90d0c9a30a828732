"""How pages answer a verb that leads back to its review."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def answered(
    request: HttpRequest,
    done: Any | Callable[[], Any],
    form: forms.BaseForm | None,
    said: str,
    to: Any,
) -> HttpResponse:
    """Back to a page with what was done, or with why it was not.

    Args:
        request: of the person.
        done: what a form's verb answered, or a verb to call; None is a refusal.
        form: whose errors say why.
        said: what to say where it was done.
        to: the page.
    """
    try:
        result = done() if callable(done) else done
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(to)
    if result is None and form is not None:
        wrong = [str(text) for errors in form.errors.values() for text in errors]
        messages.error(request, " ".join(wrong))
    else:
        messages.success(request, said)
    return redirect(to)
