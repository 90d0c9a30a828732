"""What an export tells of customers."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from customers.models import (
    CustomerAlias,
    CustomerContract,
    CustomerDomain,
    CustomerExternalId,
)
from imports.models import Source


def sources_of_customers() -> QuerySet[Source]:
    """The sources that name customers, the oldest first."""
    named = CustomerExternalId.objects.filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(named)).order_by("pk")


def id_in(source: Source | None, key: str = "pk") -> Any:
    """What the source calls a customer; of several ids the first."""
    ids = CustomerExternalId.objects.filter(source=source) if source else _NO_IDS
    mine = ids.filter(customer=OuterRef(key)).order_by("external_id")
    return Subquery(mine.values("external_id")[:1])


_NO_IDS = CustomerExternalId.objects.none()


def of_customers(source: Source | None) -> dict[str, Any]:
    """Customers. What one is part of is told where the source has an id for it."""
    contracts = CustomerContract.objects.filter(customer=OuterRef("pk")).order_by("-known_on")
    return {
        "external_id": Coalesce(id_in(source), Cast(F("public_id"), CharField())),
        "name": "name",
        "level": "level",
        "parent": id_in(source, "parent_id"),
        "country": "country",
        "aliases": _listed(CustomerAlias, "name"),
        "domains": _listed(CustomerDomain, "domain"),
        "contract_end": Subquery(contracts.values("ends_on")[:1]),
        "placeholder": "placeholder",
    }


def _listed(model: Any, field: str) -> Any:
    rows = model.objects.filter(customer=OuterRef("pk")).order_by(field)
    listed = ArraySubquery(rows.values(field))
    return Func(listed, Value("; "), function="array_to_string", output_field=TextField())
