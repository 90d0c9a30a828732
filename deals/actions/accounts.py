"""The customer of an account that somebody wrote down, found or made."""

from django.db import connection

from customers.matching import Account, Verdict, find
from customers.models import Customer, CustomerDomain


def customer_of(account: Account) -> Customer:
    """The customer whom the matcher is sure of, else a new one; a reviewer may say otherwise."""
    _one_at_a_time(account)
    return found_or_made(account)


def found_or_made(account: Account) -> Customer:
    """The same, where whoever calls has made sure that nobody else is at it."""
    found = find(account, limit=1)
    if found.best is not None and found.verdict == Verdict.MATCH:
        known: Customer = Customer.objects.get(pk=found.best.customer)
        return known
    created: Customer = Customer.objects.create(name=account.name, country=account.country)
    if account.domain:
        domain = CustomerDomain(customer=created, domain=account.domain)
        CustomerDomain.objects.bulk_create([domain], ignore_conflicts=True)
    return created


def _one_at_a_time(account: Account) -> None:
    """Two who write the same new customer down at once wait for one another: one record comes."""
    names = sorted({account.domain.lower(), account.name.lower()} - {""})
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('account ' || %s, 0))", [name]
            )
