"""The first question of the first text: whether a partner's own total sales moved by a fifth."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection, models

from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.explanations import Explanation, Table, amount, day, money, percent, text
from alerts.night import Night
from alerts.sizes import sizes
from alerts.verdicts import (
    Direction,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from channelhub.lib import figures, months
from partners.models import ResultBasis, Status


class Class(models.TextChoices):
    """What a partner's own total sales did over its last fiscal year."""

    UP = "up", "Up"
    DOWN = "down", "Down"
    WITHIN = "within", "Within the threshold"
    NO_FIGURES = "no figures", "No figures of two closed years are known"
    STALE = "stale", "Stale: no figures 9 months after the close of a year"
    BASES_DIFFER = "bases differ", "An estimate is not compared with a reported figure"
    CURRENCIES_DIFFER = "currencies differ", "The two years are told in different currencies"
    YEARS_APART = "years apart", "The two years do not follow each other"
    NO_BASE = "no base", "Nothing was sold in the year before"


COMPARED = {Class.UP, Class.DOWN, Class.WITHIN}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Year:
    """A fiscal year's own total sales, from its first to its last day, both included."""

    start: dt.date
    end: dt.date
    amount: Decimal
    currency: str
    basis: str
    inorganic: bool = False

    @property
    def days(self) -> int:
        """Its length."""
        return (self.end - self.start).days + 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class OwnSales:
    """What was known of a partner's own results, pro forma with partners merged into it.

    `years` are the closed ones, newest first, one for each basis; `next_close` is when the year
    after the newest ends, by its fiscal periods or 12 months later. `size` is our trailing 12
    months with it in reporting currency.
    """

    partner: int
    years: tuple[Year, ...]
    next_close: dt.date | None
    size: Decimal | None


class OwnSalesShift(Canary):
    """The partner's own total sales moved by 20% or more over its last fiscal year."""

    name: ClassVar[str] = "own-sales-shift"
    question: ClassVar[str] = (
        "Did any of our partners experience a 20% change in their own total sales results over"
        " their last fiscal year?"
    )
    seed: ClassVar[str] = "channel sales alignment, question 1"
    scope: ClassVar[Scope] = Scope.PARTNER
    limits: ClassVar[dict[str, Decimal]] = {
        "change": Decimal(20),
        "clears_under": Decimal(75),
        "stale_months": Decimal(9),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "change": "Change from one fiscal year to the next that fires, in percent",
        "clears_under": "Ends under this part of the change, in percent of it",
        "stale_months": "Stale without figures this many months after a year's close",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[OwnSales]:
        """The own results of partners whose keys lie from `first` to `last`: one statement."""
        params: dict[str, Any] = {
            "as_of": night.as_of,
            "first": first,
            "last": last,
            "prospect": Status.PROSPECT,
        }
        with connection.cursor() as cursor:
            cursor.execute(FACTS, params)
            rows = cursor.fetchall()
        known = sizes(night, [partner for partner, found, *_ in rows if found])
        for partner, found, members, next_close in rows:
            years = pro_forma([_year(row) for row in json.loads(found or "[]")], members or 0)
            close = next_close or (_a_year_after(years[0].end) if years else None)
            yield OwnSales(partner=partner, years=years, next_close=close, size=known.get(partner))

    def judge(self, facts: OwnSales, night: Night, limits: Limits) -> Verdict:
        """The class of the shift; at stake is our trailing 12 months times the change."""
        kind, pair = classify(facts, night.as_of, limits)
        value = change_of(*pair) if pair and kind in COMPARED else None
        at_stake = None
        if value is not None and facts.size is not None:
            at_stake = abs(facts.size * value) / 100
        up = value is not None and value > 0
        return Verdict(
            scope=Scope.PARTNER,
            subject=facts.partner,
            partners=(facts.partner,),
            direction=None if value is None else Direction.UP if up else Direction.DOWN,
            nature=Nature.OPPORTUNITY if up else Nature.RISK,
            outcome=outcome_of(kind, pair, limits),
            finding_class=kind,
            severity=severity_of(at_stake, night.channel, limits),
            value=value,
            money=at_stake,
            partner_size=facts.size,
            evidence=_evidence(kind, pair, facts, night, limits),
        )

    def is_kept(self, verdict: Verdict) -> bool:
        """Most partners tell no figures."""
        return verdict.finding_class != Class.NO_FIGURES

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """What its own sales did."""
        if value is None:
            return Class(finding_class).label
        turn = "rose" if value > 0 else "fell"
        return f"Its own sales {turn} {figures.percent(abs(value))}"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """Under 75% of the threshold."""
        under = (limits["change"] * limits["clears_under"] / 100).normalize()
        return f"It ends when the next year's figures move by less than {under:f}%."

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The two years, and how they were made comparable."""
        rows = tuple(
            (
                text(each["label"]),
                day(each["from"]),
                day(each["to"]),
                text(ResultBasis(each["basis"]).label),
                money(each["amount"], each["currency"]),
            )
            for each in evidence["years"]
        )
        head = ("Fiscal year", "From", "To", "Basis", "Own total sales")
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(caption="The two years compared", head=head, rows=rows) if rows else None,
            figures=(("Change", percent(value)), ("Threshold", percent(_threshold(evidence)))),
            tags=tuple(evidence["tags"]),
        )


def _threshold(evidence: Evidence) -> str:
    threshold: str = evidence["threshold"]["change"]
    return threshold


def classify(
    facts: OwnSales, as_of: dt.date, limits: Limits
) -> tuple[Class, tuple[Year, Year] | None]:
    """The class of the shift, with the newest year and the one before where there are two."""
    if facts.next_close and is_stale(facts.next_close, as_of, int(limits["stale_months"])):
        return Class.STALE, None
    pair, why = comparable(facts.years)
    if pair is None:
        return why, None
    if pair[1].amount <= 0:
        return Class.NO_BASE, pair
    now, before = _scaled(*pair)
    if abs(now - before) * 100 < limits["change"] * before:
        return Class.WITHIN, pair
    return (Class.UP if now > before else Class.DOWN), pair


def is_stale(close: dt.date, as_of: dt.date, count: int) -> bool:
    """Whether a year closed 9 months ago, and its figures are still not known."""
    return months.months_before(as_of, count) >= close


def comparable(years: Sequence[Year]) -> tuple[tuple[Year, Year] | None, Class]:
    """The two newest closed years of the best basis that both have, or why there are none.

    Reported figures go before estimates, and the two are never compared.
    """
    ends = sorted({year.end for year in years}, reverse=True)[:2]
    if len(ends) < 2:
        return None, Class.NO_FIGURES
    for basis in (ResultBasis.REPORTED, ResultBasis.ESTIMATED):
        found = {year.end: year for year in years if year.basis == basis}
        if set(ends) <= set(found):
            return _pair(found[ends[0]], found[ends[1]])
    return None, Class.BASES_DIFFER


def _pair(now: Year, before: Year) -> tuple[tuple[Year, Year] | None, Class]:
    if now.currency != before.currency:
        return None, Class.CURRENCIES_DIFFER
    if now.start != before.end + dt.timedelta(days=1):
        return None, Class.YEARS_APART
    return (now, before), Class.WITHIN


def _scaled(now: Year, before: Year) -> tuple[Decimal, Decimal]:
    """Both amounts times the other year's days: they compare as amounts a day do, undivided."""
    return now.amount * before.days, before.amount * now.days


def change_of(now: Year, before: Year) -> Decimal:
    """The change a day, in percent of the year before, unrounded."""
    current, prior = _scaled(now, before)
    return (current - prior) * 100 / prior


def outcome_of(kind: Class, pair: tuple[Year, Year] | None, limits: Limits) -> Outcome:
    """A fifth fires, under 75% of it clears, and what cannot be compared is unknown."""
    if kind not in COMPARED or pair is None:
        return Outcome.UNKNOWN
    if kind is not Class.WITHIN:
        return Outcome.FIRES
    now, before = _scaled(*pair)
    clears = abs(now - before) * 10000 < limits["change"] * limits["clears_under"] * before
    return Outcome.CLEARS if clears else Outcome.HOLDS


def pro_forma(years: Sequence[tuple[int, Year]], members: int) -> tuple[Year, ...]:
    """One year for each span and basis: the sum over all members that have results, newest first.

    A span that one of the `members` with results has no figure for is left out.
    """
    found: dict[tuple[dt.date, dt.date, str, str], dict[int, Year]] = {}
    for member, year in years:
        key = (year.start, year.end, year.currency, year.basis)
        found.setdefault(key, {})[member] = year
    summed = [_added(list(parts.values())) for parts in found.values() if len(parts) == members]
    return tuple(sorted(summed, key=lambda year: (year.end, year.start), reverse=True))


def _added(years: Sequence[Year]) -> Year:
    if len(years) == 1:
        return years[0]
    return dataclasses.replace(
        years[0],
        amount=sum((year.amount for year in years), Decimal(0)),
        inorganic=any(year.inorganic for year in years),
    )


def _evidence(
    kind: Class, pair: tuple[Year, Year] | None, facts: OwnSales, night: Night, limits: Limits
) -> dict[str, Any]:
    labels = ("The last", "The one before")
    return evidence_of(
        night,
        limits,
        reason=_reason(kind, pair, facts, limits),
        tags=_tags(pair) if pair else [],
        years=[
            {
                "label": label,
                "from": str(year.start),
                "to": str(year.end),
                "amount": str(year.amount),
                "currency": year.currency,
                "basis": year.basis,
            }
            for label, year in zip(labels, pair or (), strict=False)
        ],
    )


def _tags(pair: tuple[Year, Year]) -> list[str]:
    tags = {
        "Inorganic": any(year.inorganic for year in pair),
        "Estimated": pair[0].basis == ResultBasis.ESTIMATED,
        "Scaled per day": is_scaled(*pair),
    }
    return [tag for tag, holds in tags.items() if holds]


def is_scaled(now: Year, before: Year) -> bool:
    """Whether the years are of different lengths; a leap day makes none."""
    return abs(now.days - before.days) > 1


def _reason(kind: Class, pair: tuple[Year, Year] | None, facts: OwnSales, limits: Limits) -> str:
    if kind is Class.STALE and facts.next_close:
        return (
            f"Its year closed on {facts.next_close:%-d %B %Y}, and"
            f" {limits['stale_months'].normalize():f} months later there are no figures."
        )
    if pair is None or kind not in COMPARED:
        return f"{kind.label}."
    now, before = pair
    words = (
        f"{amount(now.amount, now.currency)} after {amount(before.amount, before.currency)}"
        f" is {figures.percent(change_of(now, before))}"
    )
    if is_scaled(now, before):
        words += f" a day: the years have {now.days} and {before.days} days"
    return f"{words}. The threshold is {limits['change'].normalize():f}%."


def _a_year_after(day_: dt.date) -> dt.date:
    month = months.add_months(months.first_day(day_), 12)
    whole = day_ == months.last_day(day_)
    end = months.last_day(month)
    return end if whole else month.replace(day=min(day_.day, end.day))


def _year(row: dict[str, Any]) -> tuple[int, Year]:
    return row["member"], Year(
        start=dt.date.fromisoformat(row["start"]),
        end=dt.date.fromisoformat(row["end"]),
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        basis=row["basis"],
        inorganic=row["inorganic"],
    )


# The newest statement of each year and basis that was known; prospects are not judged.
FACTS = """
WITH standing AS (
  SELECT p.id AS root FROM partners_partner p
  LEFT JOIN partners_partnerstatus s ON s.partner_id = p.id AND s.valid @> %(as_of)s::date
  WHERE p.id BETWEEN %(first)s AND %(last)s
    AND (p.merged_into_id IS NULL OR p.merged_on > %(as_of)s)
    AND s.status IS DISTINCT FROM %(prospect)s
), member AS (
  SELECT root, root AS id FROM standing
  UNION ALL
  SELECT m.merged_into_id, m.id FROM partners_partner m
  JOIN standing ON root = m.merged_into_id AND m.merged_on <= %(as_of)s
), known AS (
  SELECT DISTINCT ON (r.partner_id, r.start, r."end", r.basis) member.root, r.*
  FROM member JOIN partners_ownresult r ON r.partner_id = member.id
  WHERE r.known_on <= %(as_of)s AND r."end" <= %(as_of)s
  ORDER BY r.partner_id, r.start, r."end", r.basis, r.known_on DESC
), told AS (
  SELECT root, count(DISTINCT partner_id) AS members, max("end") AS newest,
    jsonb_agg(jsonb_build_object('member', partner_id, 'start', start, 'end', "end",
      'amount', amount::text, 'currency', currency, 'basis', basis,
      'inorganic', inorganic)) AS years
  FROM known GROUP BY root
)
SELECT standing.root, told.years, told.members, (
    SELECT min(f."end") FROM partners_partnerfiscalperiod f
    WHERE f.partner_id = standing.root AND f."end" > told.newest)
FROM standing LEFT JOIN told USING (root)
ORDER BY standing.root
"""
