"""What partners carry, and where we rank: written down as somebody sees it."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from partners.actions.promises import promises
from partners.models import (
    Confidence,
    LineCard,
    LineCardBasis,
    LineCardObservation,
    LineCardSupplier,
    Partner,
)

# How somebody who writes quickly names us.
OURSELVES = ("us", "we", "ourselves")


def observe_line_card(
    partner: Partner,
    *,
    category: str,
    source: str,
    basis: str,
    suppliers: Sequence[str],
    observed_on: dt.date,
    confidence: str = Confidence.MEDIUM,
    note: str = "",
    acting_user: User,
) -> LineCardObservation:
    """Write down which suppliers a partner carries in a category, the first one first.

    We are the one that has our organisation's name, or is called "us". The same source, basis and
    day again replaces what it said. In a listing the order means nothing.

    Raises:
        ValidationError: by field; no supplier, one named twice, or a day that lies ahead.
    """
    today = Organisation.current().today()
    names = [name.strip() for name in suppliers if name.strip()]
    _check(names, observed_on, today)
    with decision(acting_user), promises():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        card = _card(partner, category.strip())
        same = card.observations.filter(
            observed_on=observed_on, source__iexact=source.strip(), basis=basis
        )
        same.delete()
        seen = LineCardObservation(
            line_card=card,
            observed_on=observed_on,
            source=source.strip(),
            basis=basis,
            confidence=confidence,
            note=note,
            observer=acting_user,
            known_on=today,
        )
        seen.full_clean(validate_unique=False, validate_constraints=False)
        seen.save()
        LineCardSupplier.objects.bulk_create(_suppliers(seen, names))
    return seen


def _check(names: list[str], observed_on: dt.date, today: dt.date) -> None:
    if not names:
        raise ValidationError({"suppliers": "Name at least one supplier, one on each line."})
    known = [name.lower() for name in names]
    if twice := next((name for name in names if known.count(name.lower()) > 1), None):
        raise ValidationError({"suppliers": f"{twice} stands twice. A supplier has one rank."})
    if sum(is_us(name) for name in names) > 1:
        raise ValidationError({"suppliers": "We are named twice, by different names."})
    if observed_on > today:
        raise ValidationError({"observed_on": "This day has not come yet."})


def is_us(name: str) -> bool:
    """Whether a supplier's name is ours, or what one calls us in a hurry."""
    return name.strip().lower() in {*OURSELVES, Organisation.current().name.strip().lower()}


def _card(partner: Partner, category: str) -> LineCard:
    if not category:
        raise ValidationError({"category": "Name the category."})
    known = partner.line_cards.filter(category__iexact=category).first()
    if known:
        return known
    card = LineCard(partner=partner, category=category)
    card.full_clean(validate_unique=False, validate_constraints=False)
    card.save()
    return card


def _suppliers(seen: LineCardObservation, names: list[str]) -> list[LineCardSupplier]:
    ranked = seen.basis != LineCardBasis.LISTING
    ours = Organisation.current().name
    return [
        LineCardSupplier(
            observation=seen,
            rank=number if ranked else None,
            name=ours if is_us(name) else name[:150],
            ours=is_us(name),
        )
        for number, name in enumerate(names, start=1)
    ]


def remove_observation(seen: LineCardObservation, *, acting_user: User) -> None:
    """Take back an observation; a line card that nobody ever saw goes with its last one."""
    with decision(acting_user):
        card = seen.line_card
        seen.delete()
        if not card.observations.exists():
            card.delete()
