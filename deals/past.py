"""Registrations as they stood at a moment: by their steps, which are never changed."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from deals.models import Deal, DealStep
from deals.rules.states import OPEN, State

CLOSED = (State.WON, State.LOST, State.EXPIRED, State.RELEASED)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Standing:
    """A registration at a moment: its state since `at`, and its amount as it is known today."""

    deal: Any
    state: str
    at: dt.datetime

    @property
    def amount(self) -> Decimal | None:
        """Of all its lines, in its own currency."""
        amount: Decimal | None = self.deal.amount
        return amount


def standing_at(partners: Collection[int], moment: dt.datetime) -> list[Standing]:
    """The registrations of partners that were submitted by a moment; two queries."""
    moves = (
        DealStep.objects.filter(partner__in=partners, at__lt=moment)
        .exclude(to_state="")
        .exclude(to_state=F("from_state"))
    )
    last = moves.order_by("deal", "-at", "-pk").distinct("deal")
    states = {row["deal"]: row for row in last.values("deal", "to_state", "at")}
    deals = Deal.objects.filter(pk__in=states).annotate(amount=Sum("lines__amount"))
    return [
        Standing(deal=deal, state=states[deal.pk]["to_state"], at=states[deal.pk]["at"])
        for deal in deals.order_by(F("expected_close").asc(nulls_last=True), "pk")
    ]


def open_ones(standing: list[Standing]) -> list[Standing]:
    """Those that somebody worked on."""
    return [each for each in standing if each.state in OPEN]


def closed_between(
    standing: list[Standing], first: dt.datetime, before: dt.datetime
) -> dict[str, int]:
    """How many were won, lost, expired and released in a range of time, by state."""
    ended = [each.state for each in standing if first <= each.at < before]
    return {state.value: ended.count(state) for state in CLOSED}
