"""Appeals against rejections: filed by the partner in time, decided by somebody else."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from deals.actions.drafts import clock
from deals.actions.notices import tell_manager, tell_partner
from deals.actions.steps import locked, now, step
from deals.models import Appeal, Deal, DealLine, LineState, RequestState
from deals.rules.states import IllegalStep, State, Step


def file_appeal(deal: Deal, *, reason: str, acting_user: User) -> Appeal:
    """Object to a rejection within the team's working days.

    Raises:
        ValidationError: it is not rejected, too late, or an appeal is open or was decided.
    """
    with locked(deal, acting_user) as mine:
        if mine.state != State.REJECTED:
            raise IllegalStep("Only a rejected registration can be appealed.")
        if mine.appeals.exists():
            raise IllegalStep("An appeal was filed already.")
        at = now()
        if at > appeal_until(mine):
            raise IllegalStep("The time to appeal is over.")
        appeal = Appeal(
            deal=mine, partner=mine.partner, reason=reason, filed_by=acting_user, filed_at=at
        )
        try:
            with transaction.atomic():
                appeal.save()
        except IntegrityError as error:
            raise IllegalStep("An appeal was filed already.") from error
        step(mine, Step.APPEAL, by=acting_user, at=at, text=reason)
        tell_manager(mine, "appeal", "An appeal was filed", reason)
    return appeal


def appeal_until(deal: Deal) -> dt.datetime:
    """The moment until which a rejection can be appealed."""
    if deal.team is None or deal.rules is None or deal.decided_at is None:
        raise ValidationError("This registration is not decided.")
    lines = deal.lines.all()
    days = max(deal.rules.terms_for(deal.type, line.product_line_id).appeal_days for line in lines)
    return deal.team.calendar().after_days(deal.decided_at, days)


def decide_appeal(appeal: Appeal, *, uphold: bool, text: str, acting_user: User) -> Appeal:
    """Open the registration for another review, or leave it rejected.

    Raises:
        ValidationError: the reason is missing, or whoever rejected the registration decides
            about the appeal too.
        IllegalStep: it is decided already.
    """
    if not text.strip():
        raise ValidationError({"text": "Say why: the partner reads it."})
    with locked(appeal.deal, acting_user) as mine:
        row: Appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
        if row.state != RequestState.OPEN:
            raise IllegalStep("This appeal is decided already.")
        rejected = mine.steps.filter(step=Step.REJECT).first()
        if rejected is not None and rejected.by_id == acting_user.pk:
            raise ValidationError("Somebody else decides about an appeal against your rejection.")
        at = now()
        row.state = RequestState.GRANTED if uphold else RequestState.REFUSED
        row.decided_by, row.decided_at, row.answer = acting_user, at, text
        row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        _follow(mine, row, at, text, acting_user)
        tell_partner(mine, f"appeal {row.state}", "Your appeal is decided", text)
    return row


def _follow(deal: Deal, appeal: Appeal, at: dt.datetime, text: str, acting_user: User) -> None:
    step(deal, Step.DECIDE_APPEAL, by=acting_user, at=at, text=text, code=appeal.state)
    if appeal.state != RequestState.GRANTED or deal.team is None or deal.rules is None:
        return
    DealLine.objects.filter(deal=deal).update(state=LineState.UNDER_REVIEW, code="")
    times = clock(deal.team, deal.rules, deal, at)
    # It keeps its place in time; only the clock of the decision begins anew.
    step(
        deal,
        Step.REOPEN,
        by=acting_user,
        at=at,
        fields={"decided_at": None, "escalated_at": None, "missed_at": None, **times},
    )
