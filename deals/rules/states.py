"""The states of a registration, and which step leads from which to which."""

from django.core.exceptions import ValidationError
from django.db import models


class State(models.TextChoices):
    """Where a registration stands."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    UNDER_REVIEW = "under-review", "Under review"
    NEEDS_INFO = "needs-info", "Needs information"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    RELEASED = "released", "Released"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Step(models.TextChoices):
    """What happens to a registration. Those that are in no row of `LEADS` leave its state."""

    SUBMIT = "submit", "Submitted"
    TAKE_UP = "take-up", "Review begun"
    ASK = "ask", "Information asked for"
    ANSWER = "answer", "Answered"
    APPROVE = "approve", "Approved"
    REJECT = "reject", "Rejected"
    REOPEN = "reopen", "Opened again after an appeal"
    EXPIRE = "expire", "Protection expired"
    RELEASE = "release", "Released for silence"
    WIN = "win", "Won"
    LOSE = "lose", "Lost"
    WITHDRAW = "withdraw", "Withdrawn"
    UPDATE = "update", "Progress told"
    COMMENT = "comment", "Comment"
    REASSIGN = "reassign", "Reviewer changed"
    ESCALATE = "escalate", "Escalated"
    MISS = "miss", "Decision late"
    PROVISIONAL = "provisional", "Provisional protection"
    ASK_EXTENSION = "ask-extension", "Extension asked for"
    GRANT_EXTENSION = "grant-extension", "Extension granted"
    REFUSE_EXTENSION = "refuse-extension", "Extension refused"
    SILENCE = "silence", "Asked whether it is alive"
    NOTICE = "notice", "Notice of release"
    APPEAL = "appeal", "Appeal filed"
    DECIDE_APPEAL = "decide-appeal", "Appeal decided"
    FLAG = "flag", "Flagged: not clear who leads"
    CLEAR_FLAG = "clear-flag", "Made clear who leads"
    SHARE = "share", "Shared with a colleague"
    LEAD = "lead", "Lead changed"
    AMEND = "amend", "Changed after approval"
    IDENTIFY = "identify", "Customer identified"
    ATTACH = "attach", "File attached"


PENDING = (State.SUBMITTED, State.UNDER_REVIEW)
# Somebody works on it: neither closed nor a draft.
OPEN = (*PENDING, State.NEEDS_INFO, State.APPROVED)
ENDED = (State.REJECTED, State.EXPIRED, State.RELEASED, State.WON, State.LOST, State.WITHDRAWN)

LEADS: dict[Step, tuple[frozenset[State], State]] = {
    Step.SUBMIT: (frozenset({State.DRAFT}), State.SUBMITTED),
    Step.TAKE_UP: (frozenset({State.SUBMITTED}), State.UNDER_REVIEW),
    Step.ASK: (frozenset(PENDING), State.NEEDS_INFO),
    Step.ANSWER: (frozenset({State.NEEDS_INFO}), State.UNDER_REVIEW),
    Step.APPROVE: (frozenset(PENDING), State.APPROVED),
    Step.REJECT: (frozenset({*PENDING, State.NEEDS_INFO}), State.REJECTED),
    Step.REOPEN: (frozenset({State.REJECTED}), State.UNDER_REVIEW),
    Step.EXPIRE: (frozenset({State.APPROVED}), State.EXPIRED),
    Step.RELEASE: (frozenset({State.APPROVED}), State.RELEASED),
    # A deal may be won or lost after its protection ended: the win rate wants to know.
    Step.WIN: (frozenset({State.APPROVED, State.EXPIRED, State.RELEASED}), State.WON),
    Step.LOSE: (frozenset({State.APPROVED, State.EXPIRED, State.RELEASED}), State.LOST),
    Step.WITHDRAW: (frozenset({*PENDING, State.NEEDS_INFO, State.APPROVED}), State.WITHDRAWN),
}


class IllegalStep(ValidationError):
    """The registration stands where this step does not lead on; the API answers 409."""


def after(state: str, step: Step) -> State:
    """The state to which a step leads.

    Raises:
        IllegalStep: it does not lead on from this state.
    """
    came_from, leads_to = LEADS[step]
    if state not in came_from:
        # Whether we have begun to look is ours to know: partners read this, too.
        told = "under review" if state in PENDING else State(state).label.lower()
        raise IllegalStep(f"This registration is {told}: it cannot be {DONE[step]} now.")
    return leads_to


DONE = {
    Step.SUBMIT: "submitted",
    Step.TAKE_UP: "taken up",
    Step.ASK: "asked about",
    Step.ANSWER: "answered",
    Step.APPROVE: "approved",
    Step.REJECT: "rejected",
    Step.REOPEN: "opened again",
    Step.EXPIRE: "expired",
    Step.RELEASE: "released",
    Step.WIN: "reported won",
    Step.LOSE: "reported lost",
    Step.WITHDRAW: "withdrawn",
}
