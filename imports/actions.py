"""What people do with files: sent, described, checked, confirmed, cancelled, undone."""

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction

from accounts.models import User
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkState
from imports.columns import check_fields, check_references, header_words
from imports.kinds import kinds, known_kind
from imports.layouts import likeliest_kind, options_of, recall, remember
from imports.models import Import, Source, UnknownName
from imports.options import Options, Unknown
from imports.problems import Unreadable
from imports.reading import open_sheet
from imports.running import CANCELLED, TASK, UNTOUCHED, run_now
from imports.undoing import Refused, why_not
from imports.uploads import drop, keep


def take_in(
    upload: UploadedFile[Any],
    *,
    source: str = "",
    kind: str = "",
    locked: dict[str, str] | None = None,
    unknown: dict[str, Unknown] | None = None,
    acting_user: User,
) -> Import:
    """Take an upload in as a draft, with what its columns tell of it.

    A layout that came before says how it is read; where it does not, kind and source have to be
    given or, of the kind, guessed.

    Args:
        upload: the file; it is kept, unless it is refused.
        source: who sent it.
        kind: what it holds.
        locked: {field: value for every row} that nobody can change.
        unknown: what becomes of unknown names, where it is not what was chosen before.
        acting_user: who uploads it.

    Raises:
        Unreadable: the file cannot be read, nothing tells who sent it or what it holds, or the
            source's name is none.
    """
    path, name, locked = keep(upload), upload.name or "upload", locked or {}
    try:
        read, kind, source = _recognised(path, kind=kind, source=source, locked=bool(locked))
        options = dataclasses.replace(read, locked=locked, unknown=unknown or read.unknown)
        return create_import(kind=kind, source=source, path=path, file_name=name, options=options,
                             acting_user=acting_user)  # fmt: skip
    except Unreadable as problem:
        drop(path)
        raise Unreadable(problem.told(path, name)) from None


def _recognised(path: Path, *, kind: str, source: str, locked: bool) -> tuple[Options, str, str]:
    """How the file is to be read, what it holds and who sent it."""
    columns = open_sheet(path, words=header_words()).columns
    known = Source.objects.filter(name=source).first()
    layout = recall(columns, source=known, kind=kind, locked=locked)
    if not source and not layout:
        raise Unreadable("No file with these columns came before: say who sent it.")
    likely = likeliest_kind(columns)
    kind = kind or (layout.kind if layout else likely.name if likely else "")
    if not kind:
        raise Unreadable("Its columns do not tell what it holds: choose it.")
    options = options_of(layout, columns) if layout else Options()
    return options, kind, source or str(layout and layout.source)


def create_import(
    *,
    kind: str,
    source: str,
    path: Path,
    file_name: str,
    options: Options,
    acting_user: User | None = None,
    confirmed: bool = False,
) -> Import:
    """Take a file in; its source is made when new. A confirmed one is rung for.

    Raises:
        Unreadable: the kind, the source's name, a field or what `options.unknown` speaks of is
            unknown, or the file is missing or none.
    """
    check_fields(known_kind(kind), [*options.mapping, *options.fixed])
    check_references(known_kind(kind), options.unknown)
    checksum, size = _checksum(path)
    load: Import = Import.objects.create(
        kind=kind,
        source=_source(source),
        file_name=file_name[-255:],
        path=str(path),
        checksum=checksum,
        size=size,
        options=options.as_json(),
        confirmed=confirmed,
        created_by=acting_user,
    )
    if confirmed:
        ring(TASK, load.pk)
    return load


def confirm_import(load: Import, *, options: Options, columns: Sequence[str] = ()) -> bool:
    """Let a draft be loaded with this mapping. False if it is no draft any more.

    Where its columns are given, the next file with the same ones is read likewise.
    """
    with transaction.atomic():
        confirmed = _set_draft(load, options=options.as_json(), confirmed=True, error="")
        if confirmed and columns:
            remember(load, options=options, columns=columns)
        if confirmed:
            ring(TASK, load.pk)
    return confirmed


def check_import(load: Import, *, options: Options) -> bool:
    """Let a draft be checked: all that loading would do, taken back at its end."""
    with transaction.atomic():
        asked = _set_draft(load, options=options.as_json(), checking=True, error="")
        if asked:
            ring(TASK, load.pk)
    return asked


def reread_import(load: Import, *, kind: str, options: Options) -> bool:
    """Say that a draft holds something else, or is written otherwise; what a check found is void.

    Raises:
        Unreadable: there is no such kind.
    """
    known_kind(kind)
    with transaction.atomic():
        changed = _set_draft(load, kind=kind, options=options.as_json(), checked_at=None, error="")
        if changed:
            load.forget_findings()
    return changed


def say_what_names_mean(
    load: Import, meant: Sequence[tuple[UnknownName, str]], *, acting_user: User
) -> Import:
    """Note for its source, from now on, which of our records each of these names is.

    A draft is checked again; the file of one that was loaded is loaded again, which writes only
    what was rejected. Returns the import to look at.

    Args:
        load: a draft that was checked, or an import that is done.
        meant: pairs of an unknown name and the public id of a record.
        acting_user: who says so.

    Raises:
        ValidationError: a record is gone, or the source calls another one so already.
    """
    books = {each.name: each.book for each in known_kind(load.kind).references}
    with transaction.atomic():
        for name, public_id in meant:
            books[name.reference].link(load.source, name.text, public_id, acting_user=acting_user)
    return _again(load, acting_user)


def _again(load: Import, acting_user: User) -> Import:
    options = Options.from_json(load.options)
    if load.is_draft:
        check_import(load, options=options)
        return load
    return create_import(
        kind=load.kind,
        source=load.source.name,
        path=Path(load.path),
        file_name=load.file_name,
        options=options,
        acting_user=acting_user,
        confirmed=True,
    )


def cancel_import(load: Import) -> bool:
    """Stop an import or a check that waits or runs. False if it has ended already.

    Nothing of it is written, and it is a draft again. One that runs stops within seconds.
    """
    waiting = Import.objects.under_way().filter(pk=load.pk, state=WorkState.QUEUED)
    if load.undoes_id and waiting.update(state=WorkState.DEAD, error=CANCELLED):
        return True
    if waiting.update(confirmed=False, checking=False, attempts=0, error=CANCELLED):
        return True
    running = Import.objects.filter(pk=load.pk, state=WorkState.RUNNING)
    return bool(running.update(cancel_wanted=True))


def _set_draft(load: Import, **values: Any) -> bool:
    return bool(Import.objects.drafts().filter(pk=load.pk).update(**values))


def reopen_import(load: Import) -> bool:
    """Make a failed import a draft again, so that its mapping can be corrected."""
    failed = Import.objects.filter(pk=load.pk, state=WorkState.DEAD, undoes=None)
    return bool(failed.update(**UNTOUCHED, error="", finished_at=None))


def why_not_undo(load: Import) -> str:
    """Why an import cannot be undone; empty where it can."""
    return why_not(load, kinds().get(load.kind))


def undo_import(load: Import, *, acting_user: User | None) -> Import:
    """Undo an import in the background; the undo is an import of its own, to be looked at.

    Raises:
        Refused: later work builds on the import, it is none that was loaded, or is undone already.
    """
    with transaction.atomic():
        undo = _create_undo(load, acting_user, confirmed=True)
        ring(TASK, undo.pk)
    return undo


def undo_now(load: Import) -> Import:
    """Undo an import here and now. For the command.

    Raises:
        Refused: as `undo_import` says.
    """
    return run_now(_create_undo(load, None, confirmed=False))


def _create_undo(load: Import, acting_user: User | None, *, confirmed: bool) -> Import:
    if reason := why_not_undo(load):
        raise Refused(f"It cannot be undone. {reason}")
    try:
        with transaction.atomic():
            undo: Import = Import.objects.create(
                kind=load.kind,
                source=load.source,
                file_name=f"Undo of {load.file_name}"[:255],
                size=0,
                options=load.options,
                undoes=load,
                confirmed=confirmed,
                created_by=acting_user,
            )
    except IntegrityError:
        raise Refused("It is being undone already.") from None
    return undo


def discard_import(load: Import) -> bool:
    """Throw a draft and its uploaded file away. False if it is no draft any more."""
    with transaction.atomic():
        # Locked, as deleting looks first and deletes then: somebody may confirm it in between.
        draft = Import.objects.drafts().select_for_update().filter(pk=load.pk).first()
        if draft is None:
            return False
        draft.delete()
    if not Import.objects.filter(path=load.path).exists():
        drop(Path(load.path))
    return True


def _source(name: str) -> Source:
    try:
        validate_slug(name)
    except ValidationError:
        raise Unreadable(
            f"{name!r} cannot name a source. Use letters, digits, - and _ only."
        ) from None
    if len(name) > 50:
        raise Unreadable("The name of a source has at most 50 characters.")
    return Source.objects.get_or_create(name=name)[0]


def _checksum(path: Path) -> tuple[str, int]:
    """SHA-256 and size in bytes. A pipe would be waited for, and empty when it is read again."""
    if path.exists() and not path.is_file():
        raise Unreadable(f"{path} is no file that can be read.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None
