"""Decisions beside what the rules suggest: who decides otherwise has that kept with the step."""

from collections.abc import Collection

from accounts.models import User
from deals.actions.overlaps import review
from deals.actions.reviewing import approve_deal, reject_deal
from deals.models import Deal, DealLine


def approve(
    deal: Deal,
    *,
    lines: Collection[DealLine] | None = None,
    code: str = "",
    text: str = "",
    acting_user: User,
) -> Deal:
    """Approve lines, all where none are given, and reject the others. Raises as `approve_deal`."""
    against = _otherwise(deal, "approve")
    return approve_deal(
        deal, lines=lines, code=code, text=text, suggested=against, acting_user=acting_user
    )


def reject(deal: Deal, *, code: str, text: str, acting_user: User) -> Deal:
    """Reject the whole. Raises as `reject_deal`."""
    against = _otherwise(deal, "reject")
    return reject_deal(deal, code=code, text=text, suggested=against, acting_user=acting_user)


def _otherwise(deal: Deal, answer: str) -> str:
    """What the rules suggest, where it is something else than what is decided."""
    suggested = review(deal).suggested
    return suggested.decision if suggested and suggested.decision != answer else ""
