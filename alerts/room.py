"""Room for the few large statements of a night."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# They sort and hash whole ranges: on disk that takes twice as long. Compiling each of them takes
# longer than it saves.
ROOM = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"


@contextmanager
def room() -> Iterator[None]:
    """A transaction in which statements sort and hash in memory, and are not compiled."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ROOM)
        yield
