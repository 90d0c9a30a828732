"""What interviews of the quarter found: why customers left, why deals were won or lost."""

from reviews.models import Interview
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table

SHOWN = 20
COLUMNS = (
    Column("about", "About"),
    Column("happened", "Happened", "day"),
    Column("stated", "Reason they state"),
    Column("found", "Reason we found"),
    Column("cause", "Root cause"),
    Column("change", "What should change"),
)


def _parts(ask: Ask) -> list[Part]:
    found = (
        Interview.objects.done()
        .filter(partners=ask.partner, finished_at__date__lte=ask.known_by)
        .filter(finished_at__date__gte=ask.review.start)
        .select_related("customer")
        .order_by("-happened_on", "-pk")
    )
    every = list(found)
    rows = [
        Row(
            cells=(
                str(each), each.happened_on, each.stated, each.found, each.get_cause_display(),
                each.change,
            ),
            link=each.get_absolute_url(),
        )
        for each in every[:SHOWN]
    ]  # fmt: skip
    return [
        Table(
            key="findings",
            caption="Finished since the quarter began",
            columns=COLUMNS,
            rows=tuple(rows),
            more=max(0, len(every) - SHOWN),
            origin=ask.origin("Interviews about losses and large transactions"),
            empty="No interview that concerns this partner was finished.",
        )
    ]


SECTION = SectionKind(
    key="interviews",
    title="What interviews found",
    parts=_parts,
    # Nothing that somebody told us in confidence leaves the house.
    shares=Shares(),
)
