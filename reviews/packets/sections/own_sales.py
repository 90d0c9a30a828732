"""The partner's own total sales, and our part of them."""

from partners.facts.results import missing_year, pro_forma
from partners.models import ResultBasis
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Column, Figure, Part, Row, Shares, Table
from sales.customer_panels import share_of_own_sales

YEARS = 4
COLUMNS = (
    Column("year", "Fiscal year"),
    Column("amount", "Own total sales", "money"),
    Column("currency", "Currency"),
    Column("change", "Change", "percent"),
    Column("basis", "Basis"),
    Column("marks", "Marks"),
)


def _parts(ask: Ask) -> list[Part]:
    told = pro_forma(ask.partner, ask.known_by, limit=YEARS)
    year = told[0].result if told else None
    share = share_of_own_sales(ask.partner, year, ask.known_by)
    missing = missing_year(ask.partner, ask.known_by)
    theirs = f"{ask.partner.name}: its own total sales"
    if missing:
        theirs = f"{theirs} of the year to {missing:%-d %b %Y}"
    estimated = year is not None and year.basis != ResultBasis.REPORTED
    origin = ask.origin("Own total sales, as told or estimated", link=ask.page("partners:results"))
    rows = [
        Row(
            cells=(
                f"{each.result.start:%-d %b %Y} to {each.result.end:%-d %b %Y}",
                each.result.amount,
                each.result.currency,
                None if each.change is None else each.change * 100,
                each.result.get_basis_display(),
                "inorganic" if each.result.inorganic else "",
            ),
            # What we estimate is ours.
            shared=each.result.basis == ResultBasis.REPORTED,
        )
        for each in told
    ]
    return [
        Figure(
            key="share_estimated" if estimated else "share",
            label="Our sales as a share of its own total sales",
            kind="percent",
            value=None if share is None else share * 100,
            note=f"Of the fiscal year to {year.end:%-d %b %Y}." if year else "",
            owed_by=theirs if share is None else "",
            theirs=share is None and year is None,
            origin=origin,
        ),
        Table(
            key="years",
            caption="Own total sales",
            columns=COLUMNS,
            rows=tuple(rows),
            origin=origin,
            empty=f"Unknown. Owed by {theirs}.",
        ),
    ]


SECTION = SectionKind(
    key="own_sales",
    title="The partner's own sales, and our share",
    parts=_parts,
    shares=Shares(
        figures=("share",), tables={"years": ("year", "amount", "currency", "change", "basis")}
    ),
)
