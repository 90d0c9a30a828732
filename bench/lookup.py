"""Names as people write them, looked up in a list of legal names: right, wrong and missed.

    python bench/lookup.py --registry 8000

Half of the names that are asked for are in the list, in another spelling; the others are of
companies that are not. The peer is TF-IDF over character n-grams of names that cleanco cleaned,
at the threshold that is best for it on these very names; ours keeps its preset one.
"""

import argparse
import math
import os
import random
import time
from collections import Counter, defaultdict

import django
import names
from cleanco import basename

# A name, where it stands in the list, and how it was changed; and a place with its score.
Asked = tuple[str, int | None, str]
Given = tuple[int | None, float]


def queries(
    dice: random.Random, known: list[str], absent: list[str]
) -> list[tuple[str, int | None, str]]:
    """A name, where it stands in the list, and how it was changed."""
    asked: list[tuple[str, int | None, str]] = []
    kinds = list(names.VARIANTS.items())
    for place, name in enumerate(known):
        kind, change = dice.choice(kinds)
        asked.append((change(dice, name), place, kind))
    for name in absent:
        kind, change = dice.choice(kinds)
        asked.append((change(dice, name), None, kind))
    return asked


class TfIdf:
    """Character n-grams of 2 to 4 letters inside words, cosine."""

    def __init__(self, listed: list[str]) -> None:
        grams = [Counter(self._grams(name)) for name in listed]
        borne_by = Counter(gram for each in grams for gram in each)
        self.idf = {g: math.log((1 + len(listed)) / (1 + n)) + 1 for g, n in borne_by.items()}
        self.postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, each in enumerate(grams):
            for gram, weight in self._vector(each).items():
                self.postings[gram].append((place, weight))

    def _grams(self, name: str) -> list[str]:
        words = (f" {word} " for word in basename(name, prefix=True).casefold().split())
        return [w[at : at + n] for w in words for n in (2, 3, 4) for at in range(len(w) - n + 1)]

    def _vector(self, grams: Counter[str]) -> dict[str, float]:
        told = {g: n * self.idf[g] for g, n in grams.items() if g in self.idf}
        length = math.sqrt(sum(weight**2 for weight in told.values())) or 1.0
        return {gram: weight / length for gram, weight in told.items()}

    def answer(self, name: str) -> tuple[int | None, float]:
        scores: dict[int, float] = defaultdict(float)
        for gram, weight in self._vector(Counter(self._grams(name))).items():
            for place, other in self.postings[gram]:
                scores[place] += weight * other
        best = max(scores, key=lambda place: scores[place], default=None)
        return best, scores[best] if best is not None else 0.0


def judged(answers: list[Given], asked: list[Asked], least: float) -> tuple[float, float, float]:
    """F1, precision and recall of the answers that score at least so much."""
    pairs = zip(answers, asked, strict=True)
    given = [(a, true) for (a, score), (_, true, _) in pairs if a is not None and score >= least]
    right = sum(1 for a, true in given if a == true)
    wanted = sum(1 for _, true, _ in asked if true is not None)
    precision, recall = right / max(1, len(given)), right / wanted
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def registers(dice: random.Random, size: int, words: int) -> tuple[list[str], list[str]]:
    """Legal names, and as many halves again that are not in the list, whatever their form."""
    known = names.vocabulary(dice, words)
    made: dict[str, None] = {}
    while len(made) < size * 3 // 2:
        made.setdefault(names.legal_name(dice, known)[0])
    listed, others = list(made)[:size], list(made)[size:]
    cores = {names.without_form(name) for name in listed}
    return listed, [name for name in others if names.without_form(name) not in cores]


def ours(listed: list[str], asked: list[Asked]) -> list[Given]:
    from customers.matching.accounts import Account
    from customers.matching.registry import Registry

    registry = Registry([Account(name) for name in listed])
    answers = [registry.look_up(Account(name)) for name, _, _ in asked]
    return [(hits[0].place, hits[0].score) if hits else (None, 0.0) for hits in answers]


def theirs(listed: list[str], asked: list[Asked]) -> list[Given]:
    peer = TfIdf(listed)
    return [peer.answer(name) for name, _, _ in asked]


def told(label: str, answers: list[Given], asked: list[Asked], least: float) -> None:
    f1, precision, recall = judged(answers, asked, least)
    print(f"  {label:<40} F1 {f1:.3f}  precision {precision:.3f}  recall {recall:.3f}")
    for kind in names.VARIANTS:
        rows = [pair for pair in zip(answers, asked, strict=True) if pair[1][2] == kind]
        there = [a[0] == true and a[1] >= least for a, (_, true, _) in rows if true is not None]
        absent = [a[1] >= least for a, (_, true, _) in rows if true is None]
        found, wrong = sum(there) / len(there), sum(absent) / len(absent)
        print(f"    {kind:<16} found {found:.3f}   absent, yet called the same {wrong:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--registry", type=int, default=8000)
    parser.add_argument("--words", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "channelhub.settings")
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")  # asked nothing
    django.setup()
    from customers.matching.scoring import MATCH

    dice = random.Random(wanted.seed)
    listed, absent = registers(dice, wanted.registry, wanted.words)
    half = wanted.registry // 2
    asked = queries(dice, listed[:half], absent[:half])
    print(f"{len(asked):,} names against {len(listed):,}")
    start = time.perf_counter()
    answers = ours(listed, asked)
    took = time.perf_counter() - start
    told(f"ours at {MATCH}, {took:.0f} s", answers, asked, MATCH)
    start = time.perf_counter()
    answers = theirs(listed, asked)
    took = time.perf_counter() - start
    best = max((n / 100 for n in range(20, 100)), key=lambda at: judged(answers, asked, at)[0])
    told(f"TF-IDF after cleanco, best at {best}, {took:.0f} s", answers, asked, best)


if __name__ == "__main__":
    main()
