"""Our place on the partner's line cards."""

from partners.facts.line_cards import observations, places, words_of
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table

SHOWN = 20
COLUMNS = (
    Column("category", "Category"),
    Column("rank", "Our place"),
    Column("before", "Seen before"),
    Column("basis", "Ranked by"),
    Column("seen_on", "Seen on", "day"),
    Column("source", "Source"),
    Column("confidence", "Confidence"),
)


def _parts(ask: Ask) -> list[Part]:
    found = places(observations(ask.partner, ask.known_by))
    rows = [
        Row(
            cells=(
                place.category,
                place.words,
                words_of(place.before) if place.before else None,
                place.basis,
                place.seen.observed_on,
                place.source,
                place.seen.get_confidence_display(),
            ),
            shared=True,
        )
        for place in found[:SHOWN]
    ]
    return [
        Table(
            key="places",
            caption="Where we stand",
            columns=COLUMNS,
            rows=tuple(rows),
            more=max(0, len(found) - SHOWN),
            origin=ask.origin("Observed line cards", link=ask.page("partners:line-cards")),
            empty="Unknown: nobody has looked at its line cards. Its channel manager owes it.",
        )
    ]


SECTION = SectionKind(
    key="line_cards",
    title="Our place on the line card",
    parts=_parts,
    # Who told us, and how sure we are, is ours.
    shares=Shares(tables={"places": ("category", "rank", "before", "basis", "seen_on")}),
)
