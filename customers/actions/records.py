"""Who a customer is, and what is learnt of it."""

import datetime as dt
from typing import TypedDict, TypeVar, Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from customers.models import (
    Customer,
    CustomerAlias,
    CustomerContact,
    CustomerContract,
    CustomerDomain,
    CustomerLoss,
)

DOMAIN_TAKEN = "Another customer has this domain. If they are one, merge them."
ALIAS_TAKEN = "It has this name already."
LOST_ALREADY = "It is recorded as lost already. Take that back first."


P = TypeVar("P", bound=Model)


class Facts(TypedDict, total=False):
    """Who a customer is, as far as it is given."""

    name: str
    level: str
    parent: Customer | None
    country: str
    placeholder: bool


def create_customer(*, acting_user: User, **facts: Unpack[Facts]) -> Customer:
    """Add a customer.

    Raises:
        ValidationError: by field, what is wrong.
    """
    return _save(Customer(**facts), acting_user)


def change_customer(customer: Customer, *, acting_user: User, **facts: Unpack[Facts]) -> Customer:
    """Change who a customer is.

    Raises:
        ValidationError: by field; something of the wrong level is its part, or it is part of one.
    """
    for name, value in facts.items():
        setattr(customer, name, value)
    return _save(customer, acting_user)


def _save(customer: Customer, acting_user: User) -> Customer:
    with decision(acting_user):
        if customer.parent_id:
            Customer.objects.select_for_update(no_key=True).get(pk=customer.parent_id)
        customer.full_clean(validate_unique=False, validate_constraints=False)
        for part in customer.parts.all()[:20] if customer.pk else ():
            part.parent = customer
            _check_part(part)
        customer.save()
    return customer


def _check_part(part: Customer) -> None:
    try:
        part.clean()
    except ValidationError as error:
        raise ValidationError({"level": f"{part} is part of it. Change that first."}) from error


def add_alias(customer: Customer, *, name: str, acting_user: User) -> CustomerAlias:
    """Note another name of a customer.

    Raises:
        ValidationError: it has this name already.
    """
    return _add(CustomerAlias(customer=customer, name=name), "name", ALIAS_TAKEN, acting_user)


def add_domain(customer: Customer, *, domain: str, acting_user: User) -> CustomerDomain:
    """Note a web domain of a customer.

    Raises:
        ValidationError: not a domain, or another customer's.
    """
    row = CustomerDomain(customer=customer, domain=domain.strip().lower())
    return _add(row, "domain", DOMAIN_TAKEN, acting_user)


def add_contact(
    customer: Customer, *, name: str, role: str = "", email: str = "", phone: str = "",
    acting_user: User,
) -> CustomerContact:  # fmt: skip
    """Note a person at a customer.

    Raises:
        ValidationError: by field, what is wrong.
    """
    row = CustomerContact(customer=customer, name=name, role=role, email=email, phone=phone)
    return _add(row, "name", "This person is known already.", acting_user)


def _add(row: P, field: str, taken: str, acting_user: User) -> P:
    """Save a new row; what the database refuses is said in words."""
    row.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with decision(acting_user), transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError({field: taken}) from error
    return row


def remove_part(
    part: CustomerAlias | CustomerDomain | CustomerContact, *, acting_user: User
) -> None:
    """Forget an alias, a domain or a contact of a customer."""
    with decision(acting_user):
        part.delete()


def set_contract_end(
    customer: Customer, *, ends_on: dt.date | None, acting_user: User
) -> CustomerContract:
    """Say from today on when a customer's contract ends; None is that no end is known."""
    today = Organisation.current().today()
    with decision(acting_user):
        row, _ = CustomerContract.objects.update_or_create(
            customer=customer, known_on=today, defaults={"ends_on": ends_on}
        )
    return row


def report_loss(
    customer: Customer, *, lost_on: dt.date, said_by: str, why: str = "", acting_user: User
) -> CustomerLoss:
    """Note that somebody says a customer is lost; we know it from today on.

    Raises:
        ValidationError: the day lies ahead, or it is recorded as lost already.
    """
    today = Organisation.current().today()
    if lost_on > today:
        raise ValidationError({"lost_on": "This day has not come yet."})
    row = CustomerLoss(
        customer=customer, lost_on=lost_on, said_by=said_by, why=why, reporter=acting_user,
        known_on=today,
    )  # fmt: skip
    return _add(row, "lost_on", LOST_ALREADY, acting_user)


def withdraw_loss(customer: Customer, *, acting_user: User) -> CustomerLoss:
    """Take back that a customer is lost: it came back, or never was.

    Raises:
        ValidationError: nobody says that it is lost.
    """
    with decision(acting_user):
        open_ones = CustomerLoss.objects.select_for_update().filter(customer=customer)
        loss: CustomerLoss | None = open_ones.filter(withdrawn_on=None).first()
        if loss is None:
            raise ValidationError(f"{customer} is not recorded as lost.")
        loss.withdrawn_on = Organisation.current().today()
        loss.save(update_fields=["withdrawn_on"])
    return loss
