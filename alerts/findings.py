"""Keeps what a canary found: wanted minus stored, so that judging again changes nothing."""

import json
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from alerts.models import Finding, Run
from alerts.room import room
from alerts.verdicts import Verdict

COLUMNS = (
    "scope",
    "subject",
    "partners",
    "direction",
    "nature",
    "outcome",
    "finding_class",
    "severity",
    "value",
    "money",
    "partner_size",
    "evidence",
)
KEY = ("scope", "subject", "direction")
PLACES = {"value": Decimal("1e-12"), "money": Decimal("1e-4"), "partner_size": Decimal("1e-4")}

STORED = f"""
SELECT id, {", ".join(COLUMNS)} FROM alerts_finding
WHERE run_id = %s AND canary = %s AND subject BETWEEN %s AND %s
"""  # noqa: S608 - names of our own

Row = dict[str, Any]


@room()
def replace_findings(
    run: Run, canary: str, first: int, last: int, verdicts: Iterable[Verdict]
) -> int:
    """Make the stored findings of a range of subjects those of the verdicts.

    Verdicts that come lazily are read in the same transaction, and have its room.

    Returns:
        How many findings were removed or added; 0 when nothing differs.
    """
    wanted = {_key(row): row for row in map(as_row, verdicts)}
    _take_turn(run, first)
    stored = _stored(run, canary, first, last)
    same = {key for key, (_, row) in stored.items() if wanted.get(key) == row}
    gone = [pk for key, (pk, _) in stored.items() if key not in same]
    added = [row for key, row in wanted.items() if key not in same]
    if gone:
        Finding.objects.filter(pk__in=gone).delete()
    if added:
        _copy(run, canary, added)
    return len(gone) + len(added)


def _take_turn(run: Run, first: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [run.pk, first % 2**31])


def as_row(verdict: Verdict) -> Row:
    """A verdict as the columns of a finding, rounded as the database keeps them."""
    row: Row = {name: getattr(verdict, name) for name in COLUMNS}
    row["direction"] = verdict.direction or ""
    row["partners"] = list(verdict.partners)
    for name, places in PLACES.items():
        value = row[name]
        row[name] = value if value is None else value.quantize(places, ROUND_HALF_EVEN)
    return row


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(str(row[name]) for name in KEY)


def _stored(run: Run, canary: str, first: int, last: int) -> dict[Any, tuple[int, Row]]:
    with connection.cursor() as cursor:
        cursor.execute(STORED, [run.pk, canary, first, last])
        rows = [(pk, dict(zip(COLUMNS, row, strict=True))) for pk, *row in cursor]
    for _, row in rows:
        row["evidence"] = json.loads(row["evidence"])
    return {_key(row): (pk, row) for pk, row in rows}


def _copy(run: Run, canary: str, rows: list[Row]) -> None:
    statement = f"COPY alerts_finding (run_id, canary, {', '.join(COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = [row[name] for name in COLUMNS[:-1]]
            copy.write_row([run.pk, canary, *map(_plain, values), Jsonb(row["evidence"])])


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
