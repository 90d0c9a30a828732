"""What people said of an account that is like a customer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils import timezone

from accounts.models import User
from channelhub.lib.models import tracked
from customers.models.customers import Customer


@tracked()
class SaidOfAccount(models.Model):
    """Whether accounts of a name and a country are a customer, as a person said.

    Where it was said of a customer of ours, `of`, it holds for that one alone: two customers that
    were told apart may bear one name, and others that bear it may be either.
    """

    name = models.CharField("as it was written", max_length=200)
    name_key = models.TextField()
    country = models.CharField(max_length=2, blank=True, default="")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="said_of")
    of = models.ForeignKey(
        Customer, null=True, on_delete=models.CASCADE, related_name="said_to_be_others"
    )
    same = models.BooleanField()
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "verdict on an account"
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["name_key", "country", "customer"],
                condition=Q(of=None),
                name="one_verdict_per_account",
            ),
            UniqueConstraint(fields=["of", "customer"], name="one_verdict_per_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.name} is {'' if self.same else 'not '}{self.customer}"
