"""What is done with files: taken in, confirmed, run, tried again, thrown away."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkState
from imports.columns import check_fields
from imports.engine import load_file
from imports.heartbeat import Heartbeat
from imports.kinds import Kind, kinds
from imports.models import Import, Source
from imports.options import Options
from imports.problems import Unreadable
from imports.uploads import drop

logger = logging.getLogger(__name__)

TASK = "imports.run"
Tell = Callable[[int], None]


class TakenOver(Exception):
    """Another worker holds the import by now; what this one did is undone."""


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
        Unreadable: the kind, the source's name or a field is unknown, or the file is missing.
    """
    check_fields(known_kind(kind), [*options.mapping, *options.fixed])
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


def known_kind(name: str) -> Kind:
    """The kind of that name. Raises Unreadable with those that there are."""
    if name not in kinds():
        raise Unreadable(f"There is no kind {name!r}. There are: {', '.join(kinds())}.")
    return kinds()[name]


def confirm_import(load: Import, *, options: Options) -> bool:
    """Let a draft be loaded with this mapping. False if it is no draft any more."""
    confirmed = (
        Import.objects.drafts().filter(pk=load.pk).update(options=options.as_json(), confirmed=True)
    )
    if confirmed:
        ring(TASK, load.pk)
    return bool(confirmed)


def reopen_import(load: Import) -> bool:
    """Make a failed import a draft again, so that its mapping can be corrected."""
    failed = Import.objects.filter(pk=load.pk, state=WorkState.DEAD)
    return bool(
        failed.update(
            state=WorkState.QUEUED, confirmed=False, attempts=0, error="", finished_at=None
        )
    )


def discard_import(load: Import) -> bool:
    """Throw a draft and its uploaded file away. False if it is no draft any more."""
    deleted, _ = Import.objects.drafts().filter(pk=load.pk).delete()
    if deleted:
        drop(Path(load.path))
    return bool(deleted)


def ring_waiting() -> None:
    """Ring for every import that waits or was left by a dead worker. For the tick."""
    for pk in Import.objects.filter(confirmed=True).claimable().values_list("pk", flat=True):
        ring(TASK, pk)


def run_import(pk: int) -> None:
    """Load a confirmed import unless somebody else holds it. For the task.

    What will not pass ends it as failed; anything else is left for the next ring.
    """
    load: Import = Import.objects.get(pk=pk)
    if not load.confirmed or not load.claim():
        return
    try:
        _run(load)
    except Unreadable:
        return
    except Exception:
        logger.exception("import %s failed", load.pk)


def run_now(load: Import, *, tell: Tell | None = None) -> Import:
    """Load a draft here and now. For the command.

    Args:
        load: a draft, which no worker touches.
        tell: told from time to time how many rows were read.

    Raises:
        Unreadable: the file cannot be imported as it is.
    """
    load.claim()
    Import.objects.filter(pk=load.pk).update(confirmed=True)
    _run(load, tell)
    load.refresh_from_db()
    return load


def _run(load: Import, tell: Tell | None = None) -> None:
    try:
        with (
            pghistory.context(user=load.created_by_id, load=load.pk),
            Heartbeat(load, tell) as beat,
            transaction.atomic(),
        ):
            load_file(load, known_kind(load.kind), beat)
            _finish(load)
    except Unreadable as problem:
        load.give_up(str(problem))
        raise
    except TakenOver:
        raise
    except Exception as error:
        load.retry_later(f"Unexpected: {type(error).__name__}. It will be tried again.")
        raise
    except KeyboardInterrupt:
        load.give_up("Stopped by hand.")
        raise


def _finish(load: Import) -> None:
    done = Import.objects.held_by(load).update(
        state=WorkState.DONE,
        error="",
        finished_at=timezone.now(),
        new=load.new,
        changed=load.changed,
        unchanged=load.unchanged,
        rejected=load.rejected,
        rows_read=load.rows_read,
    )
    if not done:
        raise TakenOver


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
    """SHA-256 and size in bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}.") from None
