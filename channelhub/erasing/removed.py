"""People whose record is gone, and whom the history still names."""

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value

from channelhub.lib.erasure import ERASED, removals
from customers.models import Customer, CustomerContact
from partners.models import Partner, Person

PLACES: tuple[tuple[Any, Any, str, str], ...] = (
    (Person, Partner, "partner_id", "erasure:person"),
    (CustomerContact, Customer, "customer_id", "erasure:contact"),
)


def removed_people_named(text: str) -> "QuerySet[Any, Any]":
    """Those with this text in their name, the latest first; all of them without a text.

    Rows have the name, the company, the day, the public id and the route to their erasure.
    """
    first, second = (_removed(*place, text) for place in PLACES)
    return first.union(second, all=True).order_by("-removed_at", "name")


def _removed(
    people: Any, companies: Any, company_id: str, route: str, text: str
) -> "QuerySet[Any, Any]":
    company = companies.objects.filter(pk=OuterRef(company_id)).values("name")
    return (
        removals(people)
        .filter(name__icontains=text)
        .exclude(name=ERASED)
        .values(
            "name",
            "public_id",
            company=Subquery(company),
            removed_at=F("pgh_created_at"),
            route=Value(route),
        )
    )
