"""What we sell: article versions -> product -> family -> registrable line."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.urls import reverse

from channelhub.lib.models import public_id_field, tracked
from imports.models import Source


@tracked()
class ProductLine(models.Model):
    """A line of products that a deal can be registered for."""

    public_id = public_id_field()
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    """Sets of products."""

    def search(self, text: str) -> Self:
        """Those whose name, number, family or line contains the text."""
        return self.filter(
            Q(name__icontains=text)
            | Q(sku__icontains=text)
            | Q(family__icontains=text)
            | Q(line__name__icontains=text)
        )


@tracked()
class Product(models.Model):
    """A product under our own stock-keeping number, whatever its versions are called.

    From `merged_on` on a merged product counts in the family and the line of its root.
    """

    public_id = public_id_field()
    sku = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    family = models.CharField(max_length=100, blank=True, default="")
    line = models.ForeignKey(
        ProductLine, null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_products"
    )
    merged_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = ProductQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_on=None)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="merged_product_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("id")), name="product_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sales:product", args=[self.public_id])


@tracked()
class Article(models.Model):
    """What a source calls a product, or one version of it, on the days it was sold so."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="articles")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=100)
    valid = DateRangeField(null=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["source", "external_id"], name="one_product_per_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
