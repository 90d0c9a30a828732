"""The list of partners: what may be asked for, and one page of the answer."""

import datetime as dt
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.paginator import Page
from django.db import connection
from django.http import HttpRequest
from django.utils.functional import cached_property
from psycopg import sql

from accounts.models import Organisation, Role, User
from channelhub.lib.pages import paginate
from partners.models import (
    Partner,
    PartnerKind,
    PartnerQuerySet,
    PartnerTerritory,
    PartnerTier,
    Status,
)

# Beyond it people filter; with it every count stays cheap at any size.
MOST = 10_000
MERGED = {"only": "Merged only", "all": "All, merged too"}
SORTS = {
    "name": ("name", "id"),
    "-name": ("-name", "-id"),
    "number": ("number",),
    "-number": ("-number",),
}
HOP = """
WITH RECURSIVE hop AS (
  SELECT min({field}) AS value FROM {table}
  UNION ALL
  SELECT (SELECT min({field}) FROM {table} WHERE {field} > hop.value) FROM hop
  WHERE hop.value IS NOT NULL
)
SELECT value FROM hop WHERE value IS NOT NULL
"""


def tiers() -> list[tuple[str, str]]:
    """The tiers in use."""
    return _in_use(PartnerTier, "tier")


def territories() -> list[tuple[str, str]]:
    """The territories in use."""
    return _in_use(PartnerTerritory, "territory")


def _in_use(model: Any, field: str) -> list[tuple[str, str]]:
    """The different values of an indexed text, hopping from one to the next.

    DISTINCT reads every row (60 ms of 100,000); this reads one index entry for each value.
    """
    names = {"table": sql.Identifier(model._meta.db_table), "field": sql.Identifier(field)}
    with connection.cursor() as cursor:
        # As text: pghistory reads the statements of a POST, and knows no other.
        cursor.execute(sql.SQL(HOP).format(**names).as_string())
        return [(value, value) for (value,) in cursor.fetchall()]


def managers(_request: HttpRequest | None = None) -> Any:
    """The channel managers; one who left may still be asked for."""
    return User.objects.filter(role=Role.MANAGER)


class PartnerFilter(filters.FilterSet):  # type: ignore[misc]
    """What a list of partners can be narrowed by, on the page and in the API."""

    q = filters.CharFilter(
        method="search", label="Name, number or external id", widget=forms.SearchInput
    )
    status = filters.ChoiceFilter(
        method="with_status", choices=Status.choices, empty_label="Any", label="Status"
    )
    kind = filters.ChoiceFilter(
        method="of_kind", choices=PartnerKind.choices, empty_label="Any", label="Kind"
    )
    tier = filters.ChoiceFilter(method="with_tier", choices=tiers, empty_label="Any", label="Tier")
    territory = filters.ChoiceFilter(
        method="in_territory", choices=territories, empty_label="Any", label="Territory"
    )
    manager = filters.ModelChoiceFilter(
        method="managed_by",
        queryset=managers,
        to_field_name="email",
        empty_label="Anybody",
        label="Manager",
    )
    merged = filters.ChoiceFilter(
        method="with_merged",
        choices=list(MERGED.items()),
        empty_label="Not merged",
        label="Merged",
    )

    class Meta:
        model = Partner
        fields: ClassVar[list[str]] = []

    @cached_property
    def day(self) -> dt.date:
        """Standing is judged as of today."""
        return Organisation.current().today()

    @property
    def qs(self) -> PartnerQuerySet:
        """The partners asked for; merged ones only when asked for."""
        found: PartnerQuerySet = super().qs
        asked = self.form.cleaned_data if self.form.is_bound else {}
        return found if asked.get("merged") else found.unmerged()

    def search(self, partners: PartnerQuerySet, _name: str, value: str) -> PartnerQuerySet:
        return partners.search(value.strip())

    def with_status(self, partners: PartnerQuerySet, _name: str, value: str) -> PartnerQuerySet:
        return partners.with_status(value, self.day)

    def of_kind(self, partners: PartnerQuerySet, _name: str, value: str) -> PartnerQuerySet:
        return partners.of_kind(value)

    def with_tier(self, partners: PartnerQuerySet, _name: str, value: str) -> PartnerQuerySet:
        return partners.with_tier(value, self.day)

    def in_territory(self, partners: PartnerQuerySet, _name: str, value: str) -> PartnerQuerySet:
        return partners.in_territory(value, self.day)

    def managed_by(self, partners: PartnerQuerySet, _name: str, value: User) -> PartnerQuerySet:
        return partners.managed_by(value, self.day)

    def with_merged(self, partners: PartnerQuerySet, _name: str, value: str) -> PartnerQuerySet:
        return partners.exclude(merged_into=None) if value == "only" else partners


def sort_of(request: HttpRequest) -> str:
    """The order asked for by ?sort=, or by name."""
    asked = request.GET.get("sort", "")
    return asked if asked in SORTS else "name"


def page_of(request: HttpRequest, partners: PartnerQuerySet) -> Page[Any]:
    """One page of these partners with their standing today.

    The page is found by keys first: standing is looked up for the rows shown, not for those
    skipped.
    """
    ordered = partners.order_by(*SORTS[sort_of(request)])
    page = paginate(request, ordered.values_list("pk", flat=True), most=MOST)
    keys = list(page.object_list)
    today = Organisation.current().today()
    rows = Partner.objects.filter(pk__in=keys).with_standing(today).in_bulk(keys)
    page.object_list = [rows[key] for key in keys]
    return page
