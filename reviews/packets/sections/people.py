"""The partner's people, and who left."""

import datetime as dt

from partners.models import Departure, Person
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table

SHOWN = 30
COLUMNS = (
    Column("name", "Name"),
    Column("role", "Role"),
    Column("certifications", "Certifications"),
    Column("left", "Left", "day"),
    Column("key", "Key talent"),
)


def _parts(ask: Ask) -> list[Part]:
    people = list(
        Person.objects.filter(partner=ask.partner).known(ask.known_by).order_by("name", "pk")
    )
    gone = _gone(ask)
    # Who left before the quarter is no news.
    told = [each for each in people if each.pk not in gone or gone[each.pk] >= ask.review.start]
    rows = [
        Row(
            cells=(
                each.name,
                each.role,
                each.certifications,
                gone.get(each.pk),
                "yes" if each.key else "",
            ),
            shared=True,
        )
        for each in told[:SHOWN]
    ]
    return [
        Table(
            key="people",
            caption="People we know of",
            columns=COLUMNS,
            rows=tuple(rows),
            more=max(0, len(told) - SHOWN),
            origin=ask.origin(
                "People as the partner and its channel manager told of them",
                link=ask.page("partners:persons"),
            ),
            empty="Unknown: nobody is recorded. The partner owes it.",
        )
    ]


def _gone(ask: Ask) -> dict[int, dt.date]:
    """Who had left, and when, as known by then."""
    standing = Departure.objects.standing(ask.known_by).filter(person__partner=ask.partner)
    return dict(standing.values_list("person_id", "left_on"))


SECTION = SectionKind(
    key="people",
    title="People",
    parts=_parts,
    # That somebody is key talent is never the partner's to see.
    shares=Shares(tables={"people": ("name", "role", "certifications", "left")}),
)
