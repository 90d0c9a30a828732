"""How days are written whose month is a word: 3 Oct 2026, October 3rd 2026, 1er août 2026."""

import re

_NAMES = (
    ("january", "januar", "jaenner", "janner", "janvier", "enero"),
    ("february", "februar", "fevrier", "febrero"),
    ("march", "marz", "maerz", "mars", "marzo", "mrz"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juni", "juin", "junio"),
    ("july", "juli", "juillet", "julio"),
    ("august", "aout", "agosto"),
    ("september", "septembre", "septiembre", "setiembre"),
    ("october", "oktober", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "dezember", "decembre", "diciembre"),
)

# The number of a month by its name in English, German, French or Spanish, squashed. Cut after any
# letter from the third on it is one too, but "jui" could be June or July.
MONTHS = {
    name[:length]: number
    for number, names in enumerate(_NAMES, start=1)
    for name in names
    for length in range(3, len(name) + 1)
    if name[:length] != "jui"
}

_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_DAY = r"(?P<day>[0-9]{1,2})"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"

WRITTEN = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DAY}(?:st|nd|rd|th|er|\.)?[ -]?(?:de )?{_MONTH}[ -]?(?:del? )?{_YEAR}",
        rf"{_MONTH}[ -]?{_DAY}(?:st|nd|rd|th)?,?[ -]{_YEAR}",
        rf"(?P<year>[0-9]{{4}})[ -]{_MONTH}[ -]{_DAY}",
    )
)
