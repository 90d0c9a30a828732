"""Keeps the lease of a running import, and tells how far it is, while its transaction is open."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from imports.models import Import

logger = logging.getLogger(__name__)

SECONDS = 2.0


class Heartbeat:
    """Renews the lease from a thread with a connection of its own.

    What the import's own transaction writes shows only once it commits, and one statement may
    take longer than a lease.
    """

    def __init__(self, load: Import, tell: Callable[[int], None] | None = None) -> None:
        self.load = load
        self.rows = 0
        self.tell = tell
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def progress(self, rows: int) -> None:
        """Take note of the rows read so far, and tell whoever wants to know."""
        self.rows = rows
        if self.tell:
            self.tell(rows)

    def __enter__(self) -> Self:
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

    def _run(self) -> None:
        try:
            while not self._stopped.wait(min(SECONDS, settings.WORK_LEASE_SECONDS / 3)):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        until = timezone.now() + dt.timedelta(seconds=settings.WORK_LEASE_SECONDS)
        try:
            Import.objects.held_by(self.load).update(lease_until=until, rows_read=self.rows)
        except DatabaseError:
            connection.close()
            logger.warning("import %s: the lease could not be renewed", self.load.pk)
