"""An alert as a person reads it: what happened, against what, which rows, what would end it."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from alerts.canaries import CANARIES
from alerts.models import Alert
from partners.models import Partner


@dataclasses.dataclass(frozen=True, kw_only=True)
class Window:
    """A period that was compared, both days included, and what we sold in it."""

    label: str
    start: dt.date
    end: dt.date
    amount: Decimal


@dataclasses.dataclass(frozen=True, kw_only=True)
class Explained:
    """An alert with its explanation. Money is in `currency`, the reporting currency."""

    alert: Alert
    partner: Partner
    headline: str
    question: str
    seed: str
    windows: tuple[Window, ...]
    currency: str
    threshold: Decimal
    material: Decimal
    share: Decimal | None
    reason: str
    ends_when: str
    feeds: tuple[str, ...]
    channel_without: tuple[str, ...]
    ramping: bool

    @property
    def difference(self) -> Decimal | None:
        """What was sold more, or less, than before."""
        return self.windows[0].amount - self.windows[1].amount if self.windows else None

    @property
    def rows_from(self) -> dt.date | None:
        """The first day of the rows behind it."""
        return min((window.start for window in self.windows), default=None)

    @property
    def rows_to(self) -> dt.date | None:
        """The last day of the rows behind it."""
        return max((window.end for window in self.windows), default=None)


def explain(alerts: Iterable[Alert]) -> list[Explained]:
    """The alerts with their explanations; their partners should be prefetched."""
    return [_explain(alert) for alert in alerts]


def _explain(alert: Alert) -> Explained:
    canary, evidence = CANARIES[alert.canary], alert.evidence
    limits = {name: Decimal(value) for name, value in evidence["threshold"].items()}
    channel = Decimal(evidence["channel"])
    money = alert.money
    return Explained(
        alert=alert,
        partner=next(iter(alert.partners.all())),
        headline=canary.headline(alert.finding_class, alert.value),
        question=canary.question,
        seed=canary.seed,
        windows=_windows(evidence),
        currency=evidence["currency"],
        threshold=limits["change"],
        material=limits["material_share"] * channel / 100,
        share=money / channel if money is not None and channel > 0 else None,
        reason=evidence["reason"],
        ends_when=canary.ends_when(alert.finding_class, limits),
        feeds=tuple(evidence["feeds"]),
        channel_without=tuple(evidence["channel_without"]),
        ramping=evidence["ramping"],
    )


def _windows(evidence: dict[str, Any]) -> tuple[Window, ...]:
    labels = {"current": "Last 12 months", "prior": "The 12 months before"}
    windows = evidence["windows"] or {}
    return tuple(
        Window(
            label=label,
            start=dt.date.fromisoformat(windows[name]["from"]),
            end=dt.date.fromisoformat(windows[name]["to"]),
            amount=Decimal(windows[name]["amount"]),
        )
        for name, label in labels.items()
        if name in windows
    )
