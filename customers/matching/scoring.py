"""How alike two accounts are: no database, no clock.

A name is what its words tell of who is meant. Two names are alike as far as what they tell is the
same; where both tell something that the other does not, they are two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from customers.matching.accounts import Account, Verdict
from customers.matching.domains import registrable
from customers.matching.names import OF_A_PLACE, Name, Word, taken_apart
from customers.matching.vocabulary import COMMON, SHORT

# The preset threshold, and from where on a person should look.
MATCH, POSSIBLE = 0.85, 0.70
# What a score cannot exceed where something speaks against one and the same.
DOUBTFUL = 0.84
# Of a name that goes on where the other ends.
BEGINS = 0.72
# Below this, names have nothing to do with each other.
UNLIKE = 0.3
# A word up to this weight does not say who is meant.
COMMONPLACE = 0.4

# What is added to a word and leaves it the same.
ENDINGS = frozenset({"s", "es", "e", "n"})

Rarity = Callable[[str], float]


@dataclass(frozen=True)
class _Alignment:
    """Which words of two names are the same, and which only one of them has."""

    agreed: tuple[tuple[Word, Word, float], ...]
    only_a: tuple[Word, ...]
    only_b: tuple[Word, ...]

    @property
    def score(self) -> float:
        """The share of what both tell in which they agree."""
        agreed = sum((a.weight + b.weight) * alike for a, b, alike in self.agreed)
        whole = sum(a.weight + b.weight for a, b, _ in self.agreed)
        left = sum(word.weight for word in (*self.only_a, *self.only_b))
        return agreed / (whole + left) if whole else 0.0

    @property
    def contradict(self) -> bool:
        """Whether each says something that the other does not."""
        return bool(_telling(self.only_a) and _telling(self.only_b))

    @property
    def reason(self) -> str:
        """In words."""
        telling = [a.text for a, b, _ in self.agreed if min(a.weight, b.weight) > COMMONPLACE]
        said = f"same distinctive words {_quoted(telling)}" if telling else "no distinctive word"
        slips = [f'"{a.text}" and "{b.text}"' for a, b, alike in self.agreed if alike < 1]
        if slips:
            said += f"; spelt unlike: {', '.join(slips)}"
        own = [_quoted(told) for words in (self.only_a, self.only_b) if (told := _telling(words))]
        if len(own) == 2:
            return f"{said}; one says {own[0]}, the other {own[1]}"
        return f"{said}; only one says {own[0]}" if own else said


def _telling(words: Sequence[Word]) -> list[str]:
    return [word.text for word in words if word.weight > OF_A_PLACE]


@lru_cache(maxsize=500_000)
def spelt_alike(a: str, b: str) -> float:
    """How alike two words are: 1, or less by the letters that differ, or 0 for another word."""
    if a == b or SHORT.get(a, a) == SHORT.get(b, b):
        return 1.0
    if not (a.islower() and b.islower() and a.isalpha() and b.isalpha()):
        return 0.0
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= 4 and (
        longer.removeprefix(shorter) in ENDINGS or f"{shorter[:-1]}ies" == longer
    ):
        return 0.95
    if longer in COMMON and _shortens(shorter, longer):
        return 0.9
    allowed = _slips(len(shorter))
    distance = OSA.distance(a, b, score_cutoff=allowed)
    if distance > allowed:
        return 0.0
    return 1.0 - 0.85 * distance / len(longer) - (0.05 if a[0] != b[0] else 0.0)


def _shortens(shorter: str, longer: str) -> bool:
    """Whether a word is short for another: mgmt for management, manuf for manufacturing."""
    if len(shorter) < 3 or shorter[0] != longer[0]:
        return False
    rest = iter(longer)
    in_order = all(letter in rest for letter in shorter)
    return longer.startswith(shorter) or (in_order and shorter[-1] == longer[-1])


def _slips(length: int) -> int:
    """How many letters may differ before a word of this length is another word."""
    if length < 4:
        return 0
    return 1 if length < 8 else 2 if length < 12 else 3


def _aligned(a: Name, b: Name, rarity: Rarity | None) -> _Alignment:
    left, right = _split_alike(list(_weighed(a, rarity)), list(_weighed(b, rarity)))
    agreed = []
    for word_a in sorted(left, key=lambda word: -word.weight):
        best = max(right, key=lambda word: spelt_alike(word_a.text, word.text), default=None)
        if best is None or not (alike := spelt_alike(word_a.text, best.text)):
            continue
        agreed.append((word_a, best, alike))
        right.remove(best)
    taken = {id(word) for word, _, _ in agreed}
    return _Alignment(tuple(agreed), tuple(w for w in left if id(w) not in taken), tuple(right))


def _weighed(name: Name, rarity: Rarity | None) -> tuple[Word, ...]:
    if rarity is None:
        return name.words
    return tuple(Word(w.text, rarity(w.text)) if w.weight > COMMONPLACE else w for w in name.words)


def _split_alike(a: list[Word], b: list[Word]) -> tuple[list[Word], list[Word]]:
    """Write as one what one name writes as two: health care, healthcare."""
    return _one_word(a, {w.text for w in b}), _one_word(b, {w.text for w in a})


def _one_word(words: list[Word], others: set[str]) -> list[Word]:
    joined, at = list[Word](), 0
    while at < len(words):
        pair = words[at : at + 2]
        text = "".join(word.text for word in pair)
        if len(pair) == 2 and pair[0].text not in others and _written_as(text, others):
            joined.append(Word(text, max(word.weight for word in pair)))
            at += 2
        else:
            joined.append(words[at])
            at += 1
    return joined


def _written_as(text: str, others: set[str]) -> bool:
    return text in others or any(
        spelt_alike(text, other) > 0.85 for other in others if len(other) > 7
    )


def compare(a: Account, b: Account, *, rarity: Rarity | None = None) -> tuple[float, Verdict, str]:
    """How alike two accounts are.

    Args:
        a: what somebody wrote.
        b: what we know.
        rarity: how much a word says among the names at hand, from 0 to 1; not told, what it says
            among names at large.

    Returns:
        A score from 0 to 1, what it means, and why in words.
    """
    score, reason = _by_name(taken_apart(a.name), taken_apart(b.name), rarity)
    domain = registrable(a.domain)
    if domain and domain == registrable(b.domain):
        if score < UNLIKE:
            return DOUBTFUL, Verdict.POSSIBLE, f"same web domain {domain}, but another name"
        return max(score, 0.99), Verdict.MATCH, f"same web domain {domain}"
    if a.country and b.country and a.country != b.country and score > DOUBTFUL:
        said = f"{b.country}, they say {a.country}"
        return DOUBTFUL, Verdict.POSSIBLE, f"{reason}, other country: {said}"
    return score, verdict_of(score), reason


def verdict_of(score: float) -> Verdict:
    """What a score means."""
    if score >= MATCH:
        return Verdict.MATCH
    return Verdict.POSSIBLE if score >= POSSIBLE else Verdict.NEW


def _by_name(a: Name, b: Name, rarity: Rarity | None) -> tuple[float, str]:
    if not a.key or not b.key:
        return 0.0, "no name"
    if a.key == b.key:
        return (1.0 if a.forms == b.forms else 0.98), "same name" + _forms(a, b)
    pair = _aligned(a, b, rarity)
    score = pair.score
    if not (pair.only_a or pair.only_b) and min(alike for *_, alike in pair.agreed) == 1:
        return 0.96, "same words in another order" + _forms(a, b)
    if not any(min(x.weight, y.weight) > COMMONPLACE for x, y, _ in pair.agreed):
        score *= 0.8
    if pair.contradict:
        score = min(score, DOUBTFUL)
    if _begins_with(a, b) or _begins_with(b, a):
        score = max(score, BEGINS)
    return score, pair.reason + _forms(a, b)


def _begins_with(longer: Name, shorter: Name) -> bool:
    """Whether a name goes on where a telling one ends: Acme, Acme Rockets."""
    told = _telling(shorter.words)
    telling = len(told) > 1 or any(word.weight > COMMONPLACE for word in shorter.words)
    return telling and [word.text for word in longer.words[: len(told)]] == told


def _forms(a: Name, b: Name) -> str:
    """Which legal forms made no difference."""
    forms = list(dict.fromkeys(form for form in (*a.forms, *b.forms) if a.forms != b.forms))
    if not forms:
        return ""
    listed = _quoted(forms)
    return f"; {listed} {'is a legal form' if len(forms) == 1 else 'are legal forms'}"


def _quoted(texts: list[str]) -> str:
    return " and ".join(f'"{text}"' for text in texts)
