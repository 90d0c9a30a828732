"""The temporary table in which a file is checked before anything is written."""
# ruff: noqa: S608 - identifiers are our fields' names and numbered columns, values are parameters

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from imports.models import Import
from imports.options import Options

TABLE = "staging"

# A person decides about each by hand: of more the rest is told by its number of rows only.
MOST_UNKNOWN = 500

NOTE_UNKNOWN = """
INSERT INTO imports_unknownname (load_id, reference, text, rows)
SELECT %(load)s, %(reference)s, name, count(*) FROM ({names}) AS unknown (name)
GROUP BY name ORDER BY count(*) DESC, name LIMIT %(most_unknown)s
ON CONFLICT (load_id, reference, text) DO UPDATE SET rows = excluded.rows
"""

REJECT = """
WITH bad AS (
  UPDATE staging SET rejected = true WHERE NOT rejected AND ({condition}) RETURNING row
)
INSERT INTO imports_rejectedrow (load_id, row, "column", value, reason)
SELECT %(load)s, bad.row, %(rejected_column)s, left(coalesce({value}, ''), 1000), {reason}
FROM bad {source}
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why rows are rejected: the field, the condition and the reason as `Staging.reject` says."""

    field: str
    condition: str
    reason: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def one_at_a_time() -> None:
    """Files are read side by side, but what they bring is written one file after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('imports'))")


@dataclasses.dataclass(kw_only=True)
class Staging:
    """Rows of one import, typed and numbered, in the temporary table `staging`.

    Columns: `row` (line of the file; the header is line 1), `rejected` (boolean) and one per
    field of the kind, NULL where the file has none. A kind adds columns with `add_column` and
    fills them with `execute`. In SQL, live rows are those `WHERE NOT rejected`.

    `columns` is {our field: their column}, `fixed` is {our field: text for every row}.
    `numbers_are_typed` where the file is a workbook, which writes them with a point.
    """

    load: Import
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    fixed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    numbers_are_typed: bool = False

    @property
    def options(self) -> Options:
        """What a person said of the file."""
        return Options.from_json(self.load.options)

    def has(self, field: str) -> bool:
        """Whether the file or a fixed value fills this field."""
        return field in self.columns or field in self.fixed

    def execute(self, statement: str, params: Mapping[str, Any] | None = None) -> int:
        """Run SQL with `%(name)s` parameters; `source` and `load` are always among them.

        `by_number` is, too: whether the file may name records by our numbers, and not only by its
        source's ids.

        Returns:
            The number of rows the statement touched.
        """
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._known(), **(params or {})})
            return int(cursor.rowcount)

    def fetch(
        self, statement: str, params: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """The rows of a query, with the same parameters as `execute`."""
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self._known(), **(params or {})})
            return list(cursor.fetchall())

    def add_column(self, name: str, sql_type: str) -> None:
        """Add a column to the staging table."""
        quoted = connection.ops.quote_name(name)
        self.execute(f"ALTER TABLE staging ADD COLUMN {quoted} {sql_type}")

    def reject(self, field: str, condition: str, reason: str, **params: Any) -> int:
        """Reject the live rows where an SQL condition on `staging` holds.

        Args:
            field: the field at fault; what the file says there is kept as the rejected value,
                under the name of their column.
            condition: SQL over the columns of `staging`, without the `NOT rejected`.
            reason: what is wrong and what to do; shown to people as it is.
            params: values for `%(name)s` in the condition.

        Returns:
            The number of rows rejected.
        """
        return self.reject_because(
            field, condition, "%(rejected_reason)s", rejected_reason=reason, **params
        )

    def reject_all(self, refusals: Sequence[Refusal]) -> None:
        """`reject` for one reason after the other; one scan tells which of them hold at all.

        Their parameters have names of their own.
        """
        params = {name: value for each in refusals for name, value in each.params.items()}
        asked = ", ".join(f"bool_or({each.condition})" for each in refusals)
        (found,) = self.fetch(f"SELECT {asked} FROM staging WHERE NOT rejected", params)
        for refusal, holds in zip(refusals, found, strict=True):
            if holds:
                self.reject(refusal.field, refusal.condition, refusal.reason, **refusal.params)

    def reject_because(self, field: str, condition: str, reason_sql: str, **params: Any) -> int:
        """`reject`, with the reason as SQL that may name `staging_cells.<field>`, their text."""
        in_file = field in self.columns
        statement = REJECT.format(
            condition=condition,
            reason=reason_sql,
            value=f'staging_cells."{field}"' if in_file else "%(rejected_value)s",
            source="JOIN staging_cells ON staging_cells.row = bad.row" if in_file else "",
        )
        named = {
            "rejected_column": self.columns.get(field, field),
            "rejected_value": self.fixed.get(field, ""),
        }
        return self.execute(statement, {**named, **params})

    def reject_repeats(
        self, field: str, *, reason: str, by: Sequence[str] = (), where: str = "true"
    ) -> int:
        """Reject the live rows whose key an earlier row has too.

        Args:
            field: the field at fault, as in `reject`.
            reason: what is wrong and what to do.
            by: the columns of the key, if it is not the field; an empty one is no key.
            where: SQL that limits which rows are compared.
        """
        key = ", ".join(f'"{name}"' for name in by or (field,))
        full = " AND ".join(f'"{name}" IS NOT NULL' for name in by or (field,))
        repeats = (
            "row IN (SELECT row FROM (SELECT row, row_number() OVER"
            f" (PARTITION BY {key} ORDER BY row) AS occurrence FROM staging"
            f" WHERE NOT rejected AND {where} AND {full}) AS numbered WHERE occurrence > 1)"
        )
        return self.reject(field, repeats, reason)

    def note_unknown(self, reference: str, names: str) -> bool:
        """Keep the names that mean nobody yet, the most frequent ones first.

        Args:
            reference: that of the kind.
            names: SQL of a query that gives each name once for every row that says it.

        Returns:
            Whether there are any.
        """
        noted = self.execute(
            NOTE_UNKNOWN.format(names=names),
            {"reference": reference, "most_unknown": MOST_UNKNOWN},
        )
        return noted > 0

    def _known(self) -> dict[str, Any]:
        return {
            "source": self.load.source_id,
            "load": self.load.pk,
            "by_number": not self.options.locked,
        }


UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


def as_uuid(text: str) -> str:
    """The SQL of a text column as a public id; NULL where it is none."""
    return f"CASE WHEN {text} ~* '{UUID}' THEN {text}::uuid END"
