"""Actions: somebody takes something on, does it, or drops it."""

import datetime as dt
import uuid
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from partners.models import UNFINISHED, Action, ActionStatus, Membership, Origin, Partner


class Facts(TypedDict, total=False):
    """What is to be done, as far as it is given."""

    title: str
    details: str
    owner: User
    due_on: dt.date
    shared: bool
    figure: str


def create_action(
    *,
    partner: Partner | None,
    origin: str = Origin.PERSON,
    origin_id: uuid.UUID | None = None,
    acting_user: User,
    **facts: Unpack[Facts],
) -> Action:
    """Something that its owner has to do by a day.

    Raises:
        ValidationError: by field; the owner works at another partner, or left.
    """
    action = Action(
        partner=partner, origin=origin, origin_id=origin_id, created_by=acting_user, **facts
    )
    return _save(action, acting_user)


def change_action(action: Action, *, acting_user: User, **facts: Unpack[Facts]) -> Action:
    """Change what is to be done, by whom or until when.

    Raises:
        ValidationError: by field; the owner works at another partner, or left.
    """
    for name, value in facts.items():
        setattr(action, name, value)
    return _save(action, acting_user)


def _save(action: Action, acting_user: User) -> Action:
    owner = action.owner
    if not owner.is_active:
        raise ValidationError({"owner": f"{owner} has no account any more."})
    if owner.works_at_partner:
        at = Membership.objects.filter(user=owner).values_list("partner", flat=True).first()
        if action.partner is None or at != action.partner.pk:
            raise ValidationError({"owner": f"{owner} does not work at this partner."})
        action.shared = True
    action.full_clean(validate_constraints=False)
    with decision(acting_user):
        action.save()
    return action


def set_action_status(
    action: Action, *, status: str, outcome: str = "", acting_user: User
) -> Action:
    """Start, finish, drop or reopen an action; it is finished today.

    Raises:
        ValidationError: not a status.
    """
    if status not in ActionStatus.values:
        raise ValidationError({"status": f"Choose one of {', '.join(ActionStatus.values)}."})
    with decision(acting_user):
        row: Action = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
        row.status = status
        row.outcome = outcome or row.outcome
        row.closed_on = None if status in UNFINISHED else Organisation.current().today()
        row.save(update_fields=["status", "outcome", "closed_on"])
    return row
