"""From monthly amounts to the rows of a report: invoices, products, customers, returns."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from random import Random

from channelhub.demo import shapes
from channelhub.demo.calendar import MONTHS, Report
from channelhub.demo.cast import DIRECT, DISTRIBUTOR_OF, ERP, MARKET, SEATS, Seat, Story
from channelhub.demo.market import CUSTOMERS, PRODUCTS
from channelhub.demo.stories import COUNTER_SALES, HEAVY, Heavy
from channelhub.lib import months
from sales.models import SalesKind

SEED = "northlight"
# One month in twenty-five something comes back: this part of what was bought.
RETURN_CHANCE = 0.04
RETURN_PART = Decimal("0.06")

# Who weighs much with one partner buys from no other.
ORDINARY = [
    name
    for name in CUSTOMERS
    if name not in {"Greyfriars Leasing", *(each.customer for each in HEAVY.values())}
]

Row = dict[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Buyer:
    """Whose rows are written, what they have in common, and how many lines an invoice has."""

    key: str
    size: int
    story: Story
    common: Row
    customers: tuple[str, ...]
    lines: int = 3
    heavy: Heavy | None = None


def rows(report: Report) -> list[Row]:
    """A source's rows over all its months, as `import_file sales` reads them, oldest first."""
    found = [row for buyer in buyers(report.source) for row in _rows_of(buyer, report)]
    return sorted(found, key=lambda row: (row["date"], row["invoice"], int(row["line"])))


def buyers(source: str) -> Iterator[Buyer]:
    """Everybody whose purchases a source reports."""
    for seat in SEATS:
        if seat.feed == source and seat.size:
            yield _partner(seat)
    if source == ERP:
        for name, size, story in DIRECT:
            common = {"kind": SalesKind.BILLING.value, "currency": "USD"}
            yield Buyer(key=name, size=size, story=story, common=common, customers=(name,))


def amounts(buyer: Buyer, last: dt.date) -> list[Decimal]:
    """What a buyer buys in each of the 36 months to `last`."""
    return shapes.monthly(
        size=buyer.size, story=buyer.story, last=last, dice=_dice(buyer, "amounts")
    )


def their_number(seat: Seat) -> str:
    """What its distributor calls a reseller."""
    return f"{seat.feed[:2].upper()}{40000 + 37 * int(seat.number[2:])}"


def _partner(seat: Seat) -> Buyer:
    named = "distributor" if seat.number.startswith("D") else "reseller"
    common = {"kind": SalesKind.BILLING.value, named: seat.number, "currency": seat.currency}
    if seat.feed != ERP:
        common |= {"kind": SalesKind.SELL_THROUGH.value, "reseller": their_number(seat)}
        if seat.feed != MARKET:
            common["distributor"] = DISTRIBUTOR_OF[seat.feed]
    # A distributor buys for its stock, for no customer that we know.
    stock = named == "distributor"
    customers = ("",) if stock else tuple(Random(seat.number).sample(ORDINARY, 5))  # noqa: S311 - repeatable dice
    if seat.number in COUNTER_SALES:
        customers = (*customers, COUNTER_SALES[seat.number])
    return Buyer(
        key=seat.number,
        size=seat.size,
        story=seat.story,
        common=common,
        customers=customers,
        lines=8 if stock else 3,
        heavy=HEAVY.get(seat.number),
    )


def _rows_of(buyer: Buyer, report: Report) -> Iterator[Row]:
    dice = _dice(buyer, "lines")
    for index, amount in enumerate(amounts(buyer, report.last)):
        month = months.add_months(report.last, index + 1 - MONTHS)
        if amount and month >= report.first:
            for suffix, customer, part in _customers(buyer, index, amount, dice):
                number = f"{report.source[:2].upper()}-{month:%y%m}-{_short(buyer.key)}{suffix}"
                head = {**buyer.common, "invoice": number, "customer": customer}
                yield from _invoice(head, month, part, buyer.lines, dice)


def _customers(
    buyer: Buyer, index: int, amount: Decimal, dice: Random
) -> Iterator[tuple[str, str, Decimal]]:
    """Who buys in a month, each with an invoice's suffix and an amount."""
    usual, chance = dice.choice(buyer.customers), dice.random()
    heavy = buyer.heavy
    if heavy is None or index < heavy.first:
        yield "", usual, amount
    elif index <= heavy.last:
        yield "", heavy.customer if chance < heavy.part else usual, amount
    else:
        rest = (amount * Decimal(heavy.rest)).quantize(shapes.CENT)
        yield "", usual, amount - rest
        if rest:
            yield "B", heavy.customer, rest


def _invoice(head: Row, month: dt.date, amount: Decimal, lines: int, dice: Random) -> Iterator[Row]:
    """One invoice whose lines add up to its amount, with a return now and then."""
    day = month.replace(day=dice.randint(2, months.last_day(month).day))
    for number, part in enumerate(_parts(amount, lines, dice), start=1):
        sku, _, _, _, price = dice.choice(PRODUCTS)
        pieces = max(1, round(abs(part) / price)) * (1 if part > 0 else -1)
        yield {
            **head,
            "date": day.isoformat(),
            "line": str(number),
            "product": sku,
            "quantity": str(pieces),
            "amount": str(part),
        }


def _parts(amount: Decimal, most: int, dice: Random) -> list[Decimal]:
    """Amounts that add up to one, to the cent; sometimes the last is a return."""
    if amount < 0:
        return [amount]
    returned = amount * RETURN_PART if dice.random() < RETURN_CHANCE else Decimal(0)
    returned = returned.quantize(shapes.CENT)
    weights = [dice.uniform(1, 4) for _ in range(dice.randint(max(1, most - 2), most))]
    left = amount + returned
    parts = [
        (left * Decimal(weight / sum(weights))).quantize(shapes.CENT) for weight in weights[1:]
    ]
    return [left - sum(parts), *parts, *([-returned] if returned else [])]


def _short(key: str) -> str:
    """A partner's number without its dash, or a direct customer's initials."""
    if key[1] == "-":
        return key.replace("-", "")
    return "X" + "".join(word[0] for word in key.split())


def _dice(buyer: Buyer, purpose: str) -> Random:
    return Random(f"{SEED} {buyer.key} {purpose}")  # noqa: S311 - the same demo every time
