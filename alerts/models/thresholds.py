"""Thresholds that people set; what is not set is the canary's default."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import UniqueConstraint


@pghistory.track()
class Threshold(models.Model):
    """One limit of one canary, in place of its default."""

    canary = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        ordering: ClassVar = ["canary", "name"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["canary", "name"], name="one_value_per_threshold"),
        ]

    def __str__(self) -> str:
        return f"{self.canary}: {self.name} {self.value.normalize():f}"
