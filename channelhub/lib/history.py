"""The history of people's decisions: written with who decided, read as lines of a page."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from pghistory.models import Events

VERBS = {"insert": "added", "update": "changed", "delete": "removed"}


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


def entries(record: models.Model, *, limit: int = 50) -> list[Entry]:
    """What happened to a record, newest first."""
    events: Any = Events.objects
    newest = list(events.tracks(record).order_by("-pgh_created_at")[:limit])
    names = _names(newest)
    return [_entry(event, names) for event in newest]


def _names(events: Iterable[Any]) -> dict[int, str]:
    people = {_decider(event) for event in events} - {None}
    return {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=people)}


def _decider(event: Any) -> int | None:
    return (event.pgh_context or {}).get("user")


def _entry(event: Any, names: dict[int, str]) -> Entry:
    model = apps.get_model(event.pgh_obj_model)
    what = f"{model._meta.verbose_name} {VERBS.get(event.pgh_label, event.pgh_label)}"
    who = names.get(_decider(event) or 0, "")
    return Entry(
        what.capitalize(), _changes(model, event.pgh_diff or {}), who, event.pgh_created_at
    )


def _changes(model: type[models.Model], diff: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [
        (_label(model, name), _shown(model, name, old), _shown(model, name, new))
        for name, (old, new) in diff.items()
    ]


def _field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _label(model: type[models.Model], name: str) -> str:
    field = _field(model, name)
    return str(field.verbose_name).capitalize() if field else name


def _shown(model: type[models.Model], name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    choices = getattr(_field(model, name), "flatchoices", None)
    return dict(choices).get(value, value) if choices else value
