"""One import from file to facts: read, check, resolve, write, count. All or nothing."""

import dataclasses

from django.db import DataError, connection, transaction

from imports.checking import check
from imports.columns import assign, header_words
from imports.filling import fill, open_files
from imports.heartbeat import Heartbeat
from imports.kinds import Counts, Kind
from imports.models import Import, RejectedRow, Stage, UnknownName
from imports.staging import Staging, one_at_a_time

LEFT_BEHIND = """
SELECT relname FROM pg_class
WHERE relnamespace = pg_my_temp_schema() AND relname LIKE 'staging%' AND relkind = 'r'
"""

# A check keeps this many rejected rows to be looked at; loading keeps all.
CHECK_KEEPS = 1000


@dataclasses.dataclass(frozen=True)
class Noted:
    """What a check found and took back with everything else it had written."""

    rejected: list[RejectedRow]
    unknown: list[UnknownName]


def check_file(load: Import, kind: Kind, beat: Heartbeat) -> Noted:
    """Do all that loading would do, and take it back. The import holds the counts, unsaved.

    Raises:
        Unreadable: the file cannot be imported as it is.
    """
    with transaction.atomic():
        load_file(load, kind, beat)
        noted = Noted(
            rejected=list(RejectedRow.objects.filter(load=load)[:CHECK_KEEPS]),
            unknown=list(UnknownName.objects.filter(load=load)),
        )
        transaction.set_rollback(True)
    return noted


def load_file(load: Import, kind: Kind, beat: Heartbeat) -> None:
    """Load a file; call it in a transaction. Afterwards the import holds its counts, unsaved.

    Raises:
        Unreadable: the file cannot be imported as it is.
    """
    _prepare()
    load.forget_findings()
    staging = _open(load, kind, beat)
    beat.reached(Stage.CHECKING)
    check(staging, kind)
    beat.reached(Stage.WAITING)
    one_at_a_time()
    beat.reached(Stage.WRITING)
    kind.resolve(staging)
    _count(load, kind.write(staging))
    load.first_month, load.last_month = kind.months(staging) or (None, None)


def _open(load: Import, kind: Kind, beat: Heartbeat) -> Staging:
    staging = Staging(load=load)
    files = open_files(load.file, staging.options, header_words())
    columns = assign(kind, files.columns, staging.options)
    load.rows_read = fill(files, columns, progress=beat.progress)
    fixed = {**staging.options.fixed, **staging.options.locked}
    typed = files.sheets[0].is_workbook
    return Staging(load=load, columns=columns, fixed=fixed, numbers_are_typed=typed)


def _count(load: Import, counts: Counts) -> None:
    load.new, load.changed, load.unchanged = counts.new, counts.changed, counts.unchanged
    load.closed = counts.closed
    load.rejected = RejectedRow.objects.filter(load=load).count()
    if load.new + load.changed + load.unchanged + load.rejected != load.rows_read:
        raise RuntimeError(f"{load.rows_read} rows of {load.file_name} were counted as {counts}.")


def _prepare() -> None:
    """Make room, and clear what an earlier import of the same transaction, as in a test, left."""
    _keep_staged_rows_in_memory()
    with connection.cursor() as cursor:
        # Staged rows are read a few times and thrown away: rough statistics will do.
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute("SET LOCAL work_mem = '32MB'")
        cursor.execute(LEFT_BEHIND)
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE pg_temp."{name}" CASCADE')


def _keep_staged_rows_in_memory() -> None:
    """Files of 200,000 rows are checked without being read from disk again and again."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL temp_buffers = '64MB'")
    except DataError:
        # Something else used temporary tables on this connection before: it keeps its room.
        return
