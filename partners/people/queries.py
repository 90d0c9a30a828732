"""Who sees which people."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, Q

from accounts.models import Organisation, Role, User
from partners.models import PartnerManager


def people_visible_to(user: User) -> Any:
    """Everybody for an admin, one's own colleagues for a partner admin, nobody for the rest."""
    match user.role:
        case Role.ADMIN:
            return User.objects.all()
        case Role.PARTNER_ADMIN:
            return User.objects.filter(membership__partner__memberships__user=user)
    return User.objects.none()


def looked_after_by(user: User) -> int:
    """How many partners somebody looks after today, as manager or deputy."""
    today = Organisation.current().today()
    held = PartnerManager.objects.on(today).filter(Q(manager=user) | Q(deputy=user))
    return held.values("partner").distinct().count()


def who_to_ask() -> Sequence[Mapping[str, Any]]:
    """Today's territories with the channel managers who look after partners there.

    Returns:
        Rows of territory, name and email: partners are not named.
    """
    today = Organisation.current().today()
    rows = PartnerManager.objects.on(today).filter(
        manager__is_active=True,
        partner__merged_into=None,
        partner__territories__valid__contains=today,
    )
    people = rows.values(
        territory=F("partner__territories__territory"),
        name=F("manager__name"),
        email=F("manager__email"),
    )
    return list(people.distinct().order_by("territory", "name"))
