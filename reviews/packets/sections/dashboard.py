"""The dashboard: our sales, the pipeline, the win rate, the tier, the certified people."""

import datetime as dt
from decimal import Decimal

from accounts.models import Organisation
from alerts.panels import score_on
from channelhub.lib import months
from deals.past import Standing, closed_between, open_ones, standing_at
from deals.rules.states import State
from partners.models import Person
from reviews.packets.asking import Ask, SectionKind
from reviews.packets.document import Chart, Figure, Origin, Part, Shares
from sales.models import PlanRate

CHART_MONTHS = 24
REGISTRATIONS = "Registrations of the partner, by their steps"


def _parts(ask: Ask) -> list[Part]:
    standing = standing_at(ask.partner.members(ask.known_by), _end_of(ask.known_by))
    return [
        *_sales(ask),
        *_deals(ask, standing),
        *_standing(ask),
        *([_chart(ask)] if ask.sales.series else []),
    ]


def _sales(ask: Ask) -> list[Part]:
    first, last = ask.quarter_months
    sales, end = ask.sales, ask.sales.end or last
    trailing = (months.add_months(end, -11), end)
    late = "" if sales.end == last else f"Covered to {end:%b %Y} only."
    year_before = (months.add_months(first, -12), months.add_months(last, -12))
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    quarter_before = (months.add_months(first, -length), months.add_months(first, -1))
    return [
        _money(ask, "revenue_12", "Our sales, 12 months", sales.last_12, trailing, note=late),
        _change(ask, trailing),
        _money(ask, "quarter", "Our sales in the quarter", sales.total(first, last), (first, last)),
        _money(
            ask, "quarter_before", "Our sales in the quarter before",
            sales.total(*quarter_before), quarter_before,
        ),
        _money(
            ask, "quarter_year_before", "Our sales in the same quarter a year before",
            sales.total(*year_before), year_before,
        ),
    ]  # fmt: skip


def _money(
    ask: Ask,
    key: str,
    label: str,
    value: Decimal | None,
    period: tuple[dt.date, dt.date],
    *,
    note: str = "",
) -> Figure:
    return Figure(
        key=key,
        label=label,
        kind="money",
        value=value,
        unit=ask.currency,
        note=note,
        owed_by=ask.feeds_owe if value is None else "",
        measure="our-sales",
        origin=ask.of_our_sales(*period),
    )


def _change(ask: Ask, trailing: tuple[dt.date, dt.date]) -> Figure:
    now, before = ask.sales.last_12, ask.sales.prior_12
    known = now is not None and before is not None and before > 0
    return Figure(
        key="change_12",
        label="Against the 12 months before",
        kind="percent",
        value=(now - before) * 100 / before if known and now is not None and before else None,
        note="At the plan rates of one day.",
        owed_by="" if known else ask.feeds_owe,
        origin=ask.of_our_sales(months.add_months(trailing[0], -12), trailing[1]),
    )


def _deals(ask: Ask, standing: list[Standing]) -> list[Part]:
    working, quarter = open_ones(standing), (ask.review.start, ask.review.end)
    closed = closed_between(
        standing, _start_of(quarter[0]), min(_end_of(quarter[1]), _end_of(ask.known_by))
    )
    won, lost = closed[State.WON], closed[State.LOST]
    value, missing = _pipeline(ask, working)
    link = ask.page("partners:detail")
    now = ask.origin(REGISTRATIONS, link=link)
    in_quarter = Origin(
        words=REGISTRATIONS,
        shared_words=REGISTRATIONS,
        known_by=ask.known_by,
        first=quarter[0],
        last=quarter[1],
        link=link,
    )
    owed = f"Admin: plan rate of {', '.join(missing)}" if missing else ""
    return [
        Figure(key="pipeline", label="Open registrations, value", kind="money", value=value,
            unit=ask.currency, origin=now, owed_by=owed,
            note=f"{len(working)} registrations; amounts as told by the partner."),
        Figure(key="pipeline_count", label="Open registrations", kind="number",
            value=len(working), origin=now),
        Figure(key="win_rate", label="Win rate on registered deals", kind="percent",
            value=Decimal(won * 100) / (won + lost) if won + lost else None, origin=in_quarter,
            note=f"{won} won of {won + lost} won or lost; {closed[State.EXPIRED]} expired and"
            f" {closed[State.RELEASED]} released beside.",
            ),
        Figure(key="expired", label="Expired", kind="number", value=closed[State.EXPIRED],
            origin=in_quarter),
        Figure(key="released", label="Released for silence", kind="number",
            value=closed[State.RELEASED], origin=in_quarter),
    ]  # fmt: skip


def _pipeline(ask: Ask, working: list[Standing]) -> tuple[Decimal | None, list[str]]:
    """The value at plan rates, and the currencies that have none."""
    rates = PlanRate.objects.by_currency(ask.known_by, ask.currency)
    missing = sorted({each.deal.currency for each in working} - set(rates))
    if missing:
        return None, missing
    amounts = [(each.amount or Decimal(0)) * rates[each.deal.currency] for each in working]
    return sum(amounts, Decimal(0)), []


def _standing(ask: Ask) -> list[Part]:
    tier = ask.partner.tiers.on(ask.known_by).first()
    people = Person.objects.filter(partner=ask.partner).known(ask.known_by).present()
    certified = people.exclude(certifications="").count()
    health = score_on(ask.partner.pk, ask.known_by)
    return [
        Figure(key="tier", label="Tier", kind="text", value=tier.tier if tier else None,
            owed_by="" if tier else "Its channel manager",
            origin=ask.origin("The partner's record", link=ask.page("partners:detail"))),
        Figure(key="certified", label="People with certifications", kind="number",
            value=certified or None, theirs=True,
            owed_by="" if certified else f"{ask.partner.name}: who is certified",
            origin=ask.origin("Certifications recorded on people",
                link=ask.page("partners:persons"))),
        Figure(key="health", label="Health", kind="number", value=health,
            note="" if health is not None else "Too little was judged by then.",
            origin=ask.origin("The newest night judged by then",
                link=ask.page("partners:detail"))),
    ]  # fmt: skip


def _chart(ask: Ask) -> Chart:
    series = ask.sales.series[-CHART_MONTHS:]
    now, before = [amount for _, amount in series[-12:]], [amount for _, amount in series[:-12]]
    gap: list[Decimal | None] = [None] * (len(now) - len(before))
    return Chart(
        key="months",
        caption="Our sales by month",
        categories=tuple(f"{month:%b %y}" for month, _ in series[-12:]),
        series=(("Last 12 months", tuple(now)), ("The 12 before", (*gap, *before))),
        unit=ask.currency,
        origin=ask.of_our_sales(series[0][0], series[-1][0]),
    )


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=Organisation.current().zone())


def _end_of(day: dt.date) -> dt.datetime:
    return _start_of(day + dt.timedelta(days=1))


SECTION = SectionKind(
    key="dashboard",
    title="Dashboard",
    parts=_parts,
    shares=Shares(
        figures=(
            "revenue_12",
            "change_12",
            "quarter",
            "quarter_before",
            "quarter_year_before",
            "pipeline",
            "pipeline_count",
            "win_rate",
            "expired",
            "released",
            "tier",
            "certified",
        ),
        charts=("months",),
    ),
)
