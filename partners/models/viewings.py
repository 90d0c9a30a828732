"""The log of who looked at the portal as a partner sees it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class PartnerViewing(models.Model):
    """An admin who saw the portal as a partner does, read-only, from one moment to another."""

    admin = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="partner_viewings"
    )
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="viewings"
    )
    began_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-began_at", "-id"]
