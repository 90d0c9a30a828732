"""The history of people's decisions: written with who decided, read as lines of a page."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Q
from pghistory.models import Events

VERBS = {"insert": "added", "update": "changed", "delete": "removed"}
# A text is told by its beginning.
LONGEST = 80


@contextmanager
def decision(acting_user: models.Model | None) -> Iterator[None]:
    """One transaction whose history names who decided; None is the command line."""
    with transaction.atomic(), pghistory.context(user=acting_user.pk if acting_user else None):
        yield


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of `components/history.html`."""

    what: str
    changes: list[tuple[str, Any, Any]]
    who: str
    at: dt.datetime


def entries(
    records: "models.Model | models.QuerySet[Any]",
    *,
    parts: Collection[str] = (),
    limit: int = 50,
) -> list[Entry]:
    """What happened to a record, or to a set of them, newest first.

    Args:
        records: one record, or records of one model.
        parts: event models of what belongs to them, such as "customers.CustomerAliasEvent".
        limit: how many lines.
    """
    model = records.model if isinstance(records, models.QuerySet) else type(records)
    own = f"{model._meta.label}Event"
    # A link to the record, as of a customer to its group, is no change of the record.
    mine = Q(pgh_model=own, pgh_obj_id__in=_keys(records)) | ~Q(pgh_model=own)
    objects: Any = Events.objects
    events = objects.across(own, *parts).references(records).filter(mine)
    return told(events.order_by("-pgh_created_at", "-pgh_id")[:limit])


def entries_of_all(*event_models: str, limit: int = 50) -> list[Entry]:
    """What happened to whole tables, newest first."""
    objects: Any = Events.objects
    everything = objects.across(*event_models).all()
    return told(everything.order_by("-pgh_created_at", "-pgh_id")[:limit])


def told(events: Iterable[Any]) -> list[Entry]:
    """Events as lines of a page."""
    rows = list(events)
    names = _Names(rows)
    return [_entry(event, names) for event in rows]


def _keys(records: "models.Model | models.QuerySet[Any]") -> list[str]:
    if isinstance(records, models.QuerySet):
        return [str(key) for key in records.values_list("pk", flat=True)]
    return [str(records.pk)]


class _Names:
    """What the keys in events stand for: one query for each model that is referred to."""

    def __init__(self, events: Iterable[Any]) -> None:
        wanted: dict[type[models.Model], set[Any]] = {}
        for event in events:
            wanted.setdefault(get_user_model(), set()).add(_decider(event))
            for name, pair in (event.pgh_diff or {}).items():
                if to := _refers_to(apps.get_model(event.pgh_obj_model), name):
                    wanted.setdefault(to, set()).update(pair)
        self.found: dict[type[models.Model], dict[Any, str]] = {
            to: _called(to, keys - {None}) for to, keys in wanted.items()
        }

    def of(self, model: type[models.Model], key: Any) -> str:
        """How a row is called; one that is gone is told by its key."""
        return self.found[model].get(key, f"no longer known ({key})")


def _called(model: type[models.Model], keys: set[Any]) -> dict[Any, str]:
    rows: Any = models.QuerySet(model)
    return {row.pk: str(row) for row in rows.filter(pk__in=keys)} if keys else {}


def _decider(event: Any) -> int | None:
    return (event.pgh_context or {}).get("user")


def _entry(event: Any, names: _Names) -> Entry:
    model = apps.get_model(event.pgh_obj_model)
    what = f"{model._meta.verbose_name} {VERBS.get(event.pgh_label, event.pgh_label)}"
    decider = _decider(event)
    return Entry(
        what=f"{what.capitalize()}{_which(model, event)}",
        changes=_changes(model, event.pgh_diff or {}, names),
        who=names.of(get_user_model(), decider) if decider else "",
        at=event.pgh_created_at,
    )


def _which(model: type[models.Model], event: Any) -> str:
    """What was added or removed: its first text or day."""
    if event.pgh_label == "update":
        return ""
    said = (models.CharField, models.TextField, models.DateField)
    values = [event.pgh_data.get(f.column) for f in model._meta.fields if isinstance(f, said)]
    return next((f": {str(value)[:LONGEST]}" for value in values if value), "")


def _changes(
    model: type[models.Model], diff: dict[str, Any], names: _Names
) -> list[tuple[str, Any, Any]]:
    return [
        (_label(model, name), _shown(model, name, old, names), _shown(model, name, new, names))
        for name, (old, new) in diff.items()
    ]


def _field(model: type[models.Model], column: str) -> Any:
    return next((field for field in model._meta.fields if field.column == column), None)


def _refers_to(model: type[models.Model], column: str) -> type[models.Model] | None:
    field = _field(model, column)
    to: type[models.Model] | None = field.related_model if field is not None else None
    return to


def _label(model: type[models.Model], column: str) -> str:
    field = _field(model, column)
    return str(field.verbose_name).capitalize() if field is not None else column


def _shown(model: type[models.Model], column: str, value: Any, names: _Names) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is not None and (to := _refers_to(model, column)):
        return names.of(to, value)
    choices = getattr(_field(model, column), "flatchoices", None)
    return dict(choices).get(value, value) if choices else value
