"""How alike two accounts are: no database, no clock."""

from rapidfuzz.distance import JaroWinkler

from customers.matching.accounts import Account, Verdict


def compare(a: Account, b: Account) -> tuple[float, Verdict, str]:
    """A score from 0 to 1, what it means, and why in words."""
    score = JaroWinkler.similarity(a.name.casefold(), b.name.casefold())
    if score >= 0.95:
        return score, Verdict.MATCH, "nearly the same name"
    if score >= 0.9:
        return score, Verdict.POSSIBLE, "a name much like it"
    return score, Verdict.NEW, "another name"
