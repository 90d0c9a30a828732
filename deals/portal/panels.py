"""What the start page says of a partner's registrations."""

from typing import Any

from django.db.models import F

from accounts.models import Organisation, User
from deals.models import Deal
from deals.portal.lists import Standing, asking_something, with_standing

SHOWN = 8
URGENT = ("notice_at", "asked_at", "silence_asked_at")


def your_deals(user: User) -> dict[str, Any]:
    """How many are open, and the first of those that ask something of this person."""
    asking = asking_something(user, Organisation.current().today())
    urgent = [
        F(name).desc(nulls_last=True) for name in ("notice_at", "asked_at", "silence_asked_at")
    ]
    rows = with_standing(asking).order_by(*urgent, "-id")
    return {
        "deals_open": Deal.objects.visible_to(user).open().count(),
        "deals_asking": [Standing.of(deal) for deal in rows[:SHOWN]],
    }
