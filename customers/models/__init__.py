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
    "Witness",
]
