"""What a partner is authorised to sell, where, under which agreement: what *eligible* means."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from channelhub.lib.models import Dated, DatedQuerySet, no_overlap, public_id_field, tracked
from customers.models.customers import check_country
from partners.models import Partner
from sales.models import ProductLine


class AuthorisationQuerySet(DatedQuerySet["Authorisation"]):
    """Sets of authorisations."""

    def covering(self, country: str) -> Self:
        """Those whose territory holds a country; an unknown country is in the whole world only."""
        return self.filter(Q(countries=[]) | Q(countries__contains=[country]))


@tracked()
class Authorisation(Dated):
    """That a partner may sell a product line in a territory, under an agreement, on some days."""

    public_id = public_id_field()
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="authorisations")
    agreement = models.CharField(max_length=100, help_text="Its number or name.")
    product_line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="+")
    countries = ArrayField(
        models.CharField(max_length=2, validators=[check_country]),
        default=list,
        blank=True,
        help_text="Two-letter codes; empty means everywhere.",
    )

    objects: ClassVar[Any] = AuthorisationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["product_line", "agreement", "valid"]
        constraints: ClassVar = [
            no_overlap("one_authorisation_at_a_time", "partner", "product_line", "agreement"),
        ]

    def __str__(self) -> str:
        where = ", ".join(self.countries) or "everywhere"
        return f"{self.product_line} in {where}, {self.agreement}"

    def holds_on(self, day: dt.date) -> bool:
        """Whether the day lies in its term."""
        return day in self.valid
