"""Pages of imports: the list, a new one, its mapping, its progress and what became of its rows."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import signed_in
from channelhub.lib.pages import paginate
from imports import actions, uploads
from imports.correcting import corrections
from imports.exporting import CSV, send
from imports.forms import NamesForm, UploadForm
from imports.kinds import kinds
from imports.listing import imports_table
from imports.models import Import, Source
from imports.pages import Door, draft_page, import_page, result_page, upload_page
from imports.undoing import Refused

DOOR = Door(prefix="imports:", staff=True)


@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first."""
    loads = Import.objects.select_related("source", "created_by")
    context = {"title": "Imports", "page": paginate(request, loads)}
    return render(request, "imports/list.html", context)


@csrf_exempt
def new_import(request: HttpRequest) -> HttpResponse:
    """Upload a file. The size is limited before the body, and with it the CSRF token, is read."""
    uploads.cap(request)
    return _new_import(request)


@csrf_protect
def _new_import(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)

    def take_in(form: UploadForm) -> Import:
        data = form.cleaned_data
        return actions.take_in(
            data["file"], source=data["source"], kind=data["kind"], acting_user=user
        )

    form = UploadForm(request.POST or None, request.FILES or None)
    return upload_page(request, DOOR, form, take_in, sources=Source.objects.all())


def import_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A draft to be understood and checked; the progress and result of any other."""
    load = get_object_or_404(
        Import.objects.select_related("source", "created_by"), public_id=public_id
    )
    return import_page(request, load, DOOR)


@require_POST
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    load = get_object_or_404(Import, public_id=public_id)
    if actions.discard_import(load):
        messages.success(request, f"{load.file_name} was thrown away. Nothing had been loaded.")
    return redirect("imports:list")


@require_POST
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop an import that waits or runs."""
    load = get_object_or_404(Import, public_id=public_id)
    if not actions.cancel_import(load):
        messages.info(request, "It had ended already.")
    return redirect("imports:detail", public_id)


@require_POST
def reopen(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct the mapping of an import that failed."""
    load = get_object_or_404(Import, public_id=public_id)
    actions.reopen_import(load)
    return redirect("imports:detail", public_id)


@require_POST
def undo(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Undo an import; the undo has a page of its own."""
    load = get_object_or_404(Import, public_id=public_id)
    try:
        started = actions.undo_import(load, acting_user=signed_in(request))
    except Refused as reason:
        messages.error(request, str(reason))
        return redirect("imports:detail", public_id)
    return redirect("imports:detail", started.public_id)


@require_POST
def names(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what names of a draft that was checked, or of an import, mean."""
    load = get_object_or_404(Import, public_id=public_id)
    kind = kinds().get(load.kind)
    if kind is None or not load.asks_for_names:
        messages.info(request, "It is under way, or nothing of it counts: look again.")
        return redirect("imports:detail", public_id)
    form = NamesForm(request.POST, load=load, kind=kind)
    if form.is_valid():
        try:
            again = actions.say_what_names_mean(
                load, form.cleaned_data["meant"], acting_user=signed_in(request)
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("imports:detail", again.public_id)
    page = draft_page if load.is_draft else result_page
    return page(request, load, DOOR, names_form=form)


@require_GET
def rejected_rows(
    request: HttpRequest, public_id: uuid.UUID, file_format: str = CSV
) -> HttpResponseBase:
    """The rejected rows, to take along."""
    return rejected_file(request, get_object_or_404(Import, public_id=public_id), file_format)


def rejected_file(request: HttpRequest, load: Import, file_format: str = CSV) -> HttpResponseBase:
    """The rejected rows of an import as a file to be corrected and sent again."""
    return send(request, corrections(load), file_format)


@require_GET
def import_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """What the list of imports shows."""
    loads = Import.objects.select_related("source", "created_by")
    return send(request, imports_table(loads), file_format)
