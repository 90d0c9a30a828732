"""What a finding or an alert is about, by the name that people know it by."""

import dataclasses
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.urls import reverse

from accounts.models import User
from accounts.permissions import may
from alerts.satisfaction import pool_names, series_of
from alerts.teams import team_names
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


def subjects(keys: Iterable[Key], viewer: User | None = None) -> dict[Key, Subject]:
    """The subjects of (scope, key) pairs: one query for each scope among them.

    Without a viewer, and where the viewer's role may not open a page, there are no addresses.
    """
    by_scope: dict[str, set[int]] = {}
    for scope, key in keys:
        by_scope.setdefault(scope, set()).add(key)
    found: dict[Key, Subject] = {}
    for scope, wanted in by_scope.items():
        named = NAMES[scope](wanted) if scope in NAMES else {}
        if not may(viewer, PAGES.get(scope, ""), "GET"):
            named = {key: Subject(subject.name) for key, subject in named.items()}
        found |= {(scope, key): named.get(key, CHANNEL) for key in wanted}
    return found


def _partners(keys: Collection[int]) -> dict[int, Subject]:
    return {row.pk: Subject(row.name, _url(Scope.PARTNER, row)) for row in _rows(Partner, keys)}


def _customers(keys: Collection[int]) -> dict[int, Subject]:
    return {row.pk: Subject(row.name, _url(Scope.CUSTOMER, row)) for row in _rows(Customer, keys)}


def _line_cards(keys: Collection[int]) -> dict[int, Subject]:
    cards = _rows(LineCard, keys).select_related("partner")
    return {
        row.pk: Subject(
            f"{row.category} at {row.partner.name}", _url(Scope.PRODUCT_LINE, row.partner)
        )
        for row in cards
    }


def _feeds(keys: Collection[int]) -> dict[int, Subject]:
    feeds = _rows(Feed, keys).select_related("source")
    return {row.pk: Subject(str(row), _url(Scope.FEED, row)) for row in feeds}


def _teams(keys: Collection[int]) -> dict[int, Subject]:
    return {key: Subject(name) for key, name in team_names(keys).items()}


def _satisfaction(keys: Collection[int]) -> dict[int, Subject]:
    """What is said at a partner is known by the partner's name."""
    partners = {key: series_of(key)[0] for key in keys}
    found = {row.pk: row for row in _rows(Partner, set(partners.values()))}
    return {
        key: Subject(found[partner].name, _url(Scope.SATISFACTION, found[partner]))
        for key, partner in partners.items()
        if partner in found
    }


def _pools(keys: Collection[int]) -> dict[int, Subject]:
    return {key: Subject(name) for key, name in pool_names(keys).items()}


def _rows(model: Any, keys: Collection[int]) -> Any:
    return model.objects.filter(pk__in=keys)


def _url(scope: Scope, row: Any) -> str:
    return reverse(PAGES[scope], args=[row.public_id])


PAGES: dict[str, str] = {
    Scope.PARTNER: "partners:detail",
    Scope.CUSTOMER: "customers:detail",
    Scope.PRODUCT_LINE: "partners:detail",
    Scope.FEED: "sales:feed",
    Scope.SATISFACTION: "partners:satisfaction",
}
NAMES: dict[str, Callable[[Collection[int]], dict[int, Subject]]] = {
    Scope.PARTNER: _partners,
    Scope.CUSTOMER: _customers,
    Scope.PRODUCT_LINE: _line_cards,
    Scope.FEED: _feeds,
    Scope.DIRECT_TEAM: _teams,
    Scope.SATISFACTION: _satisfaction,
    Scope.POOL: _pools,
}
