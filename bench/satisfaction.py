"""How well satisfaction-decline tells a decline from chance, on simulated answers.

    python -m bench.satisfaction [--years 4000] [--trials 10000]

Answers run from 1 to 5 with a standard deviation of 1. First steady data: every answer of every
day is judged as a night would, four causes at a partner, and alerts that open are counted by
partner-years. Then a drop of 0.3 points at the start of a quarter, one cause, judged at the close
of quarters, beside a plain difference of the quarter's mean from the one before. Both are made to
raise the same false alarms on the same steady data.
"""

import argparse
import dataclasses
import os
import random

from satisfaction.rules.declines import Block, Fall, Scores, fall_of

SCORES = (1, 2, 3, 4, 5)
# The mean is 3 and the variance 1.
STEADY = (0.06, 0.26, 0.36, 0.26, 0.06)
DROP = 0.3
BEFORE = 8
CAUSES = 4
RATES = (10, 20, 60, 200)


def dropped(chances: tuple[float, ...], drop: float) -> tuple[float, ...]:
    """The same people, of whom some say one point less, so that the mean falls by `drop`."""
    part = drop / (1 - chances[0])
    kept = [chance * (1 - part) for chance in chances]
    kept[0] = chances[0]
    moved = [chance * part for chance in chances[1:]] + [0.0]
    return tuple(a + b for a, b in zip(kept, moved, strict=True))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judge:
    """The canary's limits, as its file has them."""

    least: int
    doubt: float
    clears: float

    def fall(self, block: Block) -> Fall | None:
        """What is judged of one cause of four."""
        return fall_of([block], least=self.least, doubt=self.doubt, questions=CAUSES)


def default_judge() -> Judge:
    """With the limits that the canary has by default."""
    from alerts.canaries.satisfaction_decline import SatisfactionDecline

    limits = SatisfactionDecline.limits
    return Judge(
        least=int(limits["answers"]),
        doubt=float(100 - limits["confidence"]) / 100,
        clears=float(limits["clears_under"]) / 100,
    )


def draw(dice: random.Random, count: int, chances: tuple[float, ...] = STEADY) -> list[int]:
    return dice.choices(SCORES, chances, k=count)


def counted(scores: list[int]) -> Scores:
    return Scores(len(scores), sum(scores), sum(score * score for score in scores))


def summed(quarters: list[Scores]) -> Scores:
    found = Scores()
    for each in quarters:
        found += each
    return found


def false_alarms(
    judge: Judge, *, rate: int, years: int, dice: random.Random, chances: tuple[float, ...] = STEADY
) -> int:
    """Alerts that open at one partner in so many years of steady answers, all causes together."""
    opened = 0
    for _ in range(CAUSES):
        quarters = [counted(draw(dice, rate, chances)) for _ in range(BEFORE + 1)]
        alert = False
        for _ in range(4 * years):
            before, previous = summed(quarters[-1 - BEFORE : -1]), quarters[-1]
            current = Scores()
            for score in draw(dice, rate, chances):
                current += Scores(1, score, score * score)
                fall = judge.fall(Block(before, previous, current))
                if fall is None:
                    continue
                if fall.certain and not alert:
                    alert, opened = True, opened + 1
                elif fall.weight < judge.clears:
                    alert = False
            quarters.append(current)
    return opened


@dataclasses.dataclass(frozen=True, kw_only=True)
class Power:
    """How often a method is right by the close of the first, second and fourth quarter."""

    false_alarms: float
    found: tuple[float, float, float]


CLOSES = (1, 2, 4)


def trial(dice: random.Random, rate: int, after: tuple[float, ...]) -> list[Scores]:
    steady = [counted(draw(dice, rate)) for _ in range(BEFORE + 1)]
    return steady + [counted(draw(dice, rate, after)) for _ in range(CLOSES[-1])]


def closes(quarters: list[Scores]) -> list[Block]:
    """What is known at the close of each quarter."""
    ends = range(BEFORE + 1, len(quarters))
    return [
        Block(summed(quarters[end - 1 - BEFORE : end - 1]), quarters[end - 1], quarters[end])
        for end in ends
    ]


def ours(judge: Judge, quarters: list[Scores]) -> list[bool]:
    found = (judge.fall(block) for block in closes(quarters))
    return [fall is not None and fall.certain for fall in found]


def difference(quarters: list[Scores]) -> list[float]:
    """The mean of the quarter before less that of the quarter."""
    return [
        block.previous.total / block.previous.n - block.current.total / block.current.n
        for block in closes(quarters)
    ]


def by_close(found: list[list[bool]]) -> tuple[float, float, float]:
    shares = [sum(any(each[:close]) for each in found) / len(found) for close in CLOSES]
    return shares[0], shares[1], shares[2]


def powers(judge: Judge, *, rate: int, trials: int, dice: random.Random) -> tuple[Power, Power]:
    """Ours, and the plain difference with a threshold that raises as many false alarms."""
    steady = [trial(dice, rate, STEADY) for _ in range(trials)]
    alarms = [close for each in steady for close in ours(judge, each)]
    wrong = sum(alarms) / len(alarms)
    plain = sorted((close for each in steady for close in difference(each)), reverse=True)
    threshold = plain[sum(alarms)]
    after = [trial(dice, rate, dropped(STEADY, DROP)) for _ in range(trials)]
    silent = 2 * rate < judge.least
    told = [[False if silent else each > threshold for each in difference(one)] for one in after]
    return (
        Power(false_alarms=wrong, found=by_close([ours(judge, one) for one in after])),
        Power(false_alarms=0.0 if silent else wrong, found=by_close(told)),
    )


SKEWED = (0.01, 0.03, 0.10, 0.30, 0.56)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--years", type=int, default=4000)
    asked.add_argument("--trials", type=int, default=10_000)
    options = asked.parse_args()
    judge, dice = default_judge(), random.Random(6)
    print(f"at least {judge.least} answers a window, doubt {judge.doubt:.4f} a night and partner\n")
    print("False alarms per 20 partner-years on steady answers, every answer judged, four causes")
    for name, chances in (("standard deviation 1", STEADY), ("most say 5", SKEWED)):
        for rate in RATES:
            years = max(100, options.years * 10 // rate) if rate > 10 else 100
            opened = false_alarms(judge, rate=rate, years=years, dice=dice, chances=chances)
            print(
                f"  {name:22} {rate:4} a quarter {20 * opened / years:6.2f}  ({opened} in {years})"
            )
    print(
        f"\nFound after a drop of {DROP} points, one cause of four, by the close of quarter 1, 2, 4"
    )
    for rate in RATES:
        for name, power in zip(
            ("ours", "plain difference"),
            powers(judge, rate=rate, trials=options.trials, dice=dice),
            strict=True,
        ):
            found = " ".join(f"{share:6.1%}" for share in power.found)
            print(
                f"  {rate:4} a quarter  {name:18} {found}   false alarms {power.false_alarms:.3%}"
                " of closes"
            )


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "channelhub.settings")
    django.setup()
    main()
