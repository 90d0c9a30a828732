"""How many breaches of the rules of engagement are too many."""

WARNING, CRITICAL = "warning", "critical"
# "It only takes a few incidents": whatever the money.
MANY = 3


def severity(confirmed: int) -> str:
    """What confirmed breaches of 12 months come to, for a partner or for a direct team."""
    if confirmed >= MANY:
        return CRITICAL
    return WARNING if confirmed else ""
