"""Made-up names of companies, and how people write them otherwise.

Nothing is taken from a real register: words are put together of syllables, with trades, places,
families and legal forms of several countries, as dense as registers are.
"""

import random
from collections.abc import Callable

FORMS = {
    "DE": ("GmbH", "AG", "GmbH & Co. KG", "KG", "e.K.", "UG (haftungsbeschränkt)", "SE"),
    "FR": ("SAS", "SARL", "S.A.", "EURL"), "GB": ("Ltd", "Limited", "PLC", "LLP"),
    "US": ("Inc.", "LLC", "Corp.", "Corporation", "Incorporated", "Co."),
    "NL": ("B.V.", "N.V."), "IT": ("S.p.A.", "S.r.l."), "ES": ("S.L.", "S.A."),
    "SE": ("AB",), "PL": ("Sp. z o.o.", "S.A."), "DK": ("A/S", "ApS"), "IN": ("Pvt. Ltd.",),
}  # fmt: skip
TRADES = (
    "Systems", "Software", "Solutions", "Services", "Technologies", "Technology", "Industries",
    "Engineering", "Logistics", "Consulting", "Trading", "Electronics", "Foods", "Pharma",
    "Chemicals", "Energy", "Medical", "Bank", "Insurance", "Capital", "Partners", "Media",
    "Networks", "Motors", "Textiles", "Packaging", "Construction", "Design", "Group", "Holdings",
    "International", "Global", "Manufacturing", "Laboratories", "Supply", "Hotels", "Airlines",
)  # fmt: skip
KINDS = ("Development", "Management", "Distribution", "Europe", "Holding", "Digital", "Industrial")
PLACES = (
    "North", "Pacific", "Atlantic", "London", "Bavaria", "Nordic", "Alpine", "Texas", "Midland",
    "Royal", "National", "First", "United", "Central", "Baltic", "Iberian", "Rhine", "Lombard",
)  # fmt: skip
STARTS, MIDDLES, ENDS = (
    letters.split()
    for letters in (
        "b br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sh sl sp st t th w",
        "a e i o u ai au ea ee ei ia io oa oo ou",
        "b ck ct d ft g l ld ll m n nd ng nn nt p r rd rk rn s sk ss st t th x",
    )
)
SHORTENED = {
    "International": "Intl", "Technologies": "Tech", "Manufacturing": "Mfg", "Services": "Svcs",
    "Engineering": "Eng", "Laboratories": "Labs", "Holdings": "Hldgs", "Industries": "Ind",
    "Management": "Mgmt", "Development": "Dev", "Distribution": "Distr", "Systems": "Sys",
}  # fmt: skip


def coined(dice: random.Random) -> str:
    """A word of two or three syllables that means nothing."""
    syllables = [
        dice.choice(STARTS)
        + dice.choice(MIDDLES)
        + (dice.choice(ENDS) if dice.random() < 0.5 else "")
        for _ in range(dice.choice((2, 2, 3)))
    ]
    return "".join(syllables).capitalize()


def vocabulary(dice: random.Random, size: int) -> list[str]:
    """Names of families and brands; the first are borne by many."""
    words: dict[str, None] = {}
    while len(words) < size:
        words[coined(dice)] = None
    return list(words)


def legal_name(dice: random.Random, words: list[str]) -> tuple[str, str]:
    """A legal name and its country."""
    country = dice.choice(list(FORMS))
    form = dice.choice(FORMS[country])
    core = _core(dice, words)
    return f"{core} {form}", country


def _word(dice: random.Random, words: list[str]) -> str:
    return words[int(len(words) * dice.random() ** 2)]


def _core(dice: random.Random, words: list[str]) -> str:
    first, second = _word(dice, words), _word(dice, words)
    trade, kind = dice.choice(TRADES), dice.choice(KINDS)
    shape = dice.random()
    if shape < 0.15:
        return first
    if shape < 0.45:
        return f"{first} {trade}"
    if shape < 0.6:
        return f"{first} {trade} {kind}"
    if shape < 0.75:
        return f"{first} & {second} {trade}" if dice.random() < 0.5 else f"{first} {second}"
    if shape < 0.9:
        return f"{first} {dice.choice(PLACES)} {trade}"
    return f"{dice.choice(PLACES)} {second} {trade}"


def without_form(name: str) -> str:
    """Without its legal form."""
    endings = sorted((f for forms in FORMS.values() for f in forms), key=len, reverse=True)
    return next((name.removesuffix(f" {f}") for f in endings if name.endswith(f" {f}")), name)


def dropped(dice: random.Random, name: str) -> str:
    return without_form(name)


def other_form(dice: random.Random, name: str) -> str:
    forms = FORMS[dice.choice(list(FORMS))]
    return f"{without_form(name)} {dice.choice(forms)}"


def typo(dice: random.Random, name: str) -> str:
    """One letter of a word of the name added, lost, changed or swapped."""
    core = without_form(name)
    at = dice.choice([n for n, letter in enumerate(core) if letter.isalpha()])
    letter = dice.choice("abcdefghijklmnopqrstuvwxyz")
    kind = dice.randrange(4)
    if kind == 0:
        return core[:at] + core[at + 1 :]
    if kind == 1:
        return core[:at] + letter + core[at:]
    if kind == 2 or at + 1 == len(core):
        return core[:at] + letter + core[at + 1 :]
    return core[:at] + core[at + 1] + core[at] + core[at + 2 :]


def reordered(dice: random.Random, name: str) -> str:
    words = without_form(name).split()
    return " ".join([words[-1], *words[:-1]])


def abbreviated(dice: random.Random, name: str) -> str:
    return " ".join(SHORTENED.get(word, word) for word in without_form(name).split())


def shortened(dice: random.Random, name: str) -> str:
    """As people say it: without its last word, where two are left."""
    words = without_form(name).replace(" &", "").split()
    return " ".join(words[: max(2, len(words) - 1)])


def shouted(dice: random.Random, name: str) -> str:
    return name.upper().replace(".", "")


VARIANTS: dict[str, Callable[[random.Random, str], str]] = {
    "form dropped": dropped,
    "other form": other_form,
    "typo": typo,
    "word order": reordered,
    "abbreviated": abbreviated,
    "shortened": shortened,
    "capitals": shouted,
}
