"""How files with the same columns were read last: next month's file is read likewise."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from imports.columns import match_headers
from imports.kinds import Kind, kinds
from imports.models import Import, Layout, Source
from imports.options import Options


def remember(load: Import, *, options: Options, columns: Sequence[str]) -> None:
    """Keep how a file was read, for the next one with these columns from its source."""
    Layout.objects.update_or_create(
        source=load.source,
        kind=load.kind,
        signature=_signature(columns),
        defaults={
            "columns": list(columns),
            "options": _of_every_file(options).as_json(),
            "load": load,
            "used_at": timezone.now(),
        },
    )


def recall(
    columns: Sequence[str], *, source: Source | None, kind: str = "", locked: bool = False
) -> Layout | None:
    """The layout with exactly these columns that was used last, of a source and kind if given.

    Else, of a source that is given, the last one whose columns all stand among these: a file of
    rows to be corrected has a few more. A file with locked fields is read as others with such were,
    and tells nothing of one without: who sends it may not know what we send, nor be taken for us.
    """
    every = Layout.objects.select_related("source", "load")
    free = Q(options__locked={})
    every = every.filter(~free if locked else free)
    if source is not None:
        every = every.filter(source=source)
    if kind:
        every = every.filter(kind=kind)
    exact = every.filter(signature=_signature(columns)).first()
    if exact or source is None:
        return exact
    return every.filter(columns__contained_by=list(columns)).first()


def options_of(layout: Layout, columns: Sequence[str]) -> Options:
    """How a file with these columns is read; columns that the layout lacks find their fields."""
    known = Options.from_json(layout.options)
    return dataclasses.replace(known, match_headers=len(columns) > len(layout.columns))


def likeliest_kind(columns: Sequence[str]) -> Kind | None:
    """The kind most of whose fields stand in the header, less its required ones that do not.

    Sales name customers and products with all that these kinds require, but seldom say their own
    kind. None where no required field of any kind is in the header.
    """

    def fit(kind: Kind) -> tuple[bool, int]:
        found = match_headers(kind, columns)
        required = {field.name for field in kind.fields if field.required}
        return bool(required & found.keys()), len(found) - len(required - found.keys())

    best = max(kinds().values(), key=fit)
    return best if fit(best)[0] else None


def _of_every_file(options: Options) -> Options:
    """Without what one file says of itself and the next one of the same layout need not."""
    return dataclasses.replace(
        options,
        covers=None,
        history=False,
        encoding=None,
        delimiter=None,
        sheet=None,
        header_line=None,
    )


def _signature(columns: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(list(columns)).encode()).hexdigest()
