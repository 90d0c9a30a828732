"""What both sides promise for the next quarter."""

from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Part, Shares, Table
from reviews.packets.sections.actions import COLUMNS, SHARED, SHOWN, promised, rows_of
from reviews.quarterly.promises import commitments_of


def _parts(ask: Ask) -> list[Part]:
    found = list(commitments_of(ask.review))
    return [
        Table(
            key="commitments",
            caption="Promised in this review",
            columns=COLUMNS,
            rows=rows_of(found[:SHOWN], ask),
            more=max(0, len(found) - SHOWN),
            origin=promised(ask),
            empty="Nothing yet: three to five on each side are agreed in the meeting.",
        )
    ]


SECTION = SectionKind(
    key="commitments",
    title="Commitments",
    parts=_parts,
    shares=Shares(tables={"commitments": SHARED}),
)
