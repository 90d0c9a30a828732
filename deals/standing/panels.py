"""What agreements put on a partner's page."""

import dataclasses
import datetime as dt

from deals.models import Authorisation
from partners.models import Partner

SHOWN = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """What a partner is authorised for on a day, and how much more is on record."""

    today: list[Authorisation]
    more: int
    ever: bool


def standing_of(partner: Partner, on: dt.date) -> Standing:
    """Its authorisations; one query."""
    rows = list(Authorisation.objects.filter(partner=partner).select_related("product_line"))
    today = [row for row in rows if row.holds_on(on)]
    return Standing(today=today[:SHOWN], more=max(0, len(today) - SHOWN), ever=bool(rows))
