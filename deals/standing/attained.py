"""What became of targets: our sales with the partner in their periods, as known on a day."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Organisation
from channelhub.lib import months
from deals.models import Measure, Target
from partners.models import Partner
from sales.models import PlanRate
from sales.windows import window

# Our sales as `LineQuerySet.our_sales_with` has them, of the rows that were true then. A product
# that is merged counts in the line of its root.
LINES = """
SELECT l.date, l.currency, l.amount, l.quantity,
  CASE WHEN root.id IS NULL THEN p.line_id ELSE root.line_id END AS line_id
FROM {table} l
LEFT JOIN sales_product p ON p.id = l.product_id
LEFT JOIN sales_product root ON root.id = p.merged_into_id AND p.merged_on <= %(as_of)s
WHERE l.known_on <= %(as_of)s {until} AND l.date >= %(first)s AND l.date < %(last)s
  AND (l.reseller_id = ANY(%(partners)s) OR l.distributor_id = ANY(%(partners)s))
  AND ((l.kind = 'billing' AND COALESCE(l.distributor_id, l.reseller_id) = ANY(%(partners)s))
    OR (l.kind = 'sell-through' AND l.reseller_id = ANY(%(partners)s)))
"""
SUMS = f"""
WITH line AS (
  {LINES.format(table="sales_line", until="")}
  UNION ALL
  {LINES.format(table="sales_line_past", until="AND l.known_until > %(as_of)s")}
)
SELECT t.id, line.currency, sum(line.amount), sum(line.quantity),
  bool_or(line.quantity IS NULL)
FROM deals_target t JOIN line ON line.date <@ t.valid
  AND (t.product_line_id IS NULL OR t.product_line_id = line.line_id)
WHERE t.id = ANY(%(targets)s)
GROUP BY t.id, line.currency
"""  # noqa: S608 - statements of our own


@dataclasses.dataclass(frozen=True, kw_only=True)
class Attained:
    """What was reached of a target, in its own unit; None is not known.

    `through` is the last day that is covered, where the period is not over or not covered yet.
    """

    target: Target
    value: Decimal | None
    through: dt.date | None

    @property
    def share(self) -> Decimal | None:
        """Of what was agreed."""
        return None if self.value is None else self.value / self.target.value


def attained(partner: Partner, targets: Sequence[Target], as_of: dt.date) -> list[Attained]:
    """What was reached of a partner's targets, in as many queries for one as for many."""
    if not targets:
        return []
    keys = list(partner.members(as_of))
    covered_to = window(keys, as_of).end
    sums = _sums(keys, targets, as_of)
    rates = PlanRate.objects.by_currency(as_of, Organisation.current().reporting_currency)
    return [_of(target, sums[target.pk], rates, covered_to) for target in targets]


def _sums(
    partners: list[int], targets: Sequence[Target], as_of: dt.date
) -> dict[int, list[tuple[Any, ...]]]:
    params: dict[str, Any] = {
        "partners": partners,
        "targets": [target.pk for target in targets],
        "first": min(target.valid.lower for target in targets),
        "last": max(target.valid.upper for target in targets),
        "as_of": as_of,
    }
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, params)
        for key, *rest in cursor.fetchall():
            found[key].append(tuple(rest))
    return found


def _of(
    target: Target,
    sums: list[tuple[Any, ...]],
    rates: dict[str, Decimal],
    covered_to: dt.date | None,
) -> Attained:
    """Nothing is known of a period none of whose days is covered."""
    last = months.last_day(covered_to) if covered_to else None
    if last is None or last < target.valid.lower:
        return Attained(target=target, value=None, through=None)
    value = _units(sums) if target.measure == Measure.UNITS else _money(target, sums, rates)
    whole = target.last_day is not None and last >= target.last_day
    return Attained(target=target, value=value, through=None if whole else last)


def _units(sums: list[tuple[Any, ...]]) -> Decimal | None:
    if any(missing for *_, missing in sums):
        return None
    return sum((quantity for _, _, quantity, _ in sums), Decimal(0))


def _money(
    target: Target, sums: list[tuple[Any, ...]], rates: dict[str, Decimal]
) -> Decimal | None:
    currencies = {currency for currency, *_ in sums}
    if currencies <= {target.currency}:
        return sum((amount for _, amount, *_ in sums), Decimal(0))
    if not {*currencies, target.currency} <= rates.keys():
        return None
    own = sum((amount * rates[currency] for currency, amount, *_ in sums), Decimal(0))
    return own / rates[target.currency]
