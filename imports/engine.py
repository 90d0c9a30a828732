"""One import from file to facts: read, check, resolve, write, count. All or nothing."""

from pathlib import Path

from django.db import connection

from imports.checking import check
from imports.columns import assign
from imports.filling import fill, open_files
from imports.heartbeat import Heartbeat
from imports.kinds import Counts, Kind
from imports.models import Import, RejectedRow
from imports.staging import Staging

LEFT_BEHIND = """
SELECT relname FROM pg_class
WHERE relnamespace = pg_my_temp_schema() AND relname LIKE 'staging%' AND relkind = 'r'
"""


def load_file(load: Import, kind: Kind, beat: Heartbeat) -> None:
    """Load a file; call it in a transaction. Afterwards the import holds its counts, unsaved.

    Raises:
        Unreadable: the file cannot be imported as it is.
    """
    _prepare()
    staging = _open(load, kind, beat)
    check(staging, kind)
    one_at_a_time()
    kind.resolve(staging)
    _count(load, kind.write(staging))


def _open(load: Import, kind: Kind, beat: Heartbeat) -> Staging:
    staging = Staging(load=load)
    files = open_files(Path(load.path), staging.options)
    columns = assign(kind, files.columns, staging.options)
    load.rows_read = fill(files, columns, progress=beat.progress)
    return Staging(load=load, columns=columns, fixed=staging.options.fixed)


def one_at_a_time() -> None:
    """Files are read side by side, but what they bring is written one after the other.

    Whoever writes sales lines or months covered waits here; it holds until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('imports'))")


def _count(load: Import, counts: Counts) -> None:
    load.new, load.changed, load.unchanged = counts.new, counts.changed, counts.unchanged
    load.rejected = RejectedRow.objects.filter(load=load).count()
    if load.new + load.changed + load.unchanged + load.rejected != load.rows_read:
        raise RuntimeError(f"{load.rows_read} rows of {load.file_name} were counted as {counts}.")


def _prepare() -> None:
    """Clear what an earlier import of the same transaction, as in a test, left behind."""
    with connection.cursor() as cursor:
        # Staged rows are read a few times and thrown away: rough statistics will do.
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute(LEFT_BEHIND)
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TABLE pg_temp."{name}" CASCADE')
