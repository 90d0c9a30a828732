"""Whether an import can be undone, and undoing it."""

from django.db.models import Q

from channelhub.lib.work import WorkState
from imports.heartbeat import Heartbeat
from imports.kinds import Kind
from imports.models import Import, Stage
from imports.staging import one_at_a_time


class Refused(Exception):
    """An import cannot be undone; the message says why and what to do."""


def why_not(load: Import, kind: Kind | None) -> str:
    """Why an import cannot be undone; empty where it can. Without a kind no file brought it."""
    if kind is None:
        return "No file brought it: take it back where it was decided."
    return _is_none(load) or _found_unchanged(load) or kind.why_not_undo(load)


def _is_none(load: Import) -> str:
    """Why there is nothing to undo."""
    if load.undoes_id:
        return "This is an undo. Import the file again instead."
    if load.state != WorkState.DONE:
        return "Nothing of it was loaded."
    done = load.undos.filter(state=WorkState.DONE).first()
    return f"It was undone on {done.finished_at:%-d %b %Y}." if done else ""


def _found_unchanged(load: Import) -> str:
    """A later file said the same: without this one its rows would be missing."""
    same = Import.objects.standing().filter(kind=load.kind, source_id=load.source_id)
    later = same.filter(_same_months(load), unchanged__gt=0, finished_at__gt=load.finished_at)
    found = later.order_by("-finished_at").first()
    if found is None:
        return ""
    return (
        f"{found.file_name} of {found.created_at:%-d %b %Y} found rows as they are now and left"
        " them unchanged: undo that one first."
    )


def _same_months(load: Import) -> Q:
    if load.first_month is None or load.last_month is None:
        return Q()
    return Q(first_month__lte=load.last_month, last_month__gte=load.first_month)


def take_back(undo: Import, kind: Kind, beat: Heartbeat) -> None:
    """Take back what another import wrote; call it in a transaction.

    Afterwards the undo holds its counts, unsaved.

    Raises:
        Refused: something was built on it meanwhile.
    """
    beat.reached(Stage.WAITING)
    one_at_a_time()
    beat.reached(Stage.WRITING)
    load = undo.undoes
    if load is None:
        raise Refused("It undoes nothing.")
    if reason := why_not(load, kind):
        raise Refused(f"It cannot be undone. {reason}")
    counts = kind.undo(load, undo)
    undo.new, undo.changed, undo.closed = counts.new, counts.changed, counts.closed
