"""The customer of an account that somebody wrote down, found or made."""

from collections.abc import Sequence

from django.db import connection

from customers.matching import Account, Found, Verdict, find, find_many
from customers.models import Customer, CustomerDomain
from deals.models import Deal


def account_of(deal: Deal) -> Account:
    """What the partner wrote of the customer."""
    return Account(deal.account_name, deal.account_domain, deal.account_country)


def customer_of(account: Account) -> Customer:
    """The customer whom the matcher is sure of, else a new one; a reviewer may say otherwise."""
    _one_at_a_time(account)
    if (known := _sure(find(account, limit=1))) is not None:
        found: Customer = Customer.objects.get(pk=known)
        return found
    return Customer.objects.get(pk=_made([account])[account])


def customers_of(accounts: Sequence[Account]) -> dict[Account, int]:
    """The keys of the same for many accounts, asked and made at once.

    Accounts that nobody knows and that differ in the case of their letters only are one customer.
    """
    told = dict(zip(accounts, map(_sure, find_many(accounts, limit=1)), strict=True))
    found = {account: key for account, key in told.items() if key is not None}
    return {**found, **_made([account for account, key in told.items() if key is None])}


def _sure(found: Found) -> int | None:
    best = found.best
    return best.customer if best is not None and found.verdict == Verdict.MATCH else None


def _made(accounts: Sequence[Account]) -> dict[Account, int]:
    first: dict[tuple[str, str], Account] = {}
    for account in accounts:
        first.setdefault((account.name.casefold(), account.country), account)
    rows = [Customer(name=each.name, country=each.country) for each in first.values()]
    made = dict(zip(first, Customer.objects.bulk_create(rows), strict=True))
    domains = [
        CustomerDomain(customer=made[key], domain=each.domain)
        for key, each in first.items()
        if each.domain
    ]
    CustomerDomain.objects.bulk_create(domains, ignore_conflicts=True)
    return {each: made[each.name.casefold(), each.country].pk for each in accounts}


def _one_at_a_time(account: Account) -> None:
    """Two who write the same new customer down at once wait for one another: one record comes."""
    names = sorted({account.domain.lower(), account.name.lower()} - {""})
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('account ' || %s, 0))", [name]
            )
