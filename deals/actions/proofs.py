"""Sales lines that carry the number of a registration: they prove that it was won.

A won deal never writes a sales line; a line is linked by the deal number that it carries.
"""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Sum

from deals.models import Deal
from sales.models import SalesLine


@dataclasses.dataclass(frozen=True)
class Proof:
    """What lines with a deal's number add up to, per currency, returns taken off."""

    lines: int
    last: dt.date
    sums: tuple[tuple[str, Decimal], ...]


def proof_of(deal: Deal) -> Proof | None:
    """The lines that carry a registration's number; None where there is none."""
    return proofs_of([deal]).get(deal.number)


def proofs_of(deals: Iterable[Deal]) -> dict[str, Proof]:
    """The same of many, by number, in one query. A line of another partner proves nothing."""
    partners = {deal.number: deal.partner_id for deal in deals}
    rows: Any = (
        SalesLine.objects.filter(deal__in=list(partners))
        .exclude(deal="")
        .values_list("deal", "currency", "reseller", "distributor")
        .annotate(lines=Count("invoice"), last=Max("date"), total=Sum("amount"))
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for number, currency, reseller, distributor, lines, last, total in rows:
        if partners[number] in {reseller, distributor}:
            found[number].append((currency, lines, last, total))
    return {number: _proof(parts) for number, parts in found.items()}


def _proof(parts: list[Any]) -> Proof:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, _, _, total in parts:
        sums[currency] += total
    return Proof(
        lines=sum(part[1] for part in parts),
        last=max(part[2] for part in parts),
        sums=tuple(sorted(sums.items())),
    )
