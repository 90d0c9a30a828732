"""Names as people write them, looked up in a list of legal names: right, wrong and missed.

    python bench/lookup.py --registry 8000

Half of the names that are asked for are in the list, in another spelling; the others are of
companies that are not. The peer is TF-IDF over character n-grams of names that cleanco cleaned,
at the threshold that is best for it on these very names; ours keeps its preset one.
"""

import argparse
import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable

import django.conf
import names
from cleanco import basename

Answer = Callable[[str], tuple[int | None, float]]


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


def f1(
    answers: list[tuple[int | None, float]], asked: list[tuple[str, int | None, str]], least: float
) -> tuple[float, float, float]:
    given = [
        (a, true)
        for (a, score), (_, true, _) in zip(answers, asked, strict=True)
        if a is not None and score >= least
    ]
    right = sum(1 for a, true in given if a == true)
    wanted = sum(1 for _, true, _ in asked if true is not None)
    precision, recall = right / max(1, len(given)), right / wanted
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--registry", type=int, default=8000)
    parser.add_argument("--words", type=int, default=6000)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    if not django.conf.settings.configured:
        django.conf.settings.configure()
    from customers.matching.accounts import Account
    from customers.matching.registry import Registry
    from customers.matching.scoring import MATCH, POSSIBLE

    dice = random.Random(wanted.seed)
    words = names.vocabulary(dice, wanted.words)
    made: dict[str, None] = {}
    while len(made) < wanted.registry * 3 // 2:
        name, _ = names.legal_name(dice, words)
        made.setdefault(name)
    everything = list(made)
    listed, absent = everything[: wanted.registry], everything[wanted.registry :]
    cores = Counter(names.without_form(name) for name in listed)
    absent = [name for name in absent if names.without_form(name) not in cores]
    asked = queries(dice, listed[: wanted.registry // 2], absent[: wanted.registry // 2])

    start = time.perf_counter()
    registry = Registry([Account(name) for name in listed])
    ours: list[tuple[int | None, float]] = []
    for name, _, _ in asked:
        hits = registry.look_up(Account(name))
        ours.append((hits[0].place, hits[0].score) if hits else (None, 0.0))
    took = time.perf_counter() - start
    start = time.perf_counter()
    peer = TfIdf(listed)
    theirs = ours if wanted.show else [peer.answer(name) for name, _, _ in asked]
    peer_took = time.perf_counter() - start

    print(f"{len(asked):,} names against {len(listed):,}")
    for label, least in (("ours, match", MATCH), ("ours, match or possible", POSSIBLE)):
        print(
            f"  {label:<44} F1 {f1(ours, asked, least)[0]:.3f} P {f1(ours, asked, least)[1]:.3f} R {f1(ours, asked, least)[2]:.3f}"
        )
    least = max((n / 100 for n in range(20, 100)), key=lambda t: f1(theirs, asked, t)[0])
    print(
        f"  {'TF-IDF after cleanco, best threshold ' + str(least):<44} F1 {f1(theirs, asked, least)[0]:.3f} P {f1(theirs, asked, least)[1]:.3f} R {f1(theirs, asked, least)[2]:.3f}"
    )
    print(f"  seconds: ours {took:.1f}, TF-IDF {peer_took:.1f}")
    for kind in names.VARIANTS:
        some = [n for n, (_, true, k) in enumerate(asked) if k == kind and true is not None]
        none = [n for n, (_, true, k) in enumerate(asked) if k == kind and true is None]
        rate = [
            sum(a[n][0] == asked[n][1] and a[n][1] >= t for n in some) / len(some)
            for a, t in ((ours, MATCH), (ours, POSSIBLE), (theirs, least))
        ]
        wrong = [
            sum(a[n][1] >= t for n in none) / len(none)
            for a, t in ((ours, MATCH), (ours, POSSIBLE), (theirs, least))
        ]
        print(
            f"  {kind:<16} found {rate[0]:.3f} {rate[1]:.3f}, TF-IDF {rate[2]:.3f}; absent called the same {wrong[0]:.3f} {wrong[1]:.3f}, {wrong[2]:.3f}"
        )
    shown = 0
    for (a, score), (name, true, kind) in zip(ours, asked, strict=True):
        if shown < wanted.show and (score >= MATCH) != (true is not None):
            shown += 1
            print(
                kind,
                "|",
                name,
                "|",
                listed[true] if true is not None else "-",
                "|",
                listed[a] if a is not None else None,
                round(score, 2),
            )


if __name__ == "__main__":
    main()
