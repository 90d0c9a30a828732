"""Last quarter's actions: what was promised, and what became of it."""

from partners.models import Action
from reviews.packets.asking import Ask, SectionKind, owner_of
from reviews.packets.document import Column, Origin, Part, Row, Shares, Table
from reviews.quarterly.promises import carried_into

SHOWN = 40
COLUMNS = (
    Column("title", "What"),
    Column("owner", "Who"),
    Column("due", "Due", "day"),
    Column("status", "State"),
    Column("figure", "Figure it should move"),
    Column("outcome", "What came of it"),
)
# What came of it is written for ourselves.
SHARED = ("title", "owner", "due", "status", "figure")


def rows_of(actions: list[Action], ask: Ask) -> tuple[Row, ...]:
    """Actions as rows of `COLUMNS`."""
    return tuple(
        Row(
            cells=(
                action.title,
                owner_of(action, ask),
                action.due_on,
                _status(action, ask),
                action.figure,
                action.outcome,
            ),
            shared=action.shared,
            link=f"/actions/{action.public_id}/",
        )
        for action in actions
    )


def promised(ask: Ask) -> Origin:
    """What people promised is told as it stands on the day the packet is made."""
    return Origin(
        words="Actions that reviews asked for",
        shared_words="Actions that reviews asked for",
        known_by=ask.today,
        link="/actions/?whose=all&origin=review",
    )


def _status(action: Action, ask: Ask) -> str:
    late = action.closed_on is None and action.due_on < ask.today
    return f"{action.get_status_display()}, overdue" if late else action.get_status_display()


def _parts(ask: Ask) -> list[Part]:
    found = list(carried_into(ask.review))
    return [
        Table(
            key="actions",
            caption="What was promised before",
            columns=COLUMNS,
            rows=rows_of(found[:SHOWN], ask),
            more=max(0, len(found) - SHOWN),
            origin=promised(ask),
            empty="Nothing was promised in an earlier review.",
        )
    ]


SECTION = SectionKind(
    key="actions",
    title="Last quarter's actions",
    parts=_parts,
    shares=Shares(tables={"actions": SHARED}),
)
