"""One step of a registration: the row is locked, the state checked, the step written down."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from channelhub.lib.roles import acting_as_app
from deals.models import Deal, DealStep
from deals.rules import states
from deals.rules.states import State, Step

CLOCK = ("due_at", "active_at")
_told: "ContextVar[dt.datetime | None]" = ContextVar("deal_told_at", default=None)


@contextmanager
def told_at(moment: dt.datetime) -> Iterator[None]:
    """Within it steps happen at this moment: what happened before is told afterwards."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def now() -> dt.datetime:
    """The moment of a step on the organisation's clocks; every verb asks once."""
    organisation = Organisation.current()
    told = _told.get()
    return told.astimezone(organisation.zone()) if told else organisation.now()


def today() -> dt.date:
    """The organisation's day of it, by which protections begin and end."""
    return now().date()


@contextmanager
def locked(deal: Deal, acting_user: models.Model | None) -> Iterator[Deal]:
    """One transaction on the registration as it is now, which nobody else changes meanwhile."""
    with decision(acting_user), acting_as_app(deal):
        # Not a key lock: rows that refer to it may be added by others.
        rows = Deal.objects.select_for_update(of=("self",), no_key=True)
        yield rows.select_related("partner", "customer", "rules", "team").get(pk=deal.pk)


def check_submitted(deal: Deal) -> None:
    """Raises IllegalStep for a draft, which is its partner's alone."""
    if deal.state == State.DRAFT:
        raise states.IllegalStep("This registration is a draft: submit it first.")


def step(
    deal: Deal,
    what: Step,
    *,
    by: User | None,
    at: dt.datetime,
    text: str = "",
    code: str = "",
    internal: bool = False,
    data: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
) -> DealStep:
    """Lead a locked registration on, set `fields` with it, and write the step down.

    Raises:
        IllegalStep: the step does not lead on from its state.
    """
    before = State(deal.state)
    changes = dict(fields or {})
    # So that it can be asked how the clock stood on a day, after it was set anew.
    clock = {name: changes[name].isoformat() for name in CLOCK if changes.get(name)}
    if what in states.LEADS:
        changes["state"] = states.after(before, what)
    for name, value in changes.items():
        setattr(deal, name, value)
    if changes:
        deal.save(update_fields=list(changes))
    written: DealStep = DealStep.objects.create(
        deal=deal,
        partner=deal.partner,
        step=what,
        from_state=before,
        to_state=deal.state,
        by=by,
        at=at,
        text=text,
        code=code,
        internal=internal,
        data={**(data or {}), **({"set": clock} if clock else {})},
    )
    return written
