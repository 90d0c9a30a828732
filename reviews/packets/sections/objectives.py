"""Objectives: what was to be reached against what was."""

from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table

NO_TARGET = "no target agreed"
COLUMNS = (
    Column("objective", "Objective"),
    Column("target", "Target"),
    Column("actual", "Actual", "money"),
    Column("year_before", "A year before", "money"),
)


def _parts(ask: Ask) -> list[Part]:
    first, last = ask.quarter_months
    year_before = (first.replace(year=first.year - 1), last.replace(year=last.year - 1))
    sales = Row(
        cells=(
            "Our sales in the quarter",
            NO_TARGET,
            ask.sales.total(first, last),
            ask.sales.total(*year_before),
        ),
        shared=True,
    )
    return [
        Table(
            key="objectives",
            caption="Target against actual",
            columns=COLUMNS,
            rows=(sales,),
            unit=ask.currency,
            origin=ask.of_our_sales(first, last),
        )
    ]


SECTION = SectionKind(
    key="objectives",
    title="Objectives",
    parts=_parts,
    shares=Shares(tables={"objectives": tuple(column.key for column in COLUMNS)}),
)
