"""A company's name, taken apart: who, which words are only its trade, which its legal form."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from cleanco.non_nfkd_map import NON_NFKD_MAP

from customers.matching.vocabulary import (
    CLOSING,
    COMMON,
    COUNTRIES,
    FILLERS,
    HOUSES,
    LEADING,
    SHORT,
    listed_forms,
)

# What a word weighs that names its bearer is 1.
OF_A_COUNTRY, OF_A_TRADE, OF_A_HOUSE, OF_A_PLACE = 0.3, 0.36, 0.1, 0.05


@dataclass(frozen=True)
class Word:
    """A word of a name: how it is compared, and how much it says of who is meant."""

    text: str
    weight: float


@dataclass(frozen=True)
class Name:
    """A name taken apart.

    `key` is what is left of it in one piece: equal keys are equal names.
    """

    words: tuple[Word, ...]
    forms: tuple[str, ...]
    key: str


def folded(text: str) -> str:
    """In small letters, without accents."""
    plain = unicodedata.normalize("NFKD", html.unescape(text).casefold())
    return "".join(
        NON_NFKD_MAP.get(each, each) for each in plain if unicodedata.category(each) != "Mn"
    )


def pieces(text: str) -> list[str]:
    """The words of a text; letters that stand alone are one word: I.B.M., N. V."""
    written = re.findall(r"[^\W_]+", re.sub("['`\u2019\u00b4]", "", folded(text)))
    words: list[str] = []
    for alone, run in groupby(written, key=lambda word: len(word) == 1):
        together = list(run)
        words += ["".join(together)] if alone else together
    return words


FORMS = frozenset(tuple(pieces(form)) for form in listed_forms()) - {()}
LONGEST_FORM = max(len(form) for form in FORMS)


@lru_cache(maxsize=200_000)
def taken_apart(text: str) -> Name:
    """The words of a name that tell who it is, and its legal forms."""
    words, tail, forms = _without_forms(text)
    core = [_meant(word) for word in words if word not in FILLERS] or words
    places = [_meant(word) for word in tail if word not in FILLERS]
    told = [Word(word, _weight(word)) for word in dict.fromkeys(core)]
    told += [Word(word, OF_A_PLACE) for word in dict.fromkeys(places) if word not in core]
    return Name(
        words=tuple(told),
        forms=tuple(forms),
        key="".join(core),
    )


def _meant(word: str) -> str:
    """A country by the capital letters of its code."""
    return COUNTRIES.get(word, word)


def _weight(word: str) -> float:
    if word.isupper():
        return OF_A_COUNTRY
    if word in HOUSES:
        return OF_A_HOUSE
    return OF_A_TRADE if word in COMMON or word in SHORT or len(word) == 1 else 1.0


def _without_forms(text: str) -> tuple[list[str], list[str], list[str]]:
    """The words, the places that follow a form or stand behind a comma, and the forms."""
    words, forms = _stripped(_unglued(pieces(text)))
    if forms and "," in text:
        first, _ = _stripped(_unglued(pieces(text.split(",")[0])))
        if _begins_with_a_form(text) and any(_tells(word) for word in first):
            return first, [word for word in words[len(first) :] if not _is_form(word)], forms
    for at in range(1, len(words)):
        if (words[at],) in CLOSING and any(_tells(word) for word in words[:at]):
            before, more = _stripped(words[:at])
            return before, [w for w in words[at:] if not _is_form(w)], [*forms, words[at], *more]
    return words, [], forms


def _begins_with_a_form(text: str) -> bool:
    return _form_at_start(pieces(text)) > 0


def _unglued(words: list[str]) -> list[str]:
    """D S M N V is DSM, and a form."""
    apart: list[str] = []
    for word in words:
        form = word[-2:]
        glued = len(word) in {3, 4, 5} and form in {"nv", "bv"} and (word,) not in FORMS
        apart += [word[:-2], form] if glued else [word]
    return apart


def _tells(word: str) -> bool:
    return word not in FILLERS and not _is_form(word)


def _is_form(word: str) -> bool:
    return (word,) in FORMS or word in FILLERS


def _stripped(written: list[str]) -> tuple[list[str], list[str]]:
    """Without the forms at its end, and at its start those that may stand there."""
    words, forms = list(written), list[str]()
    while size := _form_at_end(words):
        forms.insert(0, " ".join(words[-size:]))
        words = words[:-size]
    while size := _form_at_start(words):
        forms.append(" ".join(words[:size]))
        words = words[size:]
    return words, forms


def _form_at_end(words: list[str]) -> int:
    sizes = range(min(LONGEST_FORM, len(words) - 1), 0, -1)
    return next((n for n in sizes if tuple(words[-n:]) in FORMS and _left(words[:-n])), 0)


def _form_at_start(words: list[str]) -> int:
    sizes = range(min(LONGEST_FORM, len(words) - 1), 0, -1)
    return next((n for n in sizes if tuple(words[:n]) in LEADING and _left(words[n:])), 0)


def _left(words: list[str]) -> bool:
    return any(word not in FILLERS for word in words)
