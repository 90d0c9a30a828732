"""Keeps the lease of a running import, tells how far it is, and hears that it is to be cancelled.

All of it while the import's own transaction is open, so from a connection of its own.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from imports.models import Import, Stage

logger = logging.getLogger(__name__)

SECONDS = 1.0


class Cancelled(Exception):
    """Somebody does not want the import any more; nothing of it was written."""


class Heartbeat:
    """Renews the lease from a thread with a connection of its own.

    What the import's own transaction writes shows only once it commits, and one statement may
    take longer than a lease. Leaving the block raises Cancelled where somebody cancelled, whatever
    the statement that was stopped for it said.
    """

    def __init__(self, load: Import, tell: Callable[[int], None] | None = None) -> None:
        self.load = load
        self.rows = 0
        self.stage = Stage.READING
        self.tell = tell
        self.cancelled = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._work: psycopg.Connection[object] | None = None

    def progress(self, rows: int) -> None:
        """Take note of the rows read so far, and tell whoever wants to know.

        Raises:
            Cancelled: somebody cancelled it meanwhile.
        """
        self.rows = rows
        if self.cancelled:
            raise Cancelled
        if self.tell:
            self.tell(rows)

    def reached(self, stage: Stage) -> None:
        """Take note of what comes next.

        Raises:
            Cancelled: somebody cancelled it meanwhile.
        """
        self.stage = stage
        self.progress(self.rows)

    def __enter__(self) -> Self:
        connection.ensure_connection()
        self._work = connection.connection
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()
        if error is not None and self.cancelled:
            raise Cancelled from error

    def _run(self) -> None:
        try:
            while not self._stopped.wait(min(SECONDS, settings.WORK_LEASE_SECONDS / 3)):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        until = timezone.now() + dt.timedelta(seconds=settings.WORK_LEASE_SECONDS)
        mine = Import.objects.held_by(self.load)
        try:
            mine.update(lease_until=until, rows_read=self.rows, stage=self.stage)
            if mine.filter(cancel_wanted=True).exists():
                self._cancel()
        except DatabaseError:
            connection.close()
            logger.warning("import %s: the lease could not be renewed", self.load.pk)

    def _cancel(self) -> None:
        """Stop the statement that the import waits for, as often as one starts."""
        self.cancelled = True
        if self._work is not None:
            self._work.cancel_safe(timeout=5)
