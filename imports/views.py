"""Pages of imports: the list, a new one, its mapping, its progress and what became of its rows."""

import csv
import uuid
from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from channelhub.lib.pages import paginate
from imports import actions, uploads
from imports.forms import DraftForm, UploadForm, kind_choices
from imports.kinds import kinds
from imports.models import Import, RejectedRow, Source
from imports.options import Options
from imports.preview import preview
from imports.problems import Unreadable
from imports.reading import open_sheet

# A spreadsheet would run a cell that starts so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first."""
    loads = Import.objects.select_related("source", "created_by")
    context = {"title": "Imports", "page": paginate(request, loads), "labels": dict(kind_choices())}
    return render(request, "imports/list.html", context)


@csrf_exempt
def new_import(request: HttpRequest) -> HttpResponse:
    """Upload a file. The size is limited before the body, and with it the CSRF token, is read."""
    uploads.cap(request)
    return _new_import(request)


@csrf_protect
def _new_import(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if uploads.was_too_large(request):
            form.add_error("file", uploads.too_large_message())
        elif form.is_valid() and (load := _take_in(request, form)):
            return redirect("imports:detail", load.public_id)
    context = {"title": "New import", "form": form, "sources": Source.objects.all()}
    return render(request, "imports/new.html", context)


def import_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The mapping of a draft; the progress and result of any other."""
    load = get_object_or_404(
        Import.objects.select_related("source", "created_by"), public_id=public_id
    )
    return _draft(request, load) if load.is_draft else _result(request, load)


@require_POST
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away."""
    load = get_object_or_404(Import, public_id=public_id)
    if actions.discard_import(load):
        messages.success(request, f"{load.file_name} was thrown away. Nothing had been loaded.")
    return redirect("imports:list")


@require_POST
def reopen(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct the mapping of an import that failed."""
    load = get_object_or_404(Import, public_id=public_id)
    actions.reopen_import(load)
    return redirect("imports:detail", public_id)


@require_GET
def rejected_rows(request: HttpRequest, public_id: uuid.UUID) -> StreamingHttpResponse:
    """The rejected rows as a spreadsheet's text file."""
    load = get_object_or_404(Import, public_id=public_id)
    rows = load.rejected_rows.values_list("row", "column", "value", "reason")
    response = StreamingHttpResponse(_as_csv(rows.iterator()), content_type="text/csv")
    response["Content-Disposition"] = f'attachment; filename="rejected-{public_id}.csv"'
    return response


def _take_in(request: HttpRequest, form: UploadForm) -> Import | None:
    upload = form.cleaned_data["file"]
    path = uploads.keep(upload)
    try:
        open_sheet(path)
        return actions.create_import(
            kind=form.cleaned_data["kind"],
            source=form.cleaned_data["source"],
            path=path,
            file_name=upload.name,
            options=Options(),
            acting_user=request.user if isinstance(request.user, User) else None,
        )
    except Unreadable as problem:
        uploads.drop(path)
        form.add_error("file", str(problem).replace(path.name, upload.name))
        return None


def _draft(request: HttpRequest, load: Import) -> HttpResponse:
    kind, options = actions.known_kind(load.kind), Options.from_json(load.options)
    try:
        head = preview(load, kind)
    except Unreadable as problem:
        messages.error(request, str(problem))
        return render(request, "imports/gone.html", {"title": load.file_name, "load": load})
    form = DraftForm(request.POST or None, kind=kind, preview=head, options=options)
    if request.method == "POST" and form.is_valid():
        actions.confirm_import(load, options=form.cleaned_data["options"])
        return redirect("imports:detail", load.public_id)
    context = {
        "title": load.file_name,
        "load": load,
        "kind": kind,
        "form": form,
        "preview": head,
        "before": Import.objects.same_file(load).first(),
    }
    return render(request, "imports/draft.html", context)


def _result(request: HttpRequest, load: Import) -> HttpResponse:
    context = {
        "title": load.file_name,
        "load": load,
        "kind": kinds().get(load.kind),
        "page": paginate(request, RejectedRow.objects.filter(load=load)),
    }
    return render(request, "imports/result.html", context)


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _as_csv(rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(("row", "column", "value", "reason"))
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def harmless(cell: object) -> object:
    """The cell, with an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
