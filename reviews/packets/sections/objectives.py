"""Objectives: what was to be reached against what was."""

from deals.models import Target
from deals.standing.attained import Attained, attained
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Part, Row, Shares, Table

NO_TARGET = "no target agreed"
COLUMNS = (
    Column("objective", "Objective"),
    Column("target", "Target"),
    Column("actual", "Actual", "money"),
    Column("year_before", "A year before", "money"),
)
TARGET_COLUMNS = (
    Column("line", "Product line"),
    Column("start", "From", "day"),
    Column("end", "To", "day"),
    Column("target", "Target", "number"),
    Column("actual", "Actual", "number"),
    Column("unit", "In"),
    Column("reached", "Reached", "percent"),
)


def _parts(ask: Ask) -> list[Part]:
    first, last = ask.quarter_months
    year_before = (first.replace(year=first.year - 1), last.replace(year=last.year - 1))
    reached = _targets(ask)
    sales = Row(
        cells=(
            "Our sales in the quarter",
            "see the targets" if reached else NO_TARGET,
            ask.sales.total(first, last),
            ask.sales.total(*year_before),
        ),
        shared=True,
    )
    return [
        Table(
            key="objectives",
            caption="Our sales against the year before",
            columns=COLUMNS,
            rows=(sales,),
            unit=ask.currency,
            origin=ask.of_our_sales(first, last),
        ),
        Table(
            key="targets",
            caption="Target against actual",
            columns=TARGET_COLUMNS,
            rows=tuple(_row(each) for each in reached),
            origin=ask.origin("Targets agreed with the partner", link=ask.page("partners:targets")),
            empty=NO_TARGET.capitalize() + ".",
        ),
    ]


def _targets(ask: Ask) -> list[Attained]:
    """What is agreed for days of the quarter."""
    days = (ask.review.start, ask.review.end)
    rows = Target.objects.filter(partner=ask.partner, valid__overlap=days)
    ordered = rows.select_related("product_line").order_by("product_line__name", "valid", "pk")
    return attained(ask.partner, list(ordered), ask.known_by)


def _row(reached: Attained) -> Row:
    target, share = reached.target, reached.share
    line = str(target.product_line) if target.product_line else "All product lines"
    return Row(
        cells=(
            line,
            target.valid.lower,
            target.last_day,
            target.value,
            reached.value,
            target.currency or "units",
            share * 100 if share is not None else None,
        ),
        shared=True,
    )


SECTION = SectionKind(
    key="objectives",
    title="Objectives",
    parts=_parts,
    shares=Shares(
        tables={
            "objectives": tuple(column.key for column in COLUMNS),
            "targets": tuple(column.key for column in TARGET_COLUMNS),
        }
    ),
)
