"""What becomes of a registration: progress, won, lost, withdrawn, changed, extended, shared."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Role, User
from deals.actions.drafts import clock
from deals.actions.notices import tell_manager, tell_partner
from deals.actions.protecting import cut, end_of, lock_customer, protect
from deals.actions.steps import locked, now, step, today
from deals.models import (
    Deal,
    DealLine,
    DealRole,
    ExtensionRequest,
    Ground,
    LineState,
    LossReason,
    RequestState,
    RoleKind,
    UnclearFlag,
)
from deals.rules.states import OPEN, IllegalStep, State, Step
from partners.models import Membership
from sales.models import ProductLine

# A line that grows by less after its approval stays approved.
FREE_GROWTH = Decimal("1.25")


def update_progress(
    deal: Deal, *, text: str, expected_close: dt.date | None = None, acting_user: User
) -> Deal:
    """Tell how it goes: a sign of life, so nobody asks whether the deal is alive.

    Raises:
        ValidationError: it is closed.
    """
    with locked(deal, acting_user) as mine:
        _check_open(mine)
        at = now()
        fields = {"expected_close": expected_close} if expected_close else {}
        step(
            mine,
            Step.UPDATE,
            by=acting_user,
            at=at,
            text=text,
            fields={"active_at": at, "silence_asked_at": None, "notice_at": None, **fields},
        )
    return mine


def win_deal(
    deal: Deal, *, amount: Decimal, order_number: str = "", text: str = "", acting_user: User
) -> Deal:
    """Report it won, for how much in its currency and under which order.

    Raises:
        ValidationError: the amount is not above zero.
        IllegalStep: it was never approved, or is closed.
    """
    if amount <= 0:
        raise ValidationError({"amount": "Write the amount that was ordered."})
    return _close(
        deal,
        Step.WIN,
        text=text,
        acting_user=acting_user,
        closed_amount=amount,
        order_number=order_number,
    )


def lose_deal(deal: Deal, *, reason: str, text: str = "", acting_user: User) -> Deal:
    """Report it lost, and why.

    Raises:
        ValidationError: the reason is none of ours.
        IllegalStep: it was never approved, or is closed.
    """
    if reason not in LossReason.values:
        raise ValidationError({"reason": "Choose why."})
    return _close(deal, Step.LOSE, text=text, acting_user=acting_user, loss_reason=reason)


def withdraw(deal: Deal, *, text: str = "", acting_user: User) -> Deal:
    """Take it back: what was protected is free from today.

    Raises:
        IllegalStep: it is a draft or closed.
    """
    return _close(deal, Step.WITHDRAW, text=text, acting_user=acting_user)


def _close(deal: Deal, what: Step, *, text: str, acting_user: User, **fields: object) -> Deal:
    with locked(deal, acting_user) as mine:
        at = now()
        step(
            mine,
            what,
            by=acting_user,
            at=at,
            text=text,
            fields={"closed_at": at, "active_at": at, "asked_at": None, **fields},
        )
        cut(mine, today())
        if acting_user.works_at_partner:
            tell_manager(mine, f"{what}", f"Registration {mine.told_state.lower()}", text)
    return mine


def amend(deal: Deal, *, lines: Mapping[ProductLine, Decimal], acting_user: User) -> Deal:
    """Change the lines of an approved registration.

    New lines, and amounts that grew by 25% or more, are reviewed by themselves ("a line added, or
    +25% after approval: only that part is reviewed again"); the rest stays approved.

    Raises:
        ValidationError: it is not approved, or a line that is approved is left out.
    """
    with locked(deal, acting_user) as mine:
        if mine.state != State.APPROVED:
            raise IllegalStep("Only an approved registration is changed so.")
        known = {line.product_line: line for line in mine.lines.select_related("product_line")}
        if left_out := [str(line) for line in known if line not in lines]:
            raise ValidationError(f"{', '.join(left_out)}: an approved line stays.")
        waits = [_amend_line(mine, known, line, amount) for line, amount in lines.items()]
        at = now()
        told = ", ".join(f"{line} {amount:,.2f}" for line, amount in lines.items())
        fields = _new_clock(mine, at) if any(waits) else {}
        step(mine, Step.AMEND, by=acting_user, at=at, text=told, fields={"active_at": at, **fields})
        if any(waits):
            tell_manager(mine, f"amend {at:%s}", "A change to review", told)
    return mine


def _amend_line(
    deal: Deal, known: Mapping[ProductLine, DealLine], line: ProductLine, amount: Decimal
) -> bool:
    """Whether the line has to be reviewed."""
    row = known.get(line)
    if row is None:
        DealLine.objects.create(deal=deal, partner=deal.partner, product_line=line, amount=amount)
        return True
    held = row.state == LineState.APPROVED or row.proposed_amount is not None
    # From what was approved, so that many small steps are no way around the review.
    grows = held and amount >= (row.approved_amount or row.amount) * FREE_GROWTH
    waits = grows and amount != row.proposed_amount
    if grows:
        row.proposed_amount, row.state = amount, LineState.UNDER_REVIEW
    else:
        row.amount = amount
        # A higher amount that is taken back leaves the line approved.
        row.proposed_amount, row.state = None, LineState.APPROVED if held else row.state
    row.save(update_fields=["amount", "proposed_amount", "state"])
    return waits


def _new_clock(deal: Deal, at: dt.datetime) -> dict[str, dt.datetime]:
    if deal.team is None or deal.rules is None:
        return {}
    return clock(deal.team, deal.rules, deal, at)


def ask_extension(deal: Deal, *, reason: str, acting_user: User) -> ExtensionRequest:
    """Ask for the one extension; until we answer, the protection lives on.

    Raises:
        ValidationError: it is not approved, nothing of it is protected (any more), or it was
            asked for already.
    """
    with locked(deal, acting_user) as mine:
        end = end_of(mine)
        if mine.state != State.APPROVED or end is None or end <= today():
            raise IllegalStep("Nothing is protected that could be extended.")
        at = now()
        request = ExtensionRequest(
            deal=mine, partner=mine.partner, reason=reason, asked_by=acting_user, asked_at=at
        )
        try:
            with transaction.atomic():
                request.save()
        except IntegrityError as error:
            raise IllegalStep("The one extension was asked for already.") from error
        _add_days(mine, Ground.PENDING_EXTENSION)
        step(mine, Step.ASK_EXTENSION, by=acting_user, at=at, text=reason, fields={"active_at": at})
        tell_manager(mine, "ask-extension", "Extension asked for", reason)
    return request


def _add_days(deal: Deal, ground: Ground) -> None:
    if deal.rules is None:
        return
    lock_customer(deal)
    for row in list(deal.protections.filter(ground=Ground.APPROVAL).select_related("line")):
        if not row.during.isempty and row.during.upper > today():
            terms = deal.rules.terms_for(deal.type, row.product_line_id)
            protect(
                deal,
                [row.line],
                first=row.during.upper,
                days=terms.extension_days,
                ground=ground,
            )


def decide_extension(
    request: ExtensionRequest, *, grant: bool, text: str = "", acting_user: User
) -> ExtensionRequest:
    """Grant or refuse the extension; refused, the protection ends when it would have.

    Granted late, its days count from today: what was kept alive meanwhile is the wait for us.

    Raises:
        IllegalStep: it is decided already.
    """
    with locked(request.deal, acting_user) as mine:
        row: ExtensionRequest = ExtensionRequest.objects.select_for_update().get(pk=request.pk)
        if row.state != RequestState.OPEN:
            raise IllegalStep("This request is decided already.")
        lock_customer(mine)
        at = now()
        row.state = RequestState.GRANTED if grant else RequestState.REFUSED
        row.decided_by, row.decided_at, row.answer = acting_user, at, text
        row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        if grant:
            _grant(mine)
        else:
            cut(mine, today(), Ground.PENDING_EXTENSION)
        what = Step.GRANT_EXTENSION if grant else Step.REFUSE_EXTENSION
        step(mine, what, by=acting_user, at=at, text=text)
        tell_partner(mine, f"{what}", f"{what.label}", text)
    return row


def _grant(deal: Deal) -> None:
    if deal.rules is None:
        return
    pending = deal.protections.filter(ground=Ground.PENDING_EXTENSION).order_by("pk")
    for row in pending.exclude(during__isempty=True):
        days = deal.rules.terms_for(deal.type, row.product_line_id).extension_days
        first = row.during.lower
        end = max(first, today()) + dt.timedelta(days=days)
        # It may have been kept alive for longer than the extension lasts, and is cut then.
        row.during, row.ground = DateRange(first, end), Ground.EXTENSION
        row.save(update_fields=["during", "ground"])


def share(deal: Deal, *, to: User, acting_user: User) -> None:
    """Let a colleague at the same partner see and work on it.

    Raises:
        ValidationError: that person does not work there, or has a role on it already.
        IllegalStep: it is a draft or closed.
    """
    colleagues = Membership.objects.filter(user=to, partner=deal.partner_id)
    if not to.is_active or not colleagues.exists():
        raise ValidationError({"user": "Choose a colleague who signs in here."})
    with locked(deal, acting_user) as mine:
        _check_open(mine)
        _give_role(mine, to, RoleKind.PARTNER_REP)
        step(mine, Step.SHARE, by=acting_user, at=now(), text=f"With {to}")


def set_lead(deal: Deal, *, lead: User, acting_user: User) -> Deal:
    """Say who leads from today on; whoever led before keeps the role without the lead.

    Raises:
        ValidationError: it is closed, or the person is neither at the partner nor of ours.
    """
    with locked(deal, acting_user) as mine:
        _check_open(mine)
        kind = _kind_of(mine, lead)
        day = today()
        for role in DealRole.objects.on(day).filter(deal=mine, leads=True):
            _end_role(role, day)
            if role.user_id != lead.pk:
                _give_role(mine, role.user, RoleKind(role.kind))
        for role in DealRole.objects.on(day).filter(deal=mine, user=lead):
            _end_role(role, day)
        _give_role(mine, lead, kind, leads=True)
        step(mine, Step.LEAD, by=acting_user, at=now(), text=f"{lead} leads")
    return mine


def _kind_of(deal: Deal, user: User) -> RoleKind:
    if Membership.objects.filter(user=user, partner=deal.partner_id).exists():
        return RoleKind.PARTNER_REP
    kinds = {Role.MANAGER: RoleKind.MANAGER, Role.DIRECT: RoleKind.DIRECT}
    if Role(user.role) not in kinds:
        raise ValidationError({"lead": "Choose somebody who works on it, here or at the partner."})
    return kinds[Role(user.role)]


def _end_role(role: DealRole, day: dt.date) -> None:
    """End it before the day; one that began on it never was."""
    if role.valid.lower == day:
        role.delete()
        return
    role.valid = DateRange(role.valid.lower, day)
    role.save(update_fields=["valid"])


def _give_role(deal: Deal, user: User, kind: RoleKind, *, leads: bool = False) -> None:
    role = DealRole(
        deal=deal,
        partner=deal.partner,
        kind=kind,
        user=user,
        leads=leads,
        valid=DateRange(today(), None),
    )
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise ValidationError({"user": f"{user} has a role on it already."}) from error


def flag_unclear(deal: Deal, *, text: str, acting_user: User) -> UnclearFlag:
    """Say that it is not clear who leads; anybody on the deal may, the partner included.

    Raises:
        ValidationError: it is closed, or flagged already.
    """
    with locked(deal, acting_user) as mine:
        _check_open(mine)
        at = now()
        flag = UnclearFlag(
            deal=mine, partner=mine.partner, text=text, raised_by=acting_user, raised_at=at
        )
        try:
            with transaction.atomic():
                flag.save()
        except IntegrityError as error:
            raise IllegalStep("It is flagged already; we are on it.") from error
        step(mine, Step.FLAG, by=acting_user, at=at, text=text)
        tell_manager(mine, f"flag {flag.pk}", "Not clear who leads", text)
    return flag


def settle_flag(flag: UnclearFlag, *, answer: str, acting_user: User) -> None:
    """Say how it was made clear.

    Raises:
        ValidationError: it is settled already.
    """
    with locked(flag.deal, acting_user) as mine:
        row = UnclearFlag.objects.select_for_update().get(pk=flag.pk)
        if row.settled_at is not None:
            raise ValidationError("It is settled already.")
        at = now()
        row.settled_by, row.settled_at, row.answer = acting_user, at, answer
        row.save(update_fields=["settled_by", "settled_at", "answer"])
        step(mine, Step.CLEAR_FLAG, by=acting_user, at=at, text=answer)
        tell_partner(mine, f"clear-flag {row.pk}", "It is clear now who leads", answer)


def _check_open(deal: Deal) -> None:
    if deal.state not in OPEN:
        raise IllegalStep(f"This registration is {deal.told_state.lower()}.")
