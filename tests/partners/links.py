"""What invited people do: read the mail, open its link, choose a password."""

import re

from django.core import mail

from partners.models import Invitation
from partners.tasks import send_invitation

NEW = {"name": "Nora New", "password": "violet-harbour-17"}


def send(invitation: Invitation) -> str:
    """The path of the link in the mail."""
    send_invitation(invitation.pk)
    found = re.search(r"https?://[^/]+(/invitation/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]
