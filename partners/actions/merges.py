"""Two records of one company become one: a dated link that can be taken back."""

import datetime as dt

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.history import decision
from partners.models import Partner


def merge_partners(partner: Partner, *, into: Partner, on: dt.date, acting_user: User) -> Partner:
    """From `on`, that day included, the partner counts as part of `into`.

    Raises:
        ValidationError: one of the two is merged already, they are the same, or others are
            merged into the partner.
    """
    with decision(acting_user):
        # Both rows in the order of their keys: two merges across each other wait, not deadlock.
        pair = Partner.objects.filter(pk__in=[partner.pk, into.pk]).order_by("pk")
        locked = {row.pk: row for row in pair.select_for_update(of=("self",))}
        merged, root = locked[partner.pk], locked[into.pk]
        check_merge(merged, root)
        merged.merged_into, merged.merged_on = root, on
        merged.save(update_fields=["merged_into", "merged_on"])
    return merged


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
    with decision(acting_user):
        row: Partner = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        if row.merged_into_id is None:
            raise ValidationError(f"{row} is not merged.")
        row.merged_into, row.merged_on = None, None
        row.save(update_fields=["merged_into", "merged_on"])
    return row
