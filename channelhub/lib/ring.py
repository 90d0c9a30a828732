"""Rings the bell for a task: the work is a row that is already committed, or about to be."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring(task: str, *ids: object) -> None:
    """Send a task by name with ids once the transaction commits.

    A broker that cannot be reached loses nothing: the tick rings again for work that waits.
    """
    transaction.on_commit(lambda: _send(task, ids))


def _send(task: str, ids: tuple[object, ...]) -> None:
    try:
        current_app.send_task(task, args=ids, retry=False)
    except OperationalError:
        logger.warning("broker unreachable, %s%r waits for the next tick", task, ids)
