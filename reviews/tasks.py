"""Doorbells of reviews: they take ids and call one function."""

from celery import shared_task

from reviews.interviews import noticing
from reviews.packets import batches


@shared_task(name=batches.TASK)
def make(item_id: int) -> None:
    """Make one packet, unless another worker is at it."""
    batches.run_item(item_id)


@shared_task(name=noticing.SEND)
def send_interview_notice(pk: int) -> None:
    """Mail one notice; a second ring changes nothing."""
    noticing.send_notice(pk)
