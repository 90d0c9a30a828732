"""Two records of one customer become one: a dated link that can be taken back."""

import datetime as dt

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.merges import merge, unmerge
from customers.models import Customer


def merge_customer(
    customer: Customer, *, into: Customer, on: dt.date, acting_user: User
) -> Customer:
    """From `on`, that day included, what the customer bought counts as bought by `into`.

    Raises:
        ValidationError: one of the two is merged already, they are the same or one is part of the
            other, or others are merged into the customer.
    """
    return merge(customer, into=into, on=on, check=check_merge, acting_user=acting_user)


def check_merge(customer: Customer, into: Customer) -> None:
    """Raises ValidationError by field, saying what to do first."""
    if customer.pk == into.pk:
        raise ValidationError({"into": "A customer cannot be merged into itself."})
    if customer.merged_into_id:
        raise ValidationError(f"{customer} is merged already. Undo that merge first.")
    if into.merged_into_id:
        raise ValidationError({"into": f"{into} is merged itself. Name the one it counts with."})
    if customer.pk == into.parent_id or into.pk == customer.parent_id:
        raise ValidationError({"into": "One is part of the other: they count together already."})
    if customer.merged_customers.exists():
        raise ValidationError(
            f"Other customers are merged into {customer}. Undo those merges first, or merge the"
            " other way round."
        )


def unmerge_customer(customer: Customer, *, acting_user: User) -> Customer:
    """The customer stands for itself again, as if it had never been merged.

    Raises:
        ValidationError: it is not merged.
    """
    return unmerge(customer, acting_user=acting_user)
