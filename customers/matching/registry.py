"""A list of accounts in memory, in which others are looked up; it needs no database."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import pairwise

from customers.matching.accounts import Account, Verdict
from customers.matching.domains import registrable
from customers.matching.names import Name, taken_apart
from customers.matching.scoring import Rarity, compare, spelt_alike

# How many of the likeliest are compared in full, and a word of more names than this finds none
# where a rarer one finds some.
COMPARED, CROWDED = 12, 300


def rarity(borne_by: dict[str, int], names: int) -> Rarity:
    """How much a word says among so many names, of how many bear it: of one in twenty, little."""
    few, many = max(2.0, names**0.25), max(40.0, names / 20)

    def of(word: str) -> float:
        bearers = borne_by.get(word, 0)
        if bearers <= few:
            return 1.0
        return max(0.1, 1.0 - 0.7 * math.log(bearers / few) / math.log(many / few))

    return of


@dataclass(frozen=True)
class Hit:
    """One of the list: its place in it, and how alike it is."""

    place: int
    score: float
    verdict: Verdict
    reason: str


class Registry:
    """Accounts by the words of their names, and by what could be those words misspelt."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self.accounts = accounts
        self.names = [taken_apart(account.name) for account in accounts]
        self.bearers: dict[str, list[int]] = defaultdict(list)
        self.domains: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self.names):
            for word in _sayings(name):
                self.bearers[word].append(place)
        for place, account in enumerate(accounts):
            if domain := registrable(account.domain):
                self.domains[domain].append(place)
        borne_by = {word: len(places) for word, places in self.bearers.items()}
        self.rarity = rarity(borne_by, len(accounts))

    @cached_property
    def misspelt(self) -> dict[str, list[str]]:
        """The words of the list by what is left of them when letters are missing."""
        left: dict[str, list[str]] = defaultdict(list)
        for word in {word.text for name in self.names for word in name.words}:
            for rest in _shortened(word):
                left[rest].append(word)
        return left

    def look_up(self, account: Account) -> list[Hit]:
        """Those that the account may be, best first; never one whose verdict is new."""
        name = taken_apart(account.name)
        same_domain = self.domains.get(registrable(account.domain), ())
        places = {*self._likely(name), *same_domain}
        hits = [
            Hit(place, *compare(account, self.accounts[place], rarity=self.rarity))
            for place in places
        ]
        return _decided([hit for hit in hits if hit.verdict != Verdict.NEW])

    def _likely(self, name: Name) -> list[int]:
        """Those that say most of the name, by the weight of its words."""
        said: dict[int, float] = defaultdict(float)
        spellings = {text: [(text, 1.0)] for text in _sayings(name) if text in self.bearers}
        for word in name.words:
            if word.text not in spellings:
                spellings[word.text] = self._respelt(word.text)
        ranked = sorted(spellings, key=lambda text: len(self.bearers.get(text, ())))
        for text in ranked:
            for known, alike in spellings[text]:
                places = self.bearers[known]
                if len(places) > CROWDED and said:
                    places = [place for place in places if place in said]
                gain = self.rarity(known) * alike
                for place in places:
                    said[place] += gain - 0.02 * len(self.names[place].words)
        return nlargest(COMPARED, said, key=lambda place: said[place])

    def _respelt(self, word: str) -> list[tuple[str, float]]:
        near = {known for rest in _shortened(word) for known in self.misspelt.get(rest, ())}
        return [(known, alike) for known in near if (alike := spelt_alike(word, known))]


def _decided(hits: list[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.place))


def _sayings(name: Name) -> list[str]:
    """The words of a name, what two of them are in one, and the whole in one."""
    words = [word.text for word in name.words]
    return list(dict.fromkeys([*words, *map("".join, pairwise(words)), name.key]))


def _shortened(word: str) -> Iterable[str]:
    """The word, and what is left of it without a letter, or without two where it is long."""
    once = {word[:at] + word[at + 1 :] for at in range(len(word))} if len(word) > 3 else set()
    twice = {
        rest[:at] + rest[at + 1 :] for rest in once for at in range(len(rest)) if len(word) > 8
    }
    return {word} | once | twice
