"""The snapshot of a review: its sections asked once, with what changed since the last packet."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Organisation, User
from channelhub.lib.text import plain
from reviews.models import Packet, Review, ReviewComment
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import (
    FORMAT,
    Chart,
    Document,
    Figure,
    Table,
    chart_json,
    figure_json,
    table_json,
)
from reviews.packets.sections import SECTIONS
from reviews.quarterly.meeting import MEETING
from sales.models import SalesMonth

MEETING_TITLE = "In the meeting"


def snapshot(review: Review, *, version: int, acting_user: User | None) -> Document:
    """Everything a packet says, as known by the cut-off, or by today where that is earlier."""
    organisation = Organisation.current()
    today = organisation.today()
    ask = Ask(review=review, known_by=min(review.cut_off, today), today=today)
    said = _comments(review)
    sections = [_section(kind, ask, said) for kind in SECTIONS]
    last = last_packet(review)
    if last:
        _compare(sections, last, ask)
    return {
        "format": FORMAT,
        "version": version,
        "organisation": {
            "name": plain(organisation.name),
            "colour": organisation.colour,
            "currency": organisation.reporting_currency,
        },
        "partner": {"name": plain(review.partner.name), "number": plain(review.partner.number)},
        "review": str(review.public_id),
        "quarter": {
            "name": plain(review.quarter),
            "start": review.start.isoformat(),
            "end": review.end.isoformat(),
        },
        "meeting": _meeting(review),
        "agenda": plain(review.agenda),
        "cut_off": review.cut_off.isoformat(),
        "known_by": ask.known_by.isoformat(),
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "made_by": plain(str(acting_user)) if acting_user else "",
        "last_packet": _called(last) if last else None,
        "sections": [*sections, _in_the_meeting(said)],
    }


def last_packet(review: Review) -> Packet | None:
    """The packet made before: an earlier version, else the last one of an earlier quarter."""
    own: Packet | None = review.packets.order_by("-version").first()
    if own:
        return own
    earlier: Packet | None = (
        Packet.objects.filter(review__partner=review.partner_id, review__end__lt=review.start)
        .select_related("review")
        .order_by("-review__end", "-version")
        .first()
    )
    return earlier


def figures_in(sections: Iterable[Document]) -> Iterator[Document]:
    """Every figure of some sections."""
    for section in sections:
        yield from section["figures"]


def _section(kind: SectionKind, ask: Ask, said: dict[str, list[Document]]) -> Document:
    parts = kind.parts(ask)
    return {
        "key": kind.key,
        "title": kind.title,
        "comments": said.get(kind.key, []),
        "figures": [figure_json(part) for part in parts if isinstance(part, Figure)],
        "charts": [chart_json(part) for part in parts if isinstance(part, Chart)],
        "tables": [table_json(part) for part in parts if isinstance(part, Table)],
    }


def _in_the_meeting(said: dict[str, list[Document]]) -> Document:
    return {
        "key": MEETING,
        "title": MEETING_TITLE,
        "comments": said.get(MEETING, []),
        "figures": [],
        "charts": [],
        "tables": [],
    }


def _comments(review: Review) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    rows = ReviewComment.objects.filter(review=review).select_related("author")
    for row in rows.order_by("kind"):
        told = {"kind": row.kind, "text": plain(row.text), "by": plain(str(row.author or ""))}
        found.setdefault(row.section, []).append(told)
    return found


def _meeting(review: Review) -> Document:
    return {
        "at": review.meets_at.isoformat() if review.meets_at else None,
        "time_zone": review.time_zone,
        "minutes": review.minutes,
        "place": plain(review.place),
        "held_on": review.held_on.isoformat() if review.held_on else None,
    }


def _called(packet: Packet) -> Document:
    return {
        "quarter": packet.document["quarter"]["name"],
        "version": packet.version,
        "known_by": packet.known_by.isoformat(),
        "checksum": packet.checksum,
    }


def _compare(sections: list[Document], last: Packet, ask: Ask) -> None:
    """Say of each figure what the last packet said of the same days, where it differs."""
    then = {
        key: figure
        for figure in figures_in(last.document["sections"])
        if (key := _same(figure)) and figure["value"] is not None
    }
    for figure in figures_in(sections):
        before = then.get(_same(figure) or ())
        if before and figure["value"] is not None and _moved(before, figure):
            figure["was"] = {
                "value": before["value"],
                "quarter": last.document["quarter"]["name"],
                "version": last.version,
                "why": _why(figure, last.known_by, ask),
            }


def _same(figure: Document) -> tuple[str, ...] | None:
    """What makes two figures the same question; None where it is not asked again."""
    if not figure["measure"]:
        return None
    return (figure["measure"], figure["first"], figure["last"], figure["unit"])


def _moved(before: Document, now: Document) -> bool:
    return round(Decimal(before["value"]), 2) != round(Decimal(now["value"]), 2)


def _why(figure: Document, known_before: dt.date, ask: Ask) -> str:
    """Late rows where some became known since, else the rates."""
    first, last = (dt.date.fromisoformat(figure[name]) for name in ("first", "last"))
    late: Any = SalesMonth.objects.our_sales().of(ask.partner.members(ask.known_by))
    late = late.between(first, last).filter(known_on__gt=known_before, known_on__lte=ask.known_by)
    if late.exists():
        return f"rows that became known after {known_before:%-d %b %Y}"
    return "plan rates of another day"
