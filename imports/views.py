"""Pages of imports: the list, a new one, its mapping, its progress and what became of its rows."""

import csv
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from channelhub.lib.pages import paginate
from imports import actions, uploads
from imports.forms import DraftForm, NamesForm, ReadingForm, UploadForm, kind_choices
from imports.kinds import Kind
from imports.layouts import recall
from imports.models import Import, Source
from imports.options import Options
from imports.preview import preview
from imports.problems import Unreadable

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
    """A draft to be understood and checked; the progress and result of any other."""
    load = get_object_or_404(
        Import.objects.select_related("source", "created_by"), public_id=public_id
    )
    return draft_page(request, load) if load.is_draft else result_page(request, load)


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
def names(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what names of a checked draft mean that nobody knows."""
    load = get_object_or_404(Import, public_id=public_id)
    if not load.said_by_check:
        messages.info(request, "It was not checked, or is no draft any more.")
        return redirect("imports:detail", public_id)
    form = NamesForm(request.POST, load=load, kind=actions.known_kind(load.kind))
    if form.is_valid() and isinstance(request.user, User):
        try:
            actions.say_what_names_mean(load, form.cleaned_data["meant"], acting_user=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
    if form.errors:
        return draft_page(request, load, names_form=form)
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
        return actions.take_in(
            path,
            file_name=upload.name,
            source=form.cleaned_data["source"],
            kind=form.cleaned_data["kind"],
            acting_user=request.user if isinstance(request.user, User) else None,
        )
    except Unreadable as problem:
        uploads.drop(path)
        form.add_error("file", str(problem).replace(path.name, upload.name))
        return None


def draft_page(
    request: HttpRequest, load: Import, *, names_form: NamesForm | None = None
) -> HttpResponse:
    """What we think the file is, its columns, and what a check found; POST says what to do."""
    kind, options = actions.known_kind(load.kind), Options.from_json(load.options)
    asked = request.POST.get("do", "load") if request.method == "POST" and not names_form else ""
    reading = ReadingForm(request.POST if asked == "read" else None, initial=_reading(load))
    if asked == "read" and reading.is_valid():
        changed = reading.options(options)
        actions.reread_import(load, kind=reading.cleaned_data["kind"], options=changed)
        return redirect("imports:detail", load.public_id)
    try:
        head = preview(load, kind)
    except Unreadable as problem:
        context = {"title": load.file_name, "load": load, "problem": problem, "reading": reading}
        return render(request, "imports/gone.html", context)
    form = DraftForm(
        request.POST if asked in DOING else None, kind=kind, preview=head, options=options
    )
    if asked in DOING and form.is_valid():
        DOING[asked](load, form.cleaned_data["options"], head.sheet.columns)
        return redirect("imports:detail", load.public_id)
    context = {
        "title": load.file_name,
        "load": load,
        "kind": kind,
        "form": form,
        "reading": reading,
        "preview": head,
        "before": Import.objects.same_file(load).first(),
        "layout": recall(head.sheet.columns, source=load.source, kind=load.kind),
        **_checked(request, load, kind, names_form),
    }
    return render(request, "imports/draft.html", context)


def _check(load: Import, options: Options, _: Sequence[str]) -> None:
    actions.check_import(load, options=options)


def _load(load: Import, options: Options, columns: Sequence[str]) -> None:
    actions.confirm_import(load, options=options, columns=columns)


DOING: dict[str, Callable[[Import, Options, Sequence[str]], None]] = {
    "check": _check,
    "load": _load,
}


def _reading(load: Import) -> dict[str, str]:
    options = Options.from_json(load.options)
    return {
        "kind": load.kind,
        "encoding": options.encoding or "",
        "delimiter": options.delimiter or "",
    }


def _checked(
    request: HttpRequest, load: Import, kind: Kind, names_form: NamesForm | None
) -> dict[str, Any]:
    """What the last check of a draft found; nothing where there was none."""
    if load.checked_at is None:
        return {}
    return {
        "why": load.rejected_rows.reasons(),
        "page": paginate(request, load.rejected_rows.all()),
        "names": names_form or NamesForm(load=load, kind=kind),
    }


def result_page(request: HttpRequest, load: Import) -> HttpResponse:
    """How far it is, and what became of its rows."""
    context = {
        "title": load.file_name,
        "load": load,
        "kind": actions.known_kind(load.kind),
        "why": load.rejected_rows.reasons(),
        "page": paginate(request, load.rejected_rows.all()),
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
