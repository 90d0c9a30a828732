"""Many registrations at once, where nothing has to be weighed: each is a transaction of its own."""

import dataclasses
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError

from accounts.models import User
from deals.actions.drafts import check_complete
from deals.actions.overlaps import Review, review
from deals.actions.reviewing import approve_deal
from deals.actions.steps import locked
from deals.models import Deal
from deals.rules.states import PENDING

# So many are looked at on one page: each is compared with everything at its customer.
MOST = 25


def why_not(deal: Deal, found: Review) -> list[str]:
    """Why a registration is not approved together with others; nothing where it may be."""
    if deal.state not in PENDING:
        return [f"It is {deal.get_state_display().lower()}: it is decided by itself."]
    reasons = [] if _is_complete(deal) else ["It is not complete."]
    if count := len(found.overlaps):
        noun = "record" if count == 1 else "records"
        reasons.append(f"{count} other {noun} at what is, or may be, this customer.")
    reasons += [each.reason for each in found.eligibility.values() if not each.eligible]
    if not reasons and (found.suggested is None or found.suggested.decision != "approve"):
        told = found.suggested.reasons[-1] if found.suggested else "The rules suggest nothing."
        reasons.append(told)
    return reasons


def _is_complete(deal: Deal) -> bool:
    try:
        check_complete(deal)
    except ValidationError:
        return False
    return True


def approve_if_clear(deal: Deal, *, acting_user: User) -> Deal:
    """Approve all lines of a registration that nothing speaks against as it is now.

    Raises:
        ValidationError: something does, and somebody has to look.
    """
    with locked(deal, acting_user) as mine:
        if reasons := why_not(mine, review(mine)):
            raise ValidationError(reasons)
        return approve_deal(mine, acting_user=acting_user)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of one of many: done, or why not."""

    deal: Deal
    refusal: str = ""


def each(deals: Iterable[Deal], act: Callable[[Deal], object]) -> list[Outcome]:
    """Do it with each; one that is refused keeps no other from being done."""
    return [_outcome(deal, act) for deal in deals]


def _outcome(deal: Deal, act: Callable[[Deal], object]) -> Outcome:
    try:
        act(deal)
    except ValidationError as error:
        return Outcome(deal, " ".join(error.messages))
    return Outcome(deal)
