"""The pages of an import, wherever people meet it: upload, draft, progress, result."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.permissions import may
from channelhub.lib.pages import paginate
from imports import actions, uploads
from imports.forms import DraftForm, NamesForm, ReadingForm, UploadForm
from imports.kinds import Kind, kinds, known_kind
from imports.layouts import recall
from imports.models import Import
from imports.options import Options
from imports.preview import preview
from imports.problems import Unreadable

# What a page offers, where its reader may: `detail` is to say what a draft is, and to load it.
VERBS = ("detail", "discard", "cancel", "reopen", "new")
ROUTES = ("list", "new", "detail", "discard", "cancel", "reopen", "rejected", "rejected-xlsx")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Door:
    """Where people meet imports: our admins meet all of them, a partner its own.

    `prefix` begins the name of each of its routes; only `staff` says what unknown names mean and
    what becomes of them, as suggestions name other records.
    """

    prefix: str
    staff: bool = False

    @property
    def routes(self) -> dict[str, str]:
        """The names of its routes, by what they do."""
        return {name.replace("-", "_"): f"{self.prefix}{name}" for name in ROUTES}

    def open_to(self, user: Any) -> dict[str, bool]:
        """What this person may do there: {verb of a draft or an import: whether}."""
        return {name: may(user, self.routes[name], "POST") for name in VERBS}


def upload_page(
    request: HttpRequest,
    door: Door,
    form: UploadForm,
    take_in: Callable[[UploadForm], Import],
    **context: Any,
) -> HttpResponse:
    """A form for a file; one that can be read becomes a draft.

    Args:
        request: whose body was capped.
        door: where it leads to.
        form: bound to the request.
        take_in: makes a draft of a valid form, or raises Unreadable.
        context: what the page shows besides.
    """
    if request.method == "POST":
        if uploads.was_too_large(request):
            form.add_error("file", uploads.too_large_message())
        elif form.is_valid():
            try:
                return redirect(door.routes["detail"], take_in(form).public_id)
            except Unreadable as problem:
                form.add_error("file", str(problem))
    shown = {"title": "New import", "form": form, "routes": door.routes, "door": door}
    return render(request, "imports/new.html", {**shown, **context})


def import_page(request: HttpRequest, load: Import, door: Door) -> HttpResponse:
    """A draft to be understood and checked; the progress and result of any other."""
    return draft_page(request, load, door) if load.is_draft else result_page(request, load, door)


def draft_page(
    request: HttpRequest, load: Import, door: Door, *, names_form: NamesForm | None = None
) -> HttpResponse:
    """What we think the file is, its columns, and what a check found; POST says what to do."""
    kind, options = known_kind(load.kind), Options.from_json(load.options)
    asked = request.POST.get("do", "load") if request.method == "POST" and not names_form else ""
    sent = request.POST if asked == "read" else None
    may_change_kind = door.staff and not options.locked
    reading = ReadingForm(sent, initial=_reading(load), with_kind=may_change_kind)
    if asked == "read" and reading.is_valid():
        changed = reading.options(options)
        kind_name = reading.cleaned_data.get("kind", load.kind)
        actions.reread_import(load, kind=kind_name, options=changed)
        return redirect(door.routes["detail"], load.public_id)
    try:
        head = preview(load, kind)
    except Unreadable as problem:
        told = problem.told(Path(load.path), load.file_name)
        context = {"title": load.file_name, "load": load, "problem": told, "reading": reading,
                   "routes": door.routes, "door": door,
                   "may": door.open_to(request.user)}  # fmt: skip
        return render(request, "imports/gone.html", context)
    sent = request.POST if asked in DOING else None
    form = DraftForm(sent, kind=kind, preview=head, options=options, staff=door.staff)
    if asked in DOING and form.is_valid():
        DOING[asked](load, form.cleaned_data["options"], head.sheet.columns)
        return redirect(door.routes["detail"], load.public_id)
    context = {
        "title": load.file_name,
        "load": load,
        "kind": kind,
        "form": form,
        "reading": reading,
        "preview": head,
        "facts": [("It holds", kind.label), *head.facts()],
        "routes": door.routes,
        "door": door,
        "may": door.open_to(request.user),
        **_earlier(load, options, head.sheet.columns),
        **_checked(request, load, kind, door, names_form),
    }
    return render(request, "imports/draft.html", context)


def _earlier(load: Import, options: Options, columns: Sequence[str]) -> dict[str, Any]:
    """The same file, and how one with these columns was read; to a partner of its own ones."""
    locked = bool(options.locked)
    same = Import.objects.same_file(load)
    return {
        "before": (same.of_locked_fields() if locked else same).first(),
        "layout": recall(columns, source=load.source, kind=load.kind, locked=locked),
    }


def _check(load: Import, options: Options, _: Sequence[str]) -> None:
    actions.check_import(load, options=options)


def _load(load: Import, options: Options, columns: Sequence[str]) -> None:
    actions.confirm_import(load, options=options, columns=columns)


DOING: dict[str, Callable[[Import, Options, Sequence[str]], None]] = {
    "check": _check,
    "load": _load,
}


def _reading(load: Import) -> dict[str, Any]:
    options = Options.from_json(load.options)
    return {
        "kind": load.kind,
        "sheet": options.sheet or "",
        "header_line": options.header_line,
        "encoding": options.encoding or "",
        "delimiter": options.delimiter or "",
    }


def _checked(
    request: HttpRequest, load: Import, kind: Kind, door: Door, names_form: NamesForm | None
) -> dict[str, Any]:
    """What the last check of a draft found; nothing where there was none."""
    if load.checked_at is None:
        return {}
    return {
        "why": load.rejected_rows.reasons(),
        "page": paginate(request, load.rejected_rows.all()),
        "names": (names_form or NamesForm(load=load, kind=kind)) if door.staff else None,
    }


def result_page(
    request: HttpRequest, load: Import, door: Door, *, names_form: NamesForm | None = None
) -> HttpResponse:
    """How far it is, and what became of its rows."""
    kind = kinds().get(load.kind)
    context = {
        "title": load.file_name,
        "load": load,
        "kind": kind,
        "undone_by": load.undone_by,
        "why_not_undo": actions.why_not_undo(load) if door.staff else "",
        "why": load.rejected_rows.reasons(),
        "page": paginate(request, load.rejected_rows.all()),
        "names": _names(load, kind, door, names_form),
        "routes": door.routes,
        "door": door,
        "may": door.open_to(request.user),
    }
    return render(request, "imports/result.html", context)


def _names(load: Import, kind: Kind | None, door: Door, form: NamesForm | None) -> NamesForm | None:
    """What unknown names of a file that was loaded mean is for staff to say."""
    if kind is None or not door.staff or not load.asks_for_names:
        return None
    return form or NamesForm(load=load, kind=kind)
