"""What a load did to records whose history is kept, told by that history, and taking it back.

An import writes in a history context that names it, so for each tracked table its history says
which rows the load added, changed and removed, and what they said before.
"""
# ruff: noqa: S608 - names of our own tables and columns; values are parameters

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from pghistory.models import Event

from imports.counts import Counts
from imports.models import Import

CONTEXTS = """
SELECT id FROM pghistory_context WHERE metadata ? 'load' AND metadata ->> 'load' = %(load)s
"""

# Per row that the load touched: what became of it, its last event, and the last one before.
WROTE = """
SELECT touched.id, opening.pgh_label = 'insert' AS added, closing.pgh_label = 'delete' AS removed,
  closing.pgh_id AS last, (SELECT max(earlier.pgh_id) FROM {events} AS earlier
    WHERE earlier.pgh_obj_id = touched.id AND earlier.pgh_id < opening.pgh_id) AS before
FROM (
  SELECT pgh_obj_id AS id, min(pgh_id) AS opening, max(pgh_id) AS closing FROM {events}
  WHERE pgh_context_id = ANY(%(contexts)s::uuid[]) GROUP BY pgh_obj_id
) AS touched
JOIN {events} AS opening ON opening.pgh_id = touched.opening
JOIN {events} AS closing ON closing.pgh_id = touched.closing
"""

CHANGED_SINCE = """
SELECT wrote.id FROM ({wrote}) AS wrote
JOIN {events} AS last ON last.pgh_id = wrote.last
LEFT JOIN {table} AS record ON record.{key} = wrote.id
WHERE NOT wrote.removed AND ({record}) IS DISTINCT FROM ({last})
LIMIT 1
"""

NOT_RECORDED = """
SELECT wrote.id FROM ({wrote}) AS wrote WHERE NOT wrote.added AND wrote.before IS NULL LIMIT 1
"""

NAMED_BY = """
SELECT DISTINCT naming.{column} FROM {naming} AS naming
WHERE naming.{column} IN (SELECT wrote.id FROM ({wrote}) AS wrote WHERE wrote.added) {others}
"""
NOT_ITSELF = "AND naming.{key} NOT IN (SELECT wrote.id FROM ({wrote}) AS wrote)"

REMOVE = "DELETE FROM {table} WHERE {key} = ANY(%(keys)s)"

REMOVE_ADDED = """
DELETE FROM {table} AS record USING ({wrote}) AS wrote WHERE record.{key} = wrote.id AND wrote.added
"""

RESTORE_CHANGED = """
UPDATE {table} AS record SET ({columns}) = ROW({before})
FROM ({wrote}) AS wrote JOIN {events} AS before ON before.pgh_id = wrote.before
WHERE record.{key} = wrote.id AND NOT wrote.added AND NOT wrote.removed
"""

RESTORE_REMOVED = """
INSERT INTO {table} ({columns})
SELECT {before} FROM ({wrote}) AS wrote JOIN {events} AS before ON before.pgh_id = wrote.before
WHERE wrote.removed AND NOT wrote.added
"""

ADDED = "SELECT wrote.id FROM ({wrote}) AS wrote WHERE wrote.added"
PARTS = "SELECT record.{key} FROM {table} AS record WHERE record.{column} = ANY(%(keys)s)"

UNUSED = """
SELECT wrote.id FROM ({wrote}) AS wrote
JOIN {events} AS last ON last.pgh_id = wrote.last
JOIN {table} AS record ON record.{key} = wrote.id
WHERE wrote.added AND NOT wrote.removed AND ({record}) IS NOT DISTINCT FROM ({last})
"""


@dataclasses.dataclass(frozen=True)
class Tracked:
    """A table whose history is kept, and the load whose part in it is asked for."""

    model: type[models.Model]
    event: type[models.Model]
    contexts: Sequence[Any]

    def sql(self, statement: str, **more: str) -> str:
        """A statement with the names that it asks for."""
        kept = {field.name for field in self.event._meta.concrete_fields}
        names = [str(f.column) for f in self.model._meta.concrete_fields if f.name in kept]
        return statement.format(
            table=f'"{self.model._meta.db_table}"',
            events=f'"{self.event._meta.db_table}"',
            key=f'"{self.model._meta.pk.column}"',
            wrote=self.wrote,
            columns=_of("", names),
            **{row: _of(f"{row}.", names) for row in ("record", "last", "before")},
            **more,
        )

    @property
    def wrote(self) -> str:
        """SQL of the rows that the load touched."""
        return WROTE.format(events=f'"{self.event._meta.db_table}"')

    def ids(
        self, statement: str, params: Mapping[str, Any] | None = None, **more: str
    ) -> list[Any]:
        """The keys that a query gives."""
        with connection.cursor() as cursor:
            cursor.execute(
                self.sql(statement, **more), {"contexts": list(self.contexts), **(params or {})}
            )
            return [key for (key,) in cursor.fetchall()]

    def execute(self, statement: str, params: Mapping[str, Any] | None = None) -> int:
        """Run a statement; the number of rows that it touched."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql(statement), {"contexts": list(self.contexts), **(params or {})})
            return int(cursor.rowcount)

    def remove(self, keys: Collection[Any]) -> None:
        """Remove rows by their keys."""
        if keys:
            self.execute(REMOVE, {"keys": list(keys)})

    def name(self, key: Any) -> str:
        """What people call one of its rows."""
        row = models.QuerySet[Any](self.model).filter(pk=key).first()
        return f"{self.model._meta.verbose_name} {row}" if row else "a record"

    def relations(self) -> Iterator[tuple[type[models.Model], "models.ForeignKey[Any, Any]"]]:
        """Every table that refers to this one, and by which of its fields."""
        for relation in self.model._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ForeignObjectRel) and not relation.many_to_many:
                naming: Any = relation.related_model
                if not issubclass(naming, Event) and naming._meta.managed:
                    yield naming, relation.field  # type: ignore[misc]


def _of(row: str, columns: Sequence[str]) -> str:
    return ", ".join(f'{row}"{column}"' for column in columns)


def touched(load: Import) -> list[Tracked]:
    """The tables in whose history the load appears."""
    with connection.cursor() as cursor:
        cursor.execute(CONTEXTS, {"load": str(load.pk)})
        contexts = [key for (key,) in cursor.fetchall()]
    if not contexts:
        return []
    every = _tracked(contexts)
    asked = " UNION ALL ".join(
        f'SELECT {number} WHERE EXISTS (SELECT FROM "{each.event._meta.db_table}"'
        " WHERE pgh_context_id = ANY(%(contexts)s::uuid[]))"
        for number, each in enumerate(every)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, {"contexts": contexts})
        return [every[number] for (number,) in cursor.fetchall()]


def _tracked(contexts: Sequence[Any]) -> list[Tracked]:
    events: list[Any] = [model for model in apps.get_models() if issubclass(model, Event)]
    return [
        Tracked(event.pgh_tracked_model, event, contexts) for event in events if event._meta.managed
    ]


def why_not(load: Import) -> str:
    """Why what the load wrote cannot be taken back; empty where it can."""
    tables = touched(load)
    for table in tables:
        for key in table.ids(NOT_RECORDED):
            return f"What {table.name(key)} said before was not recorded."
        for key in table.ids(CHANGED_SINCE):
            return f"{_capital(table.name(key))} was changed or removed since."
    for table in tables:
        for naming, keys in _named(table, tables, limit=1):
            by = naming._meta.verbose_name_plural
            return f"{_capital(table.name(keys[0]))} is in use by {by} by now."
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(
    table: Tracked, tables: Sequence[Tracked], limit: int | None = None
) -> Iterator[tuple[type[models.Model], list[Any]]]:
    """Who else refers to rows that the load added, and to which; its own rows aside."""
    own = {each.model: each for each in tables}
    for naming, field in table.relations():
        others = own.get(naming)
        keys = table.ids(
            NAMED_BY + (f" LIMIT {limit}" if limit else ""),
            naming=f'"{naming._meta.db_table}"',
            column=f'"{field.column}"',
            others=others.sql(NOT_ITSELF) if others else "",
        )
        if keys:
            yield naming, keys


def take_back(load: Import) -> Counts:
    """Remove what the load added; what it changed and removed is as it was before.

    Added rows go first, so that dated rows do not overlap.
    """
    tables = touched(load)
    added = sum(table.execute(REMOVE_ADDED) for table in tables)
    changed = sum(table.execute(RESTORE_CHANGED) for table in tables)
    removed = sum(table.execute(RESTORE_REMOVED) for table in tables)
    return Counts(new=removed, changed=changed, unchanged=0, closed=added)


def forget_unused(load: Import) -> None:
    """Remove what the load added in passing, where nothing refers to it and nobody changed it.

    What the load added to a record, such as its source's name for it, stays with the record.
    """
    tables = touched(load)
    unused = {table.model: set(table.ids(UNUSED)) for table in tables}
    for table in tables:
        for _, keys in _named(table, tables):
            unused[table.model] -= set(keys)
    kept = {table.model: set(table.ids(ADDED)) - unused[table.model] for table in tables}
    for table in tables:
        table.remove(unused[table.model] - _parts_of(kept, table))


def _parts_of(kept: Mapping[type[models.Model], Collection[Any]], table: Tracked) -> set[Any]:
    """Rows of a table that are parts of records which stay."""
    parts: set[Any] = set()
    for field in table.model._meta.concrete_fields:
        target: Any = field.related_model
        if kept.get(target):
            params = {"keys": list(kept[target])}
            parts |= set(table.ids(PARTS, params, column=f'"{field.column}"'))
    return parts
