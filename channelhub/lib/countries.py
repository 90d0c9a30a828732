"""Countries by the names that people look for; codes are ISO 3166."""

import functools
from importlib import resources

# The list is that of the time zone database; here where people look elsewhere.
NAMES = {"GB": "United Kingdom"}


@functools.cache
def countries() -> dict[str, str]:
    """Every country: {code: name}, in the order of the names."""
    text = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    listed = dict(line.split("\t", 1) for line in lines)
    return dict(sorted({**listed, **NAMES}.items(), key=lambda pair: pair[1]))


def choices() -> list[tuple[str, str]]:
    """The countries for a choice, nothing chosen first."""
    return [("", "Choose a country"), *countries().items()]
