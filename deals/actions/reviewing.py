"""What reviewers do: take up, ask, approve line by line, reject, hand on, comment, identify."""

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError

from accounts.models import Role, User
from customers.actions.likeness import remember
from customers.models import Customer
from deals.actions.accounts import account_of
from deals.actions.drafts import clock
from deals.actions.notices import tell_manager, tell_partner
from deals.actions.protecting import cut, lock_customer, protect
from deals.actions.steps import check_submitted, locked, now, step, today
from deals.models import Deal, DealLine, Ground, LineState, RejectionCode
from deals.rules.states import IllegalStep, State, Step, after

# Whose review a registration can be.
REVIEWERS = (Role.ADMIN, Role.MANAGER)


def take_up(deal: Deal, *, acting_user: User) -> Deal:
    """Begin the review; whoever does so is its reviewer from now on.

    Raises:
        IllegalStep: somebody has begun, or it is decided.
    """
    with locked(deal, acting_user) as mine:
        step(
            mine,
            Step.TAKE_UP,
            by=acting_user,
            at=now(),
            internal=True,
            fields={"reviewer": acting_user},
        )
    return mine


def reassign(deal: Deal, *, to: User, acting_user: User) -> Deal:
    """Give the review to somebody else of ours.

    Raises:
        ValidationError: that person does not review.
    """
    if not to.is_active or to.role not in REVIEWERS:
        raise ValidationError({"reviewer": f"{to} does not review registrations."})
    with locked(deal, acting_user) as mine:
        step(
            mine,
            Step.REASSIGN,
            by=acting_user,
            at=now(),
            text=f"To {to}",
            internal=True,
            fields={"reviewer": to},
        )
    return mine


def ask(deal: Deal, *, question: str, acting_user: User) -> Deal:
    """Ask the partner something; the clock stands still until it answers.

    Raises:
        IllegalStep: it is not under review.
    """
    with locked(deal, acting_user) as mine:
        at = now()
        step(mine, Step.ASK, by=acting_user, at=at, text=question, fields={"asked_at": at})
        tell_partner(mine, f"ask {at:%s}", "We have a question", question)
    return mine


def answer(deal: Deal, *, text: str, acting_user: User) -> Deal:
    """The partner answers: the clock goes on with the time that was left.

    In time, the registration keeps its place among others; later, it counts from now on and the
    clock begins anew ("answered within 5 business days keeps the original time").

    Raises:
        IllegalStep: nothing is asked.
    """
    with locked(deal, acting_user) as mine:
        at = now()
        step(
            mine,
            Step.ANSWER,
            by=acting_user,
            at=at,
            text=text,
            fields={"active_at": at, **_times(mine, at)},
        )
        tell_manager(mine, f"answer {at:%s}", "The partner answered", text)
    return mine


def _times(deal: Deal, at: dt.datetime) -> dict[str, dt.datetime | None]:
    if deal.asked_at is None or deal.team is None or deal.rules is None:
        return {}
    calendar = deal.team.calendar()
    terms = [deal.rules.terms_for(deal.type, line.product_line_id) for line in deal.lines.all()]
    in_time = calendar.after_days(deal.asked_at, min(t.answer_days for t in terms))
    if at > in_time:
        return {"asked_at": None, "complete_at": at, **clock(deal.team, deal.rules, deal, at)}
    moved: dict[str, dt.datetime | None] = {"asked_at": None}
    for name in ("escalates_at", "due_at", "misses_at"):
        end = getattr(deal, name)
        # What was over when the question was asked stays over.
        if end > deal.asked_at:
            moved[name] = calendar.after(at, calendar.between(deal.asked_at, end))
    return moved


def approve_deal(
    deal: Deal,
    *,
    lines: Collection[DealLine] | None = None,
    code: str = "",
    text: str = "",
    suggested: str = "",
    acting_user: User,
) -> Deal:
    """Approve lines of a registration and protect them from today on; the others are rejected.

    Args:
        deal: the registration.
        lines: which ones; all of them where not given.
        code: of what is rejected.
        text: what the partner reads with it.
        suggested: what the rules suggested, where the decision is another; kept with the step.
        acting_user: who decides.

    Raises:
        ValidationError: no line is given, or lines are rejected without a code.
        AlreadyProtected: another holds the customer and a line; nothing changes.
        IllegalStep: it is not under review.
    """
    with locked(deal, acting_user) as mine:
        # Asked first: what is approved already would stand in its own way.
        after(mine.state, Step.APPROVE)
        every = list(mine.lines.select_related("product_line"))
        chosen = every if lines is None else [line for line in every if line in lines]
        rest = [line for line in every if line not in chosen]
        _check_lines(chosen, rest, code)
        at, day = now(), today()
        # First of all: a merge that holds the customer waits for rows that `cut` would hold.
        lock_customer(mine)
        cut(mine, day, Ground.PROVISIONAL)
        for line in chosen:
            protect(mine, [line], first=day, days=_days(mine, line), ground=Ground.APPROVAL)
        _settle(chosen, LineState.APPROVED)
        _settle(rest, LineState.REJECTED, code)
        step(
            mine,
            Step.APPROVE,
            by=acting_user,
            at=at,
            text=text,
            code=code,
            data=_decision(chosen, rest, suggested),
            fields={"decided_at": at, "active_at": at, "reviewer": mine.reviewer or acting_user},
        )
        tell_partner(mine, f"approve {at:%s}", "Approved", _told(chosen, rest, text))
    return mine


def reject_deal(
    deal: Deal, *, code: str, text: str, suggested: str = "", acting_user: User
) -> Deal:
    """Reject a registration, with a code and a sentence that the partner reads.

    Raises:
        ValidationError: by field, the code is none of ours or the sentence is missing.
        IllegalStep: it is neither under review nor waiting for an answer.
    """
    if code not in RejectionCode.values:
        raise ValidationError({"code": "Choose why."})
    if not text.strip():
        raise ValidationError({"text": "Say why in a sentence: the partner reads it."})
    with locked(deal, acting_user) as mine:
        at = now()
        cut(mine, today(), Ground.PROVISIONAL)
        lines = list(mine.lines.all())
        _settle(lines, LineState.REJECTED, code)
        step(
            mine,
            Step.REJECT,
            by=acting_user,
            at=at,
            text=text,
            code=code,
            data=_decision([], lines, suggested),
            fields={"decided_at": at, "asked_at": None, "reviewer": mine.reviewer or acting_user},
        )
        label = RejectionCode(code).label
        tell_partner(mine, f"reject {at:%s}", "Not approved", f"{label}. {text}")
    return mine


def comment(deal: Deal, *, text: str, internal: bool, acting_user: User) -> None:
    """Say something: to the partner as well, or among us only.

    Raises:
        IllegalStep: nobody but the partner has seen it yet.
    """
    with locked(deal, acting_user) as mine:
        check_submitted(mine)
        at = now()
        step(mine, Step.COMMENT, by=acting_user, at=at, text=text, internal=internal)
        if internal:
            return
        tell = tell_manager if acting_user.works_at_partner else tell_partner
        tell(mine, f"comment {at:%s}", "A comment", text)


def identify(deal: Deal, *, customer: Customer, acting_user: User) -> Deal:
    """Say which customer this is; nothing may be protected yet.

    The next account of this name and country is taken for it, too.

    Raises:
        IllegalStep: it is protected already: that would move what others rely on.
    """
    with locked(deal, acting_user) as mine:
        if mine.protections.not_over(today()).exists():
            raise IllegalStep("It is protected already: merge the two customers instead.")
        step(
            mine,
            Step.IDENTIFY,
            by=acting_user,
            at=now(),
            text=f"{customer}",
            internal=True,
            fields={"customer": customer},
        )
        remember(account_of(mine), customer, same=True, acting_user=acting_user)
    return mine


def decide_change(
    deal: Deal, *, line: DealLine, approve: bool, code: str = "", text: str, acting_user: User
) -> Deal:
    """Decide about a line that was added, or whose amount grew, after the approval.

    Raises:
        ValidationError: it is rejected without a code.
        AlreadyProtected: another holds the customer and the line.
        IllegalStep: the registration is not approved, or nothing of that line waits.
    """
    with locked(deal, acting_user) as mine:
        current = mine.lines.select_related("product_line").get(pk=line.pk)
        if mine.state != State.APPROVED or current.state != LineState.UNDER_REVIEW:
            raise IllegalStep("Nothing of this line waits for a decision.")
        if not approve and code not in RejectionCode.values:
            raise ValidationError({"code": "Choose why."})
        at = now()
        held = current.proposed_amount is not None
        if approve and not held:
            days = _days(mine, current)
            protect(mine, [current], first=today(), days=days, ground=Ground.APPROVAL)
        _settle_change(current, approve=approve, held=held, code=code)
        what = Step.APPROVE if approve else Step.REJECT
        told = f"{current}: {'approved' if approve else 'not approved'}. {text}".strip()
        written = step(mine, Step.COMMENT, by=acting_user, at=at, text=told, code=code)
        tell_partner(mine, f"{what} {written.pk}", "Your change is decided", told)
    return mine


def _settle_change(line: DealLine, *, approve: bool, held: bool, code: str) -> None:
    if approve and held:
        line.amount = line.proposed_amount
    # A higher amount that is refused leaves the line approved as it was.
    line.state = LineState.APPROVED if approve or held else LineState.REJECTED
    line.code = "" if line.state == LineState.APPROVED else code
    line.proposed_amount = None
    if approve:
        line.approved_amount = line.amount
    line.save(update_fields=["amount", "approved_amount", "proposed_amount", "state", "code"])


def _days(deal: Deal, line: DealLine) -> int:
    if deal.rules is None:
        raise ValidationError("This registration is not submitted.")
    return int(deal.rules.terms_for(deal.type, line.product_line_id).protection_days)


def _check_lines(chosen: list[DealLine], rest: list[DealLine], code: str) -> None:
    if not chosen:
        raise ValidationError({"lines": "Choose the lines to approve, or reject the whole."})
    if rest and code not in RejectionCode.values:
        raise ValidationError({"code": "Choose why the other lines are not approved."})


def _settle(lines: Collection[DealLine], state: LineState, code: str = "") -> None:
    for line in lines:
        line.state, line.code = state, code if state == LineState.REJECTED else ""
        line.approved_amount = line.amount if state == LineState.APPROVED else None
        line.save(update_fields=["state", "code", "approved_amount"])


def _decision(
    chosen: Collection[DealLine], rest: Collection[DealLine], suggested: str
) -> dict[str, object]:
    kept: dict[str, object] = {
        "approved": [str(line.product_line) for line in chosen],
        "rejected": [str(line.product_line) for line in rest],
    }
    return {**kept, "suggested": suggested} if suggested else kept


def _told(chosen: Collection[DealLine], rest: Collection[DealLine], text: str) -> str:
    said = "Protected: " + ", ".join(str(line.product_line) for line in chosen) + "."
    if rest:
        said += " Not approved: " + ", ".join(str(line.product_line) for line in rest) + "."
    return f"{said} {text}".strip()
