from customers.models.customers import (
    Customer,
    CustomerAlias,
    CustomerContact,
    CustomerContract,
    CustomerDomain,
    CustomerExternalId,
    CustomerLoss,
    CustomerPartner,
    CustomerQuerySet,
    Level,
    Witness,
)
from customers.models.verdicts import SaidOfAccount

__all__ = [
    "Customer",
    "CustomerAlias",
    "CustomerContact",
    "CustomerContract",
    "CustomerDomain",
    "CustomerExternalId",
    "CustomerLoss",
    "CustomerPartner",
    "CustomerQuerySet",
    "Level",
    "SaidOfAccount",
    "Witness",
]
