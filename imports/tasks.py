"""The task that an import is rung by."""

from celery import shared_task

from imports import running


@shared_task(name=running.TASK)
def run(import_id: int) -> None:
    """Load a confirmed import, unless another worker holds it."""
    running.run_import(import_id)
