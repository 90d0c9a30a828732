"""What people are told about a registration, once each, by mail and on its page."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from channelhub.lib.work import Work
from deals.models.deals import Deal


class Notice(Work):
    """A message about a registration to one person. Its `key` keeps it from being sent twice."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="notices")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["deal", "to", "key"], name="one_notice_per_person_and_cause"),
        ]

    def __str__(self) -> str:
        return self.subject
