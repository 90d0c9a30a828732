"""The customers whom we reach through the partner."""

from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Chart, Column, Figure, Part, Row, Shares, Table
from sales.customer_panels import customers_of

COLUMNS = (
    Column("customer", "Customer"),
    Column("amount", "12 months", "money"),
    Column("before", "The 12 before", "money"),
    Column("share", "Share of our sales", "percent"),
)


def _parts(ask: Ask) -> list[Part]:
    sales = ask.sales
    if sales.end is None or sales.from_12 is None:
        return []
    found = customers_of(ask.partner, ask.known_by, end=sales.end, total=sales.last_12)
    origin = ask.of_our_sales(sales.from_12, sales.end)
    unnamed = found.unnamed
    rows = [
        Row(
            cells=(
                each.customer.name,
                each.amount,
                each.before,
                None if each.share is None else each.share * 100,
            ),
            shared=True,
            link=f"/customers/{each.customer.public_id}/",
        )
        for each in found.shown
    ]
    chart = Chart(
        key="customers",
        caption="Largest customers, 12 months",
        categories=tuple(each.customer.name for each in found.shown),
        series=(("12 months", tuple(each.amount for each in found.shown)),),
        unit=ask.currency,
        origin=origin,
        flat=True,
    )
    return [
        Figure(
            key="unnamed",
            label="Of our sales naming no customer",
            kind="percent",
            value=None if unnamed is None else unnamed * 100,
            owed_by=ask.feeds_owe if unnamed is None else "",
            origin=origin,
        ),
        Table(
            key="customers",
            caption="Largest customers",
            columns=COLUMNS,
            rows=tuple(rows),
            more=found.count - len(rows),
            unit=ask.currency,
            origin=origin,
            empty="No line of these months names a customer.",
        ),
        *([chart] if rows else []),
    ]


SECTION = SectionKind(
    key="customers",
    title="Customers",
    parts=_parts,
    shares=Shares(
        figures=("unnamed",),
        charts=("customers",),
        tables={"customers": tuple(column.key for column in COLUMNS)},
    ),
)
