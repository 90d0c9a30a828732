"""Imports that wait are claimed, checked, loaded or undone, and end one way or another."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pghistory
from django.db import transaction
from django.utils import timezone

from channelhub.lib.ring import ring
from channelhub.lib.work import WorkState
from imports.engine import Noted, check_file, load_file
from imports.heartbeat import Cancelled, Heartbeat
from imports.kinds import known_kind
from imports.models import Import, RejectedRow, UnknownName
from imports.problems import Unreadable
from imports.undoing import Refused, take_back
from imports.uploads import delete_file

logger = logging.getLogger(__name__)

TASK = "imports.run"
CANCELLED = "Cancelled by hand."
# What a draft is, whatever was tried with it before.
UNTOUCHED: dict[str, Any] = {
    "state": WorkState.QUEUED,
    "confirmed": False,
    "checking": False,
    "attempts": 0,
    "cancel_wanted": False,
    "lease_until": None,
    "stage": "",
}
Tell = Callable[[int], None]
Row = TypeVar("Row", RejectedRow, UnknownName)


class TakenOver(Exception):
    """Another worker holds the import by now; what this one did is undone."""


def ring_waiting() -> None:
    """Ring for every import that waits or was left by a dead worker. For the tick."""
    for pk in Import.objects.wanted().claimable().values_list("pk", flat=True):
        ring(TASK, pk)


def run_import(pk: int) -> None:
    """Check or load an import unless somebody else holds it. For the task.

    What will not pass ends it as failed; anything else is left for the next ring.
    """
    load = Import.objects.wanted().filter(pk=pk).first()
    if load is None or not load.claim():
        return
    if not load.confirmed and not load.checking:
        # Cancelled since it was looked at.
        _back_to_draft(load, CANCELLED)
        return
    try:
        _check(load) if load.checking else _run(load)
    except (Unreadable, Refused, Cancelled):
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


def check_now(load: Import) -> Import:
    """Check a draft here and now. For the command.

    Raises:
        Unreadable: the file cannot be imported as it is.
    """
    Import.objects.filter(pk=load.pk).update(checking=True)
    load.claim()
    _check(load)
    load.refresh_from_db()
    return load


def _run(load: Import, tell: Tell | None = None) -> None:
    try:
        with (
            pghistory.context(user=load.created_by_id, load=load.pk),
            Heartbeat(load, tell) as beat,
            transaction.atomic(),
        ):
            work = take_back if load.undoes_id else load_file
            work(load, known_kind(load.kind), beat)
            _finish(load)
    except Refused as reason:
        load.give_up(str(reason))
        raise
    except Unreadable as problem:
        load.give_up(problem.told(Path(load.path), load.file_name))
        raise
    except Cancelled:
        if load.undoes_id:
            load.give_up(CANCELLED)
        _back_to_draft(load, CANCELLED)
        raise
    except TakenOver:
        raise
    except Exception as error:
        load.retry_later(f"Unexpected: {type(error).__name__}. It will be tried again.")
        raise
    except KeyboardInterrupt:
        load.give_up("Stopped by hand.")
        raise


def _check(load: Import) -> None:
    """Check a file; whatever stops it makes the import a draft again that says why."""
    try:
        with Heartbeat(load) as beat:
            noted = check_file(load, known_kind(load.kind), beat)
    except Unreadable as problem:
        _back_to_draft(load, problem.told(Path(load.path), load.file_name))
        raise
    except Cancelled:
        _back_to_draft(load, CANCELLED)
        raise
    except Exception as error:
        load.retry_later(f"Unexpected: {type(error).__name__}. It will be tried again.")
        raise
    _keep_check(load, noted)


def _keep_check(load: Import, noted: Noted) -> None:
    with transaction.atomic():
        if _back_to_draft(load, "", checked_at=timezone.now(), **_counts(load)):
            load.forget_findings()
            RejectedRow.objects.bulk_create(_new(noted.rejected))
            UnknownName.objects.bulk_create(_new(noted.unknown))


def _new(rows: list[Row]) -> list[Row]:
    """The rows once more, to be written under new keys."""
    for row in rows:
        row.pk = None
    return rows


def _back_to_draft(load: Import, error: str, **values: Any) -> bool:
    """What its holder says when an attempt ends and nothing was loaded."""
    return bool(Import.objects.held_by(load).update(error=error, **{**UNTOUCHED, **values}))


def _counts(load: Import) -> dict[str, Any]:
    """What an attempt found, as it is kept."""
    return {
        "new": load.new,
        "changed": load.changed,
        "unchanged": load.unchanged,
        "rejected": load.rejected,
        "closed": load.closed,
        "rows_read": load.rows_read,
        "rows_expected": load.rows_read,
        "first_month": load.first_month,
        "last_month": load.last_month,
    }


def _finish(load: Import) -> None:
    done = Import.objects.held_by(load).update(
        state=WorkState.DONE,
        error="",
        stage="",
        cancel_wanted=False,
        finished_at=timezone.now(),
        **_counts(load),
    )
    if not done:
        raise TakenOver
    if known_kind(load.kind).personal and not load.rejected and load.path:
        delete_file(load)
