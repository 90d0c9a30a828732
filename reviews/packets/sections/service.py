"""The partner's first-line service: how quickly and how well its customers are helped."""

from decimal import Decimal

from channelhub.lib import months
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Chart, Column, Figure, Part, Row, Shares, Table
from satisfaction.figures import service_of
from satisfaction.models import ServiceMonth

COLUMNS = (
    Column("month", "Month"),
    Column("tickets", "Tickets", "number"),
    Column("first_response", "Response", "number"),
    Column("first_response_p90", "p90", "number"),
    Column("resolution", "Resolution", "number"),
    Column("resolution_p90", "p90", "number"),
    Column("reopened", "Reopened", "number"),
    Column("escalated", "Escalated", "number"),
    Column("csat", "CSAT", "number"),
)


def _parts(ask: Ask) -> list[Part]:
    first, last = ask.quarter_months
    known = ServiceMonth.objects.filter(partner=ask.partner).known(ask.known_by)
    shown = service_of(known.filter(month__lte=last))
    quarter = [row for row in shown if row.month >= first]
    return [*_figures(ask, quarter), _table(ask, shown), *_chart(ask, shown)]


def _figures(ask: Ask, quarter: list[ServiceMonth]) -> list[Figure]:
    tickets = sum(row.tickets for row in quarter)
    newest = quarter[-1] if quarter else None
    of_month = f"{newest.month:%B %Y}" if newest else ""
    answers = sum(row.csat_answers or 0 for row in quarter if row.csat is not None)
    said: tuple[tuple[str, str, str, Decimal | int | None, str], ...] = (
        ("tickets", "Tickets in the quarter", "", tickets if quarter else None, ""),
        ("first_response", "First response, median hours", "hours",
         newest.first_response_median if newest else None, of_month),
        ("resolution", "Resolution, median hours", "hours",
         newest.resolution_median if newest else None, of_month),
        ("reopened", "Reopened", "", _share(quarter, "reopened"), ""),
        ("escalated", "Escalated to us", "", _share(quarter, "escalated"), ""),
        ("service_csat", "CSAT, 1 to 5", "", _csat(quarter), f"{answers} answers"),
    )  # fmt: skip
    return [
        Figure(
            key=key,
            label=label,
            kind="percent" if key in {"reopened", "escalated"} else "number",
            value=value,
            unit=unit,
            note="" if value is None else note,
            owed_by=str(ask.partner.name) if value is None else "",
            theirs=value is None,
            origin=ask.origin("Service reported by month", link=ask.page("partners:satisfaction")),
        )
        for key, label, unit, value, note in said
    ]


def _share(quarter: list[ServiceMonth], column: str) -> Decimal | None:
    """Percent of the tickets of those months that tell it."""
    told = [row for row in quarter if getattr(row, column) is not None]
    tickets = sum(row.tickets for row in told)
    return Decimal(100 * sum(getattr(row, column) for row in told)) / tickets if tickets else None


def _csat(quarter: list[ServiceMonth]) -> Decimal | None:
    """The mean of all answers of the quarter."""
    told = [(row.csat, row.csat_answers) for row in quarter if row.csat and row.csat_answers]
    answers = sum(count for _, count in told)
    points = sum((mean * count for mean, count in told), Decimal())
    return round(points / answers, 2) if answers else None


def _table(ask: Ask, shown: list[ServiceMonth]) -> Table:
    rows = [
        Row(
            cells=(
                f"{each.month:%b %Y}", each.tickets, each.first_response_median,
                each.first_response_p90, each.resolution_median, each.resolution_p90,
                each.reopened, each.escalated, each.csat,
            ),
            shared=True,
        )
        for each in reversed(shown)
    ]  # fmt: skip
    return Table(
        key="service",
        caption="First-line service by month, median and p90 in hours",
        columns=COLUMNS,
        rows=tuple(rows),
        origin=ask.origin("Service reported by month", link=ask.page("partners:satisfaction")),
        empty="Unknown: no month of service is reported. The partner owes it.",
    )


def _chart(ask: Ask, shown: list[ServiceMonth]) -> list[Chart]:
    if len(shown) < 2:
        return []
    every = list(months.between(shown[0].month, shown[-1].month))
    response = {row.month: row.first_response_median for row in shown}
    resolution = {row.month: row.resolution_median for row in shown}
    return [
        Chart(
            key="service",
            caption="Median time by month",
            categories=tuple(f"{month:%b %Y}" for month in every),
            series=(
                ("First response", tuple(response.get(month) for month in every)),
                ("Resolution", tuple(resolution.get(month) for month in every)),
            ),
            unit="hours",
            origin=ask.origin("Service reported by month", link=ask.page("partners:satisfaction")),
        )
    ]


SECTION = SectionKind(
    key="service",
    title="First-line service",
    parts=_parts,
    shares=Shares(
        figures=(
            "tickets",
            "first_response",
            "resolution",
            "reopened",
            "escalated",
            "service_csat",
        ),
        charts=("service",),
        tables={"service": tuple(column.key for column in COLUMNS)},
    ),
)
