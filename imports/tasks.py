"""The task that an import is rung by."""

from celery import shared_task

from imports import actions


@shared_task(name=actions.TASK)
def run(import_id: int) -> None:
    """Load a confirmed import, unless another worker holds it."""
    actions.run_import(import_id)
