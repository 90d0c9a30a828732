"""Two records of one company become one: a dated link that can be taken back."""

import datetime as dt

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.merges import merge, unmerge
from partners.models import Partner


def merge_partners(partner: Partner, *, into: Partner, on: dt.date, acting_user: User) -> Partner:
    """From `on`, that day included, the partner counts as part of `into`.

    Raises:
        ValidationError: one of the two is merged already, they are the same, or others are
            merged into the partner.
    """
    return merge(partner, into=into, on=on, check=check_merge, acting_user=acting_user)


def check_merge(partner: Partner, into: Partner) -> None:
    """Raises ValidationError by field, saying what to do first."""
    if partner.pk == into.pk:
        raise ValidationError({"into": "A partner cannot be merged into itself."})
    if partner.merged_into:
        raise ValidationError(
            f"{partner} is merged into {partner.merged_into} already. Undo that merge first."
        )
    if into.merged_into:
        raise ValidationError(
            {"into": f"{into} is merged into {into.merged_into}. Name that partner instead."}
        )
    if others := list(partner.merged_partners.all()[:5]):
        names = ", ".join(str(other) for other in others)
        raise ValidationError(
            f"Other partners are merged into {partner}: {names}. Undo those merges first, or"
            " merge the other way round."
        )


def unmerge_partner(partner: Partner, *, acting_user: User) -> Partner:
    """The partner stands for itself again, as if it had never been merged.

    Raises:
        ValidationError: it is not merged.
    """
    return unmerge(partner, acting_user=acting_user)
