"""What people said of accounts, remembered by the key of the name and the country."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from customers.matching.accounts import Account, Likeness, Verdict
from customers.matching.names import taken_apart
from customers.models import SaidOfAccount


@dataclass
class Said:
    """Of one account: the customers that it is, and those that it is not."""

    same: dict[int, Likeness] = field(default_factory=dict)
    other: set[int] = field(default_factory=set)


def said_of(accounts: Sequence[Account]) -> list[Said]:
    """What was said of each, of the roots of the customers that were meant."""
    said: dict[tuple[str, str], Said] = {key_of(account): Said() for account in accounts}
    rows = SaidOfAccount.objects.filter(
        of=None, name_key__in={key for key, _ in said}
    ).select_related("customer__merged_into", "said_by")
    for row in rows:
        root = row.customer.merged_into or row.customer
        of = said.get((row.name_key, row.country))
        if of is None or root.placeholder:
            continue
        if row.same:
            of.same[root.pk] = Likeness(
                root.pk,
                root.name,
                root.country,
                1.0,
                Verdict.MATCH,
                f"{row.said_by.name} said so",
                said=True,
            )
        else:
            of.other.add(root.pk)
    return [said[key_of(account)] for account in accounts]


def key_of(account: Account) -> tuple[str, str]:
    """By what a verdict on an account is kept."""
    return taken_apart(account.name).key, account.country
