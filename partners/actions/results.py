"""Partners' own annual results."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from partners.actions.promises import promises
from partners.models import OwnResult, Partner, ResultBasis

LONGEST_YEAR_DAYS = 550


def record_result(
    partner: Partner,
    *,
    start: dt.date,
    end: dt.date,
    amount: Decimal,
    currency: str,
    basis: str = ResultBasis.REPORTED,
    inorganic: bool = False,
    source: str = "",
    acting_user: User,
) -> OwnResult:
    """Note a partner's own total sales over a fiscal year, known from today on.

    What was said of the same year and basis on an earlier day stays and is replaced from today
    on; what was said today is corrected.

    Raises:
        ValidationError: by field; the year is not over, is none, or overlaps another one.
    """
    today = Organisation.current().today()
    _check_year(partner, start, end, today)
    with decision(acting_user), promises():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        row = OwnResult.objects.filter(
            partner=partner, start=start, end=end, basis=basis, known_on=today
        ).first() or OwnResult(partner=partner, start=start, end=end, basis=basis, known_on=today)
        row.amount, row.currency, row.inorganic, row.source = amount, currency, inorganic, source
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save()
    return row


def _check_year(partner: Partner, start: dt.date, end: dt.date, today: dt.date) -> None:
    days = (end - start).days + 1
    if not 2 <= days <= LONGEST_YEAR_DAYS:
        raise ValidationError({"end": "A fiscal year ends after it starts, within 18 months."})
    if end > today:
        raise ValidationError({"end": "This year is not over yet."})
    others = partner.own_results.filter(start__lte=end, end__gte=start)
    if other := others.exclude(start=start, end=end).first():
        raise ValidationError(
            {"start": f"This overlaps a year recorded already: {other}. Correct the days, or"
             " remove that one."}
        )  # fmt: skip


def remove_result(result: OwnResult, *, acting_user: User) -> None:
    """Take back a figure that was entered by mistake."""
    with decision(acting_user):
        result.delete()
