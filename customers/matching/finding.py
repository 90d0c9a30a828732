"""The customers that an account may be, found in the database."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from rapidfuzz import fuzz, process

from customers.matching.accounts import Account, Found, Likeness, Verdict, found
from customers.matching.domains import registrable
from customers.matching.memory import Said, said_of
from customers.matching.names import folded, taken_apart
from customers.matching.scoring import COMMONPLACE, compare
from customers.rules import looks_like_placeholder

# How many customers one key brings, how many all of them, and how many of those are compared: the
# most alike by their letters. Measured in bench/matching.py.
EACH, MOST, COMPARED = 100, 600, 40
# So many accounts are looked up by one statement.
AT_ONCE = 200

# Under which names which customers are like an account, and who counts for them.
CANDIDATES = """
WITH asked AS (
  SELECT * FROM unnest(%(names)s::text[], %(telling)s::text[], %(domains)s::text[])
    WITH ORDINALITY AS each (name, telling, domains, place)
), near AS (
  SELECT a.place, n.customer_id, n.called, '' AS domain, n.shared >= 100 AS sure FROM asked a
  CROSS JOIN LATERAL customers_near(
    a.name, string_to_array(a.telling, ' '), %(each)s, %(most)s) AS n
  UNION ALL
  SELECT a.place, d.customer_id, c.name, d.domain, true FROM asked a
  JOIN customers_customerdomain d ON d.domain = ANY (string_to_array(a.domains, ' '))
  JOIN customers_customer c ON c.id = d.customer_id
)
SELECT near.place - 1, near.called, near.domain, near.sure, c.country, root.id, root.name,
  root.country
FROM near
JOIN customers_customer c ON c.id = near.customer_id
JOIN customers_customer root ON root.id = coalesce(c.merged_into_id, c.id)
WHERE NOT c.placeholder AND NOT root.placeholder
"""


@dataclass(frozen=True)
class _Candidate:
    """A name or a domain of a customer, and the root that stands for it.

    It is sure to be compared where its key or its domain is the account's.
    """

    called: str
    domain: str
    sure: bool
    in_country: str
    key: int
    name: str
    country: str

    def likeness(self, account: Account) -> Likeness:
        known = Account(self.called, self.domain, self.in_country)
        score, verdict, reason = compare(account, known)
        if self.called != self.name:
            reason = f'known as "{self.called}": {reason}'
        return Likeness(self.key, self.name, self.country, score, verdict, reason)


def find(account: Account, *, limit: int = 10) -> Found:
    """The customers that the account may be."""
    return find_many([account], limit=limit)[0]


def find_many(accounts: Sequence[Account], *, limit: int = 10) -> list[Found]:
    """The customers that each account may be, in the order of the accounts."""
    return [
        each
        for start in range(0, len(accounts), AT_ONCE)
        for each in _found(accounts[start : start + AT_ONCE], limit)
    ]


def _found(accounts: Sequence[Account], limit: int) -> Iterator[Found]:
    candidates = _candidates(accounts)
    said = said_of(accounts)
    for place, account in enumerate(accounts):
        if looks_like_placeholder(account.name):
            yield found([], limit)
        else:
            yield found(_likely(account, candidates[place], said[place]), limit)


def _candidates(accounts: Sequence[Account]) -> dict[int, list[_Candidate]]:
    names = [account.name.replace("\0", "") for account in accounts]
    asked: dict[str, Any] = {
        "names": names,
        "telling": [" ".join(_telling(name)) for name in names],
        "domains": [_domains(account) for account in accounts],
        "each": EACH,
        "most": MOST,
    }
    near: dict[int, list[_Candidate]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, asked)
        for place, *row in cursor.fetchall():
            near[place].append(_Candidate(*row))
    return near


def _telling(name: str) -> list[str]:
    return [word.text for word in taken_apart(name).words if word.weight > COMMONPLACE]


def _domains(account: Account) -> str:
    domain = registrable(account.domain)
    typed = account.domain.strip().lower().removeprefix("www.")
    return f"{domain} {typed}" if domain and " " not in typed else domain


def _likely(account: Account, near: Sequence[_Candidate], said: Said) -> list[Likeness]:
    """Each root once, by what is most alike of it; what a person said goes before."""
    best: dict[int, Likeness] = {}
    for likeness in (each.likeness(account) for each in _closest(account, near)):
        known = best.get(likeness.customer)
        if known is None or known.score < likeness.score:
            best[likeness.customer] = likeness
    best.update(said.same)
    return [
        each for key, each in best.items() if each.verdict != Verdict.NEW and key not in said.other
    ]


def _closest(account: Account, near: Sequence[_Candidate]) -> list[_Candidate]:
    """Those of the same key or domain, and of the others the most alike by their letters."""
    sure = [each for each in near if each.sure][:COMPARED]
    named = {n: folded(each.called) for n, each in enumerate(near) if not each.sure}
    asked = folded(account.name)
    alike = process.extract(asked, named, scorer=fuzz.token_sort_ratio, limit=COMPARED)
    return [*sure, *(near[n] for _, _, n in alike)]
