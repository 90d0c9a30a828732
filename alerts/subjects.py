"""What a finding or an alert is about, by the name that people know it by."""

import dataclasses
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse

from alerts.verdicts import Scope
from customers.models import Customer
from partners.models import LineCard, Partner
from sales.models import Feed

Key = tuple[str, int]


@dataclasses.dataclass(frozen=True)
class Subject:
    """The name of a subject and its page; a subject without a page has an empty address."""

    name: str
    url: str = ""


CHANNEL = Subject("The whole channel")


def subjects(keys: Iterable[Key]) -> dict[Key, Subject]:
    """The subjects of (scope, key) pairs: one query for each scope among them."""
    by_scope: dict[str, set[int]] = {}
    for scope, key in keys:
        by_scope.setdefault(scope, set()).add(key)
    found: dict[Key, Subject] = {}
    for scope, wanted in by_scope.items():
        named = NAMES[scope](wanted) if scope in NAMES else {}
        found |= {(scope, key): named.get(key, CHANNEL) for key in wanted}
    return found


def _partners(keys: Collection[int]) -> dict[int, Subject]:
    return {row.pk: Subject(row.name, _url("partners:detail", row)) for row in _rows(Partner, keys)}


def _customers(keys: Collection[int]) -> dict[int, Subject]:
    return {
        row.pk: Subject(row.name, _url("customers:detail", row)) for row in _rows(Customer, keys)
    }


def _line_cards(keys: Collection[int]) -> dict[int, Subject]:
    cards = _rows(LineCard, keys).select_related("partner")
    return {
        row.pk: Subject(
            f"{row.category} at {row.partner.name}", _url("partners:detail", row.partner)
        )
        for row in cards
    }


def _feeds(keys: Collection[int]) -> dict[int, Subject]:
    feeds = _rows(Feed, keys).select_related("source")
    return {row.pk: Subject(str(row), _url("sales:feed", row)) for row in feeds}


def _rows(model: Any, keys: Collection[int]) -> Any:
    return model.objects.filter(pk__in=keys)


def _url(route: str, row: Any) -> str:
    try:
        return reverse(route, args=[row.public_id])
    except NoReverseMatch:
        return ""


NAMES: dict[str, Callable[[Collection[int]], dict[int, Subject]]] = {
    Scope.PARTNER: _partners,
    Scope.CUSTOMER: _customers,
    Scope.PRODUCT_LINE: _line_cards,
    Scope.FEED: _feeds,
}
