"""Thin tasks: claim by id, do, leave. The sweep in tick rings again for what is left."""

from celery import shared_task

from alerts import actions
from alerts.models import Run


@shared_task(name="alerts.judge_night")
def judge_night(run_id: int) -> None:
    """Judge and publish a night, unless another worker holds it."""
    run = Run.objects.get(pk=run_id)
    if run.claim():
        actions.finish_night(run)
