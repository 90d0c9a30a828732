"""What is done with disputes: filed, accepted, rejected, taken back."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from imports.models import Source
from imports.staging import one_at_a_time
from partners.models import Partner
from sales.imports.reattributing import move
from sales.models import DisputeState, Reattribution, SalesDispute, SalesLine, Seat


def file_dispute(
    partner: Partner,
    *,
    invoice: str,
    line: str = "",
    reason: str,
    by_partner: bool = False,
    acting_user: User,
) -> SalesDispute:
    """Claim that a sale was this partner's. Whether there is such a sale is not said.

    Raises:
        ValidationError: the same claim is open already.
    """
    dispute = SalesDispute(
        partner=partner,
        invoice=invoice,
        line=line,
        reason=reason,
        by_partner=by_partner,
        filed_by=acting_user,
        filed_on=_today(),
    )
    try:
        with decision(acting_user), transaction.atomic():
            dispute.save()
    except IntegrityError:
        raise ValidationError("A dispute about this invoice is open already.") from None
    return dispute


def lines_of(dispute: SalesDispute, viewer: User) -> list[SalesLine]:
    """The lines that the dispute may be about, of every source, as far as the viewer sees them."""
    sources = list(Source.objects.values_list("pk", flat=True))
    visible = SalesLine.objects.visible_to(viewer)
    found = visible.filter(source__in=sources, invoice=dispute.invoice)
    if dispute.line:
        found = found.filter(line=dispute.line)
    named = found.select_related("source", "reseller", "distributor", "product", "customer")
    return list(named.order_by("source", "line")[:MOST_LINES])


MOST_LINES = 500


def seat_of(line: SalesLine) -> Seat | None:
    """Who sold a line: its reseller, else its distributor; nobody where we sold direct."""
    if line.reseller_id:
        return Seat.RESELLER
    return Seat.DISTRIBUTOR if line.distributor_id else None


def hindrance(line: SalesLine, partner: Partner) -> str:
    """Why a line cannot be given to a partner; empty where it can."""
    seat = seat_of(line)
    if seat is None:
        return "It names no partner: it was our own sale."
    if getattr(line, f"{seat}_id") == partner.pk:
        return "It is this partner's already."
    return ""


def accept_dispute(
    dispute: SalesDispute, *, lines: Collection[SalesLine], why: str, acting_user: User
) -> SalesDispute:
    """Let these lines count for the partner from today on, and whenever they are sent again.

    Raises:
        ValidationError: it was decided meanwhile, no line is given, or one cannot be reattributed.
    """
    if not lines:
        raise ValidationError({"lines": "Choose the lines that are this partner's."})
    try:
        with decision(acting_user):
            one_at_a_time()
            locked = _lock(dispute, DisputeState.OPEN)
            moves = [_reattribute(locked, line) for line in lines]
            Reattribution.objects.bulk_create(moves)
            _move(moves, acting_user)
            _decide(locked, DisputeState.ACCEPTED, why, acting_user)
    except IntegrityError:
        raise ValidationError(
            "One of the lines was reattributed by another dispute. Take that one back first."
        ) from None
    return locked


def reject_dispute(dispute: SalesDispute, *, why: str, acting_user: User) -> SalesDispute:
    """Leave the sale as it is.

    Raises:
        ValidationError: it was decided meanwhile.
    """
    with decision(acting_user):
        locked = _lock(dispute, DisputeState.OPEN)
        _decide(locked, DisputeState.REJECTED, why, acting_user)
    return locked


def take_back(dispute: SalesDispute, *, why: str, acting_user: User) -> SalesDispute:
    """Give the lines back, from today on, to the partners that they named before.

    Raises:
        ValidationError: it is not accepted (any more).
    """
    with decision(acting_user):
        one_at_a_time()
        locked = _lock(dispute, DisputeState.ACCEPTED)
        standing = locked.reattributions.filter(ended_on=None)
        moves = list(standing.select_related("source"))
        standing.update(ended_on=_today())
        _move(moves, acting_user, back=True)
        _decide(locked, DisputeState.TAKEN_BACK, why, acting_user)
    return locked


def _reattribute(dispute: SalesDispute, line: SalesLine) -> Reattribution:
    # As it is now: it may have been replaced since the page was shown.
    now = SalesLine.objects.filter(source=line.source_id, invoice=line.invoice, line=line.line)
    current = now.select_related("source").first()
    if current is None:
        raise ValidationError(f"Line {line.line} is not there any more. Look again.")
    if reason := hindrance(current, dispute.partner):
        raise ValidationError(f"Line {line.line}: {reason}")
    seat = seat_of(current) or Seat.RESELLER
    return Reattribution(
        dispute=dispute,
        source=current.source,
        invoice=current.invoice,
        line=current.line,
        seat=seat,
        partner=dispute.partner,
        replaced_id=getattr(current, f"{seat}_id"),
        since=_today(),
    )


def _move(moves: Iterable[Reattribution], acting_user: User, **options: Any) -> None:
    by_source: dict[Source, list[Reattribution]] = {}
    for each in moves:
        by_source.setdefault(each.source, []).append(each)
    for source, theirs in by_source.items():
        move(source, theirs, acting_user=acting_user, **options)


def _lock(dispute: SalesDispute, state: DisputeState) -> SalesDispute:
    rows = SalesDispute.objects.select_for_update(of=("self",)).select_related("partner")
    locked: SalesDispute = rows.get(pk=dispute.pk)
    if locked.state != state:
        raise ValidationError(f"This dispute is {locked.get_state_display().lower()} already.")
    return locked


def _decide(dispute: SalesDispute, state: DisputeState, why: str, acting_user: User) -> None:
    dispute.state, dispute.decision = state, why
    dispute.decided_by, dispute.decided_on = acting_user, _today()
    dispute.save(update_fields=["state", "decision", "decided_by", "decided_on"])


def _today() -> dt.date:
    return Organisation.current().today()
