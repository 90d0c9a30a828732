"""What a person says of an account that is like a customer, kept for the next time."""

from django.db import models
from django.utils import timezone

from accounts.models import User
from channelhub.lib.history import decision
from customers.matching import Account
from customers.matching.memory import key_of
from customers.models import Customer, SaidOfAccount

LONGEST = SaidOfAccount._meta.get_field("name").max_length


def remember(account: Account, customer: Customer, *, same: bool, acting_user: User) -> None:
    """From now on accounts of this name and country are the customer, or are not."""
    with decision(acting_user):
        _keep(account, customer, same=same, acting_user=acting_user)


def tell_apart(customer: Customer, other: Customer, *, acting_user: User) -> None:
    """Two customers are two, however alike: neither is proposed for the other again."""
    with decision(acting_user):
        for one, two in ((customer, other), (other, customer)):
            _keep(account_of(one), two, same=False, acting_user=acting_user)


def take_back(customer: Customer, other: Customer, *, acting_user: User) -> None:
    """Nothing is said of the two any more; nothing happens where nothing was."""
    with decision(acting_user):
        for one, two in ((customer, other), (other, customer)):
            _said(account_of(one)).filter(customer=two).delete()


def account_of(customer: Customer) -> Account:
    """A customer as somebody would write it."""
    return Account(customer.name, "", customer.country)


def told_apart(customer: Customer) -> list[int]:
    """The keys of those that somebody said a customer is not."""
    said = _said(account_of(customer)).filter(same=False)
    return list(said.values_list("customer", flat=True))


def _said(account: Account) -> "models.QuerySet[SaidOfAccount]":
    key, country = key_of(account)
    return SaidOfAccount.objects.filter(name_key=key, country=country)


def _keep(account: Account, customer: Customer, *, same: bool, acting_user: User) -> None:
    key, country = key_of(account)
    SaidOfAccount.objects.update_or_create(
        name_key=key,
        country=country,
        customer=customer,
        defaults={"same": same, "name": account.name[:LONGEST], "said_by": acting_user,
                  "said_at": timezone.now()},
    )  # fmt: skip
