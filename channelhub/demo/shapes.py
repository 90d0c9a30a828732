"""From a story to 36 monthly amounts: season, noise and a bend that ends where the story says."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from channelhub.demo.calendar import MONTHS
from channelhub.demo.cast import Story
from channelhub.lib import months

# What a calendar month is worth, January first: quarters end strong, summers are slow.
SEASON = (0.90, 0.92, 1.06, 0.96, 0.98, 1.08, 0.86, 0.84, 1.04, 1.06, 1.10, 1.20)
NOISE = 0.08
RAMP_MONTHS = 9
# A change begins here, well before it shows in the windows, and overshoots so as to fill them.
BEND_FROM = 20
BEND = 1.3
CENT = Decimal("0.01")
# Nobody's year is a round number: sizes and changes that only need to be about right vary so much.
VARIED_SIZE = 0.015
VARIED_CHANGE = 0.4
# Some business, then a roll-out in three months of which more comes back than was bought lately.
SENT_BACK = {2: 0.4, 5: 0.3, 9: 0.5, 13: 3.0, 14: 4.0, 15: 2.0, 26: 0.5, 29: 0.7, 33: 0.6}
SENT_BACK_IN = 17
SENT_BACK_SHARE = 1.1


def monthly(*, size: int, story: Story, last: dt.date, dice: Random) -> list[Decimal]:
    """What is bought in each of the 36 months to `last`, in cents.

    Args:
        size: of a usual year, in thousands; where the story says a change, of the year before.
        story: what happens.
        last: the first day of the last month.
        dice: thrown the same number of times whatever the story.
    """
    year = size * 1000 * dice.uniform(1 - VARIED_SIZE, 1 + VARIED_SIZE)
    vary = dice.uniform(-VARIED_CHANGE, VARIED_CHANGE)
    usual = [_usual(index, year, last, dice) for index in range(MONTHS)]
    flow = [amount * _share(index, story) for index, amount in enumerate(usual)]
    if story.sent_back:
        flow[SENT_BACK_IN] = -SENT_BACK_SHARE * sum(flow[12:SENT_BACK_IN])
    if story.now is not None:
        exact = story.now + (vary if story.was is None else 0)
        flow = _meet(flow, year, exact, story.was)
    return [Decimal(amount).quantize(CENT) for amount in flow]


def change(flow: Sequence[Decimal], end: int = MONTHS) -> Decimal | None:
    """The 12 months before `end` against the 12 before, in percent; None without a base."""
    current, prior = sum(flow[end - 12 : end]), sum(flow[end - 24 : end - 12])
    return (current - prior) * 100 / Decimal(prior) if prior > 0 else None


def _usual(index: int, year: float, last: dt.date, dice: Random) -> float:
    month = months.add_months(last, index + 1 - MONTHS)
    return year / 12 * SEASON[month.month - 1] * dice.uniform(1 - NOISE, 1 + NOISE)


def _share(index: int, story: Story) -> float:
    """What part of a usual month a story leaves."""
    if story.sent_back:
        return SENT_BACK.get(index, 0)
    if not story.first <= index <= story.last:
        return 0
    if story.first:
        return min(1, (index - story.first + 1) / RAMP_MONTHS)
    way = max(0, index - BEND_FROM) / (MONTHS - 1 - BEND_FROM)
    return 1 + (story.now or 0) / 100 * BEND * way


def _meet(flow: list[float], year: float, now: float, was: float | None) -> list[float]:
    """Scale to the year, and the last year so that both windows' changes are what was told."""
    scale = year / sum(flow[12:24])
    flow = [amount * scale for amount in flow]
    wanted = (1 + now / 100) * sum(flow[12:24])
    if was is None:
        return flow[:24] + _scaled(flow[24:], wanted)
    eleven = (1 + was / 100) * sum(flow[11:23]) - flow[23]
    return [*flow[:24], *_scaled(flow[24:35], eleven), wanted - eleven]


def _scaled(flow: list[float], total: float) -> list[float]:
    factor = total / sum(flow)
    return [amount * factor for amount in flow]
