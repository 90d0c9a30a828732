"""The packets of a whole quarter, made in the background: a row of work for each."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q, UniqueConstraint
from django.urls import reverse
from django.utils import timezone

from channelhub.lib.models import public_id_field
from channelhub.lib.work import Work, WorkQuerySet, WorkState
from reviews.models.packets import Packet
from reviews.models.reviews import Review


class PacketBatch(models.Model):
    """What somebody asked for: the packets of a quarter's reviews, in some formats."""

    public_id = public_id_field()
    quarter = models.CharField(max_length=30)
    formats = ArrayField(models.CharField(max_length=4))
    paper = models.CharField(max_length=6)
    partner_safe = models.BooleanField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    emptied_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.quarter

    def get_absolute_url(self) -> str:
        return reverse("reviews:batch", args=[self.public_id])

    def counts(self) -> dict[str, int]:
        """How many packets there are in all, how many are done and how many failed."""
        counted: dict[str, int] = self.items.aggregate(
            total=Count("pk"),
            done=Count("pk", filter=Q(state=WorkState.DONE)),
            dead=Count("pk", filter=Q(state=WorkState.DEAD)),
        )
        return counted


class BatchItem(Work):
    """The packet of one review, to be made and written to files."""

    batch = models.ForeignKey(PacketBatch, on_delete=models.CASCADE, related_name="items")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="+")
    packet = models.ForeignKey(Packet, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[Any] = WorkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["review__partner__name", "id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["batch", "review"], name="one_packet_of_a_review_per_batch"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=[WorkState.QUEUED, WorkState.RUNNING]),
                name="batch_item_to_make",
            ),
        ]

    def __str__(self) -> str:
        return str(self.review)
