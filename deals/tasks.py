"""Doorbells of this app: they take ids and call one action."""

from celery import shared_task

from deals.actions import notices


@shared_task(name=notices.SEND)
def send_notice(pk: int) -> None:
    """Mail one notice; a second ring changes nothing."""
    notices.send_notice(pk)
