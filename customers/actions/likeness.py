"""What a person says of an account that is like a customer, kept for the next time."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from channelhub.lib.history import decision
from customers.matching import Account
from customers.matching.memory import key_of
from customers.models import Customer, SaidOfAccount

LONGEST = SaidOfAccount._meta.get_field("name").max_length


def remember(account: Account, customer: Customer, *, same: bool, acting_user: User) -> None:
    """From now on accounts of this name and country are the customer, or are not.

    They are one customer: who says another one takes back what was said before.
    """
    with decision(acting_user):
        key, country = key_of(account)
        if same:
            known = SaidOfAccount.objects.filter(name_key=key, country=country, of=None, same=True)
            known.exclude(customer=customer).delete()
        SaidOfAccount.objects.update_or_create(
            name_key=key,
            country=country,
            customer=customer,
            of=None,
            defaults=_said(account, same=same, by=acting_user),
        )


def tell_apart(customer: Customer, other: Customer, *, acting_user: User) -> None:
    """Two customers are two, however alike: neither is proposed for the other again."""
    with decision(acting_user):
        for one, two in ((customer, other), (other, customer)):
            account = account_of(one)
            key, country = key_of(account)
            SaidOfAccount.objects.update_or_create(
                of=one,
                customer=two,
                defaults={
                    "name_key": key,
                    "country": country,
                    **_said(account, same=False, by=acting_user),
                },
            )


def take_back(customer: Customer, other: Customer, *, acting_user: User) -> None:
    """The two may be one again; nothing happens where nobody told them apart."""
    with decision(acting_user):
        for one, two in ((customer, other), (other, customer)):
            SaidOfAccount.objects.filter(of=one, customer=two).delete()


def account_of(customer: Customer) -> Account:
    """A customer as somebody would write it."""
    return Account(customer.name, "", customer.country)


def _said(account: Account, *, same: bool, by: User) -> dict[str, Any]:
    name = account.name[:LONGEST]
    return {"same": same, "name": name, "said_by": by, "said_at": timezone.now()}
