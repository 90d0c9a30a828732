"""The list of imports as a table to take along."""

from collections.abc import Iterator
from typing import Any

from imports.exporting import Table
from imports.kinds import kinds
from imports.models import Import, ImportQuerySet

HEADER = (
    "File", "Holds", "Source", "State", "Rows", "New", "Changed", "Unchanged", "Rejected", "By",
    "When", "Finished", "SHA-256",
)  # fmt: skip


def imports_table(loads: ImportQuerySet) -> Table:
    """Imports, by whom they were loaded and what became of their rows."""
    return Table(name="imports", header=HEADER, rows=_rows(loads), size=loads.count)


def _rows(loads: ImportQuerySet) -> Iterator[tuple[Any, ...]]:
    load: Import
    for load in loads.iterator():
        kind = kinds().get(load.kind)
        yield (
            load.file_name,
            kind.label if kind else load.kind,
            load.source.name,
            "draft" if load.is_draft else load.state,
            load.rows_read,
            load.new,
            load.changed,
            load.unchanged,
            load.rejected,
            str(load.created_by or "command line"),
            load.created_at,
            load.finished_at,
            load.checksum,
        )
