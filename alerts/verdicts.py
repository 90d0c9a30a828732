"""The words in which a canary speaks: pure values, no database and no clock."""

import dataclasses
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
    CHANNEL = "channel", "Channel"


class Direction(models.TextChoices):
    """Which way the subject moved."""

    UP = "up", "Up"
    DOWN = "down", "Down"

    @property
    def opposite(self) -> "Direction":
        return Direction.DOWN if self is Direction.UP else Direction.UP


class Outcome(models.TextChoices):
    """What a verdict does: only FIRES opens an alert, only CLEARS ends one.

    HOLDS refreshes an open alert; UNKNOWN touches nothing. FIRES and HOLDS of one direction also
    clear the other: a change of direction is a new alert.
    """

    FIRES = "fires", "Fires"
    HOLDS = "holds", "Holds"
    CLEARS = "clears", "Clears"
    UNKNOWN = "unknown", "Unknown"


class Severity(models.TextChoices):
    """Money at stake as a share of the channel's trailing 12 months."""

    WATCH = "watch", "Watch"
    WARNING = "warning", "Warning"
    CRITICAL = "critical", "Critical"


SEVERITY_RANK = {Severity.WATCH: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a canary says of one subject.

    `value` is percent where it is a change; `money` is at stake in reporting currency, None when
    unknown; `partners` are the keys of the partners concerned; `evidence` is JSON.
    """

    scope: Scope
    subject: int
    partners: tuple[int, ...]
    direction: Direction | None
    outcome: Outcome
    finding_class: str
    value: Decimal | None
    money: Decimal | None
    partner_size: Decimal | None
    evidence: dict[str, Any]
