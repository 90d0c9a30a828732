"""Doorbells of this app: they take ids and call one action."""

from celery import shared_task

from partners.models import Invitation
from partners.people import actions as people


@shared_task(name=people.SEND)
def send_invitation(pk: int) -> None:
    """Mail one invitation; a second ring changes nothing."""
    for invitation in Invitation.objects.filter(pk=pk):
        people.send(invitation)
