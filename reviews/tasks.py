"""The task that a packet of a batch is rung by."""

from celery import shared_task

from reviews.packets import batches


@shared_task(name=batches.TASK)
def make(item_id: int) -> None:
    """Make one packet, unless another worker is at it."""
    batches.run_item(item_id)
