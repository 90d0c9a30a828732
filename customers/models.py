"""End customers, as sales lines name them."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from channelhub.lib.models import public_id_field
from imports.models import Source


@pghistory.track()
class Customer(models.Model):
    """Somebody who buys our products, through a partner or from us."""

    public_id = public_id_field()
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, db_default=models.functions.Now())

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class CustomerExternalId(models.Model):
    """What a source calls a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="external_ids")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["source", "external_id"], name="one_customer_per_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
