"""Files that a partner's people send: their sales, people, results and line card."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from channelhub.lib.roles import acting_as_app
from imports import actions, uploads
from imports.exporting import CSV
from imports.forms import UploadForm
from imports.models import Import
from imports.pages import Door, import_page, upload_page
from imports.views import rejected_file
from partners.actions.files import kinds_for, send_file
from partners.models import Partner
from partners.portal.views import own_partner

DOOR = Door(prefix="portal:file-")


class OwnFileForm(UploadForm):
    """A file, and what it holds."""

    def __init__(self, *args: Any, partner: Partner) -> None:
        super().__init__(*args)
        del self.fields["source"]
        self.fields["kind"] = forms.ChoiceField(label="What it holds", choices=kinds_for(partner))


def file_list(request: HttpRequest) -> HttpResponse:
    """The files they sent, the newest first."""
    loads = _loads(request).select_related("created_by")
    context = {
        "title": "Your files",
        "page": paginate(request, loads),
        "may_write": may(request.user, "portal:file-new", "POST"),
    }
    return render(request, "portal/files.html", context)


@csrf_exempt
def new_file(request: HttpRequest) -> HttpResponse:
    """Send a file. The size is limited before the body, and with it the CSRF token, is read."""
    uploads.cap(request)
    return _new_file(request)


@csrf_protect
def _new_file(request: HttpRequest) -> HttpResponse:
    partner, user = own_partner(request), signed_in(request)

    def take_in(form: UploadForm) -> Import:
        data = form.cleaned_data
        with acting_as_app(partner):
            return send_file(partner, data["file"], kind=data["kind"], acting_user=user)

    form = OwnFileForm(request.POST or None, request.FILES or None, partner=partner)
    return upload_page(request, DOOR, form, take_in, title="Send a file")


def file_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What its columns are, what loading it would do, and what became of it."""
    load = _load(request, public_id)
    with acting_as_app(load):
        return import_page(request, load, DOOR)


@require_POST
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw away a file that is not loaded yet."""
    load = _load(request, public_id)
    with acting_as_app(load):
        done = actions.discard_import(load)
    if done:
        messages.success(request, f"{load.file_name} was thrown away. Nothing had been loaded.")
    return redirect("portal:file-list")


@require_POST
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop a file that waits or is being loaded."""
    load = _load(request, public_id)
    with acting_as_app(load):
        done = actions.cancel_import(load)
    if not done:
        messages.info(request, "It had ended already.")
    return redirect("portal:file-detail", public_id)


@require_POST
def reopen(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct what was said of a file that failed."""
    load = _load(request, public_id)
    with acting_as_app(load):
        actions.reopen_import(load)
    return redirect("portal:file-detail", public_id)


@require_GET
def rejected(
    request: HttpRequest, public_id: uuid.UUID, file_format: str = CSV
) -> HttpResponseBase:
    """The rejected rows of a file, to be corrected."""
    return rejected_file(request, _load(request, public_id), file_format)


def _loads(request: HttpRequest) -> QuerySet[Import]:
    """What it sent itself: our own people's work on its source is not its to see."""
    found: QuerySet[Import] = Import.objects.of_locked_fields().filter(
        source__of_partner__partner=own_partner(request)
    )
    return found


def _load(request: HttpRequest, public_id: uuid.UUID) -> Import:
    rows = _loads(request).select_related("source", "created_by")
    return get_object_or_404(rows, public_id=public_id)
