"""What an export tells of sales lines, products and rates."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    QuerySet,
    Value,
    When,
)

from customers.models import CustomerExternalId
from imports.exporting import Table
from imports.kinds import FETCHED
from imports.models import Source
from partners.exports import partner_word
from partners.models import Partner
from sales.freshness import FeedFreshness
from sales.models import Article, Product, SalesLine


def sources_of_products() -> QuerySet[Source]:
    """The sources that name products, the oldest first."""
    named = Article.objects.filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(named)).order_by("pk")


def sources_of_lines(partner: Partner, on: dt.date) -> QuerySet[Source]:
    """The sources that reported lines of a partner, the oldest first."""
    lines = SalesLine.objects.naming(partner.members(on)).filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(lines)).order_by("pk")


def of_lines() -> dict[str, Any]:
    """Sales lines; `named` turns the keys of those that they name into words."""
    keys = ("reseller_id", "distributor_id", "customer_id", "product_id")
    same = ("quantity", "amount", "currency", "basis", "deal", "order_date", "ship_date")
    return {
        **{name: name for name in ("invoice", "line", "date", "kind")},
        **{key.removesuffix("_id"): key for key in keys},
        **{name: name for name in same},
    }


def named(rows: Iterator[tuple[Any, ...]], source: Source | None) -> Iterator[tuple[Any, ...]]:
    """Rows of `of_lines` with what the source calls each partner, customer and product.

    Words are looked up for many rows at once and kept: as a part of one statement, each was
    looked up for each row, which took fifty times as long.
    """
    places = {name: place for place, name in enumerate(of_lines())}
    lookups = {
        places["reseller"]: (partners := _Words(partial(_partner_words, source))),
        places["distributor"]: partners,
        places["customer"]: _Words(partial(_words, CustomerExternalId, "customer_id", source)),
        places["product"]: _Words(partial(_words, Article, "product_id", source)),
    }
    while some := list(itertools.islice(rows, FETCHED)):
        for place, words in lookups.items():
            words.learn({row[place] for row in some})
        for row in some:
            cells: list[Any] = list(row)
            for place, words in lookups.items():
                cells[place] = words.known.get(row[place])
            yield tuple(cells)


class _Words:
    """What keys are called; each is asked for once."""

    def __init__(self, ask: Callable[[set[int]], dict[int | None, str | None]]) -> None:
        self.ask = ask
        self.known: dict[int | None, str | None] = {None: None}

    def learn(self, keys: set[int | None]) -> None:
        """Ask for the keys that were never asked for."""
        if new := {key for key in keys if key is not None and key not in self.known}:
            self.known.update(dict.fromkeys(new))
            self.known |= self.ask(new)


def _partner_words(source: Source | None, keys: set[int]) -> dict[int | None, str | None]:
    partners = Partner.objects.filter(pk__in=keys)
    return dict(partners.values_list("pk", partner_word(source)))


def _words(
    model: Any, key: str, source: Source | None, keys: set[int]
) -> dict[int | None, str | None]:
    """The first id of each, as the last one stored wins."""
    rows = model.objects.filter(source=source, **{f"{key}__in": keys}).order_by("-external_id")
    return dict(rows.values_list(key, "external_id"))


def of_articles(source: Source | None) -> dict[str, Any]:
    """The versions of products that the source names."""
    del source
    return {
        "external_id": "external_id",
        "sku": "product__sku",
        "name": "product__name",
        "family": "product__family",
        "line": "product__line__name",
        "start": _bound("lower", "valid"),
        "end": _bound("upper", "valid"),
    }


def product_rows(
    products: QuerySet[Product], source: Source | None, kept: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """The products' versions in the source, then those products that it does not name yet.

    Their id is our number, unless the source calls another product so.
    """
    articles = Article.objects.filter(source=source, product__in=products.order_by())
    ordered = articles.order_by("product__name", "external_id")
    yield from ordered.values_list(*kept.values()).iterator()
    theirs = Article.objects.filter(source=source)
    unnamed = products.exclude(Exists(theirs.filter(product=OuterRef("pk"))))
    free = ~Exists(theirs.filter(external_id=OuterRef("sku")))
    rows = unnamed.values_list(
        Case(When(free, then=F("sku")), default=Value("")), "sku", "name", "family", "line__name"
    )
    for row in rows.iterator():
        yield *row, None, None


def _bound(which: str, field: str) -> Any:
    bound = Func(field, function=which, output_field=DateField())
    if which == "lower":
        return bound
    return Func(bound, Value(1), template="(%(expressions)s)", arg_joiner=" - ",
                output_field=DateField())  # fmt: skip


def of_rates(source: Source | None) -> dict[str, Any]:
    """Plan rates; `booked_rates` are told beside them."""
    del source
    return {
        "type": Value("plan", CharField()),
        "currency": "currency",
        "day": Value(None, DateField()),
        "start": _bound("lower", "valid"),
        "end": _bound("upper", "valid"),
        "rate": "rate",
    }


def booked_rates(rates: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """Booked rates in the columns of `of_rates`."""
    for currency, day, rate in rates.values_list("currency", "day", "rate").iterator():
        yield "booked", currency, day, None, None, rate


FEED_COLUMNS = (
    "Feed", "Route", "Covered from", "Covered to", "Months covered", "Months missing", "Due",
    "Days late", "Lag in days",
)  # fmt: skip


def feeds_table(feeds: Sequence[FeedFreshness]) -> Table:
    """How far feeds have reported; months by their first day."""
    rows = [
        (
            each.feed.source.name,
            each.feed.get_route_display(),
            each.covered_from,
            each.covered_to,
            each.covered_months,
            each.missing_months,
            each.due,
            each.days_late,
            each.feed.lag_days,
        )
        for each in feeds
    ]
    return Table(name="feeds", header=FEED_COLUMNS, rows=rows)
