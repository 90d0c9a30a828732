"""The words in which a canary speaks: pure values, no database and no clock."""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models


class Scope(models.TextChoices):
    """What a finding is about."""

    PARTNER = "partner", "Partner"
    CUSTOMER = "customer", "Customer"
    PRODUCT_LINE = "product-line", "Product line"
    DIRECT_TEAM = "direct-team", "Direct team"
    FEED = "feed", "Feed"
    SATISFACTION = "satisfaction", "Satisfaction"
    POOL = "pool", "Pool of partners"
    CHANNEL = "channel", "Channel"


class Direction(models.TextChoices):
    """Which way the subject moved."""

    UP = "up", "Up"
    DOWN = "down", "Down"


class Nature(models.TextChoices):
    """Every alert is one or the other; only risks lower health."""

    RISK = "risk", "Risk"
    OPPORTUNITY = "opportunity", "Opportunity"


class Outcome(models.TextChoices):
    """What a verdict does: only FIRES opens an alert, only CLEARS ends one.

    HOLDS refreshes an open alert; UNKNOWN (nothing to compare, or not to be trusted) touches
    nothing. Of a state canary FIRES and HOLDS of one direction also end the other: a change of
    direction is a new alert. Of an event canary CLEARS means that the event was reversed; QUIET,
    or no verdict at all, means that nothing new happened: an open alert is archived, not ended.
    """

    FIRES = "fires", "Fires"
    HOLDS = "holds", "Holds"
    CLEARS = "clears", "Clears"
    QUIET = "quiet", "Quiet"
    UNKNOWN = "unknown", "Unknown"


class Keeps(models.TextChoices):
    """What a canary watches.

    A state clears when its value is under 75% of the threshold. An event ends only by reversal or
    by a person; age archives it, and does not heal.
    """

    STATE = "state", "State"
    EVENT = "event", "Event"


class Severity(models.TextChoices):
    """Money at stake as a share of the channel's trailing 12 months."""

    WATCH = "watch", "Watch"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


def severity_of(money: Decimal | None, channel: Decimal, limits: "Limits") -> Severity:
    """How much of the channel's trailing 12 months is at stake; unknown money is a watch.

    Args:
        money: at stake, in reporting currency.
        channel: the channel's trailing 12 months, in reporting currency.
        limits: `warning_share` and `critical_share`, in percent of the channel.
    """
    if money is None or channel <= 0:
        return Severity.WATCH
    if money * 100 >= limits["critical_share"] * channel:
        return Severity.CRITICAL
    if money * 100 >= limits["warning_share"] * channel:
        return Severity.WARNING
    return Severity.WATCH


Limits = Mapping[str, Decimal]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a canary says of one subject.

    `value` is percent where it is a change, unrounded; `money` is at stake in reporting currency,
    None when unknown; `partner_size` is the trailing 12 months of the partners concerned;
    `partners` are their keys; `evidence` is JSON, with `reason` (a sentence), `threshold` (the
    limits used), `currency` and `channel` (its trailing 12 months), made by `evidence_of`; where
    the verdict clears, `end_reason` may say why. Without a direction it moved nowhere.
    """

    scope: Scope
    subject: int
    partners: tuple[int, ...]
    direction: Direction | None
    nature: Nature
    outcome: Outcome
    finding_class: str
    severity: Severity
    value: Decimal | None
    money: Decimal | None
    partner_size: Decimal | None
    evidence: dict[str, Any]
