"""Packets: what a review knew, frozen."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from channelhub.lib.models import public_id_field
from reviews.models.reviews import Review

NEVER_CHANGED = pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)


class Packet(models.Model):
    """One version of a review's snapshot: every figure, as it was known by a day.

    Never changed, never removed; what became known later is another version.
    """

    public_id = public_id_field()
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="packets")
    version = models.PositiveIntegerField()
    known_by = models.DateField(help_text="The day at whose end the facts were known.")
    document = models.JSONField()
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the document.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["review", "version"], name="packet_versions_count_up"),
        ]
        triggers: ClassVar = [NEVER_CHANGED]

    def __str__(self) -> str:
        return f"version {self.version}"


class PublishedPacket(models.Model):
    """The part of a packet that its partner may read, as it was published to it."""

    packet = models.OneToOneField(Packet, on_delete=models.PROTECT, related_name="published")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="published")
    document = models.JSONField()
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the document.")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-published_at", "-id"]
        triggers: ClassVar = [NEVER_CHANGED]

    def __str__(self) -> str:
        return str(self.document["version"])
