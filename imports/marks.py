"""What people write around numbers: signs and codes of currencies, and percent signs."""

import re
from collections.abc import Mapping

_CODES = (
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR",
    "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD",
    "PEN", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND",
    "ZAR",
)  # fmt: skip
# Which currencies a mark may mean, in upper case: a file may use it for any of them.
CURRENCY_MARKS: Mapping[str, tuple[str, ...]] = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS"),
    "US$": ("USD",),
    "CA$": ("CAD",),
    "A$": ("AUD",),
    "R$": ("BRL",),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₺": ("TRY",),
    "KČ": ("CZK",),
    "KR": ("SEK", "NOK", "DKK", "ISK"),
    "ZŁ": ("PLN",),
    **{code: (code,) for code in _CODES},
}

_EITHER = "|".join(sorted(CURRENCY_MARKS, key=len, reverse=True)).replace("$", "[$]")
# One mark, before the number or behind it; a sign or a bracket may stand outside of it and stays
# as the first or second group. Read by Python and by PostgreSQL alike.
AROUND_MONEY = (
    f"(?i)^([(+\u2212-]?) ?(?:{_EITHER})[ \u00a0\u202f]?"
    f"|[ \u00a0\u202f]?(?:{_EITHER}) ?([)\u2212-]?)$"
)
BEHIND_PERCENT = "[ \u00a0\u202f]?%$"

# Everything a number is made of: what is left of a cell without it is its mark.
OF_NUMBERS = "0123456789.,+-()' \u2212\u2019\u00a0\u202f\u2009"


def without_currency(text: str) -> str:
    """A number without the one mark of a currency before or behind it."""
    return re.sub(AROUND_MONEY, r"\1\2", text, count=1)
