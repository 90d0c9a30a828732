"""The words of satisfaction: who answered, about what, on which scale."""

from decimal import Decimal

from django.db import models


class Respondent(models.TextChoices):
    """Who answered."""

    CUSTOMER = "customer", "Customer"
    PARTNER = "partner", "Partner"
    PUBLIC = "public", "Public"


class Cause(models.TextChoices):
    """What the answer is about: only working with the partner is the partner's doing."""

    PRODUCT = "product", "Our product"
    SUPPORT = "support", "Our support"
    PARTNER = "partner", "Working with the partner"
    NOT_STATED = "not-stated", "Not stated"


class Scale(models.TextChoices):
    """What a score is counted on."""

    CSAT = "csat", "CSAT, 1 to 5"
    NPS = "nps", "NPS, 0 to 10"


RANGES: dict[str, tuple[int, int]] = {Scale.CSAT: (1, 5), Scale.NPS: (0, 10)}
# Up to here somebody is not satisfied, and from here on they are.
LOW: dict[str, int] = {Scale.CSAT: 2, Scale.NPS: 6}
HIGH: dict[str, int] = {Scale.CSAT: 4, Scale.NPS: 9}


def spread(scale: str) -> Decimal:
    """How far apart the ends of a scale are."""
    low, high = RANGES[scale]
    return Decimal(high - low)
