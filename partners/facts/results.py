"""A partner's own results side by side, and which year is told next."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.models import Organisation
from channelhub.lib import months
from partners.models import OwnResult, Partner, ResultBasis


@dataclasses.dataclass(frozen=True, kw_only=True)
class Told:
    """A figure with its change against the year before, a day; None where nothing compares."""

    result: OwnResult
    change: Decimal | None
    scaled: bool


def told(partner: Partner, on: dt.date, *, limit: int | None = None) -> list[Told]:
    """The figures known on a day, newest year first; `change` is a fraction, 0.2 is 20%."""
    rows = list(OwnResult.objects.filter(partner=partner).known(on).order_by("-end", "basis"))
    return [_told(row, rows) for row in rows[:limit]]


def pro_forma(partner: Partner, on: dt.date, *, limit: int | None = None) -> list[Told]:
    """`told` of a partner together with those merged into it by that day.

    A year counts where all of them that have results tell it, in one currency.
    """
    rows = list(OwnResult.objects.filter(partner__in=partner.members(on)).known(on))
    tellers = {row.partner_id for row in rows}
    years: dict[tuple[Any, ...], list[OwnResult]] = {}
    for row in rows:
        years.setdefault((row.end, row.start, row.basis, row.currency), []).append(row)
    whole = [_summed(parts) for parts in years.values() if len(parts) == len(tellers)]
    whole.sort(key=lambda year: (-year.end.toordinal(), year.basis))
    return [_told(row, whole) for row in whole[:limit]]


def _summed(parts: list[OwnResult]) -> OwnResult:
    """One year of several partners; it is stored nowhere."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    return OwnResult(
        partner=first.partner,
        start=first.start,
        end=first.end,
        amount=sum((part.amount for part in parts), Decimal(0)),
        currency=first.currency,
        basis=first.basis,
        inorganic=any(part.inorganic for part in parts),
        source="Pro forma with merged partners",
        known_on=max(part.known_on for part in parts),
    )


def _told(result: OwnResult, rows: list[OwnResult]) -> Told:
    day_before = result.start - dt.timedelta(days=1)
    before = next(
        (
            row
            for row in rows
            if (row.end, row.basis, row.currency) == (day_before, result.basis, result.currency)
        ),
        None,
    )
    if before is None or not before.amount:
        return Told(result=result, change=None, scaled=False)
    now, then = result.amount * before.days, before.amount * result.days
    scaled = abs(result.days - before.days) > 1
    return Told(result=result, change=(now - then) / then, scaled=scaled)


def missing_year(partner: Partner, on: dt.date) -> dt.date | None:
    """The last day of a year that has closed and of which no figure is known; None for none."""
    start, end = _next_span(partner)
    return end if start and end and end <= on else None


def next_year(partner: Partner) -> dict[str, Any]:
    """What a form for the next figure shows at first."""
    start, end = _next_span(partner)
    last = partner.own_results.first()
    currency = last.currency if last else partner.currency
    return {
        "start": start,
        "end": end,
        "currency": currency or Organisation.current().reporting_currency,
        "basis": ResultBasis.REPORTED,
    }


def _next_span(partner: Partner) -> tuple[dt.date | None, dt.date | None]:
    """The year after the last one told: by the fiscal periods, else as long as a year."""
    last = partner.own_results.first()
    periods = partner.fiscal_periods.order_by("start")
    if last is None:
        today = Organisation.current().today()
        closed = periods.filter(end__lte=today).last()
        return (closed.start, closed.end) if closed else (None, None)
    if period := periods.filter(start__gt=last.start, end__gt=last.end).first():
        return period.start, period.end
    start = last.end + dt.timedelta(days=1)
    return start, months.months_before(start, -12) - dt.timedelta(days=1)
