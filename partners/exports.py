"""How an export names partners, and where it finds what it tells of them."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from accounts.models import Role
from imports.models import Source
from partners.models import (
    Departure,
    LineCardSupplier,
    PartnerExternalId,
    PartnerManager,
    PartnerStatus,
)

_NO_IDS = PartnerExternalId.objects.none()


def sources_of_partners() -> QuerySet[Source]:
    """The sources that name partners, the oldest first."""
    named = PartnerExternalId.objects.filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(named)).order_by("pk")


def id_in(source: Source | None, at: str = "") -> Any:
    """What the source calls a partner; of several ids the first.

    `at` leads from the record to the partner, such as "line_card__partner".
    """
    ids = PartnerExternalId.objects.filter(source=source) if source else _NO_IDS
    mine = ids.filter(partner=OuterRef(_path(at, "pk"))).order_by("external_id")
    return Subquery(mine.values("external_id")[:1])


def own_id(at: str = "") -> Any:
    """The partner's public id, which files of every source may use and no source learns."""
    return Cast(F(_path(at, "public_id")), CharField())


def partner_word(source: Source | None, at: str = "") -> Any:
    """What a file calls a partner: the source's id, else its number, else its public id.

    The number will not do where the source, or without one any, calls another partner so.
    """
    key, number = _path(at, "pk"), _path(at, "number")
    others = PartnerExternalId.objects.filter(external_id=OuterRef(number))
    taken = others.filter(source=source) if source else others
    free = ~Exists(taken.exclude(partner=OuterRef(key)))
    return Coalesce(id_in(source, at), Case(When(free, then=F(number))), own_id(at))


def _path(at: str, name: str) -> str:
    return f"{at}__{name}" if at else name


def of_partners(source: Source | None) -> dict[str, Any]:
    """Partners with what holds today; call `with_standing` first."""
    active = PartnerManager.objects.filter(
        partner=OuterRef("pk"), manager__is_active=True, manager__role=Role.MANAGER
    )
    begun = PartnerStatus.objects.filter(partner=OuterRef("pk")).order_by("valid")
    return {
        "external_id": Coalesce(id_in(source), own_id()),
        "name": "name",
        "type": "type",
        "number": "number",
        "website": "website",
        "currency": "currency",
        "status": "status",
        "tier": "tier",
        "territory": "territory",
        # Nobody can be given a manager who left.
        "manager": Case(
            When(Exists(active.filter(manager__email=OuterRef("manager_email"))),
                 then=F("manager_email")),
            default=Value(""),
        ),
        "start": Subquery(
            begun.values(first=Func("valid", function="lower", output_field=DateField()))[:1]
        ),
    }  # fmt: skip


def of_people(source: Source | None) -> dict[str, Any]:
    """People at partners; a departure that held."""
    away = Departure.objects.filter(person=OuterRef("pk"), returned_on=None)
    return {
        "partner": partner_word(source, "partner"),
        "name": "name",
        "email": "email",
        "role": "role",
        "phone": "phone",
        "key": "key",
        "joined": "joined_on",
        "left": Subquery(away.values("left_on")[:1]),
        "where_to": Subquery(away.values("where_to")[:1]),
    }


def of_results(source: Source | None) -> dict[str, Any]:
    """Own results, each with the day it was known."""
    same = ("start", "end", "amount", "currency", "basis", "inorganic", "source", "known_on")
    return {"partner": partner_word(source, "partner"), **{name: name for name in same}}


def of_line_cards(source: Source | None) -> dict[str, Any]:
    """Looks at line cards. The last two are told of the suppliers, as [rank, name, ours]."""
    named = LineCardSupplier.objects.filter(observation=OuterRef("pk")).order_by("rank", "name")
    triple = Func("rank", "name", "ours", function="jsonb_build_array", output_field=JSONField())
    return {
        "partner": partner_word(source, "line_card__partner"),
        "category": "line_card__category",
        "seen_by": "source",
        "basis": "basis",
        "confidence": "confidence",
        "observed_on": "observed_on",
        "suppliers": ArraySubquery(named.values(triple=triple)),
        "our_rank": Value(None, IntegerField()),
    }


def told_suppliers(named: list[tuple[int | None, str, bool]]) -> tuple[str, int | None]:
    """The suppliers in their order, parted by semicolons; or our rank where no other is known.

    A rank that nobody is known at is an empty place.
    """
    at = {rank: name for rank, name, _ in named if rank is not None}
    if not at:
        return "; ".join(name for _, name, _ in named), None
    if len(named) == 1 and named[0][2]:
        return "", named[0][0]
    return "; ".join(at.get(place, "") for place in range(1, max(at) + 1)), None
