"""The temporary table in which a file is checked before anything is written."""

from typing import Any

from django.db import connection
from psycopg import sql

from imports.models import Import
from imports.options import Options

TABLE = "staging"


class Staging:
    """Rows of one import, typed and numbered, in the temporary table `staging`.

    Columns: `row` (line of the file; the header is line 1), `rejected` (boolean) and one per
    field of the kind. A kind adds columns with `add_column` and fills them with `execute`.
    In SQL, live rows are those `WHERE NOT rejected`.
    """

    def __init__(self, load: Import) -> None:
        self.load = load
        self.options = Options.from_json(load.options)

    def execute(self, statement: str, params: dict[str, Any] | None = None) -> int:
        """Run SQL with `%(name)s` parameters; `source` and `load` are always among them.

        Returns:
            The number of rows the statement touched.
        """
        known = {"source": self.load.source_id, "load": self.load.pk}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**known, **(params or {})})
            return cursor.rowcount

    def fetch(self, statement: str, params: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query, with the same parameters as `execute`."""
        known = {"source": self.load.source_id, "load": self.load.pk}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**known, **(params or {})})
            return cursor.fetchall()

    def add_column(self, name: str, sql_type: str) -> None:
        """Add a column to the staging table."""
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("ALTER TABLE staging ADD COLUMN {} {}").format(
                    sql.Identifier(name), sql.SQL(sql_type)
                )
            )

    def reject(self, field: str, condition: str, reason: str, **params: Any) -> int:
        """Reject the live rows where an SQL condition on `staging` holds.

        Args:
            field: the field at fault; its cell is kept as the rejected value.
            condition: SQL over the columns of `staging`, without the `NOT rejected`.
            reason: what is wrong and what to do; shown to people as it is.

        Returns:
            The number of rows rejected.
        """
        statement = sql.SQL(
            "WITH bad AS (UPDATE staging SET rejected = true WHERE NOT rejected AND ({condition})"
            " RETURNING row, {field}::text AS value)"
            " INSERT INTO imports_rejectedrow (load_id, row, \"column\", value, reason)"
            " SELECT %(load)s, row, %(column)s, coalesce(value, ''), %(reason)s FROM bad"
        ).format(condition=sql.SQL(condition), field=sql.Identifier(field))
        known = {"source": self.load.source_id, "load": self.load.pk}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**known, "column": field, "reason": reason, **params})
            return cursor.rowcount
