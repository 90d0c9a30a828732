"""The task that beat rings."""

from celery import shared_task

from channelhub.tick import tick


@shared_task(name="channelhub.tick")
def ring_tick() -> None:
    """Every five minutes; running twice at once or late changes nothing."""
    tick()
