"""What happened to a registration, as its partner reads it."""

import dataclasses
import datetime as dt

from accounts.models import Organisation
from deals.models import Deal, RejectionCode, RequestState

CODES = {**dict(RejectionCode.choices), **dict(RequestState.choices)}


@dataclasses.dataclass(frozen=True)
class Told:
    """A step: what it was, why, by whom and when. `code` is that of a rejection or an appeal."""

    step: str
    label: str
    text: str
    code: str
    who: str
    at: dt.datetime

    @property
    def what(self) -> str:
        """In one line."""
        words = ". ".join(part for part in (CODES.get(self.code, ""), self.text) if part)
        return f"{self.label}: {words}" if words else self.label

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """None: what a step changed is in its words."""
        return []


def told_history(deal: Deal) -> list[Told]:
    """The steps, newest first, without those that are ours alone; what happens by itself is us."""
    us = Organisation.current().name
    steps = deal.steps.filter(internal=False).select_related("by")
    return [
        Told(row.step, row.get_step_display(), row.text, row.code, str(row.by or us), row.at)
        for row in steps
    ]
