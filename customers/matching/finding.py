"""The customers that an account may be, found in the database."""

from collections.abc import Sequence

from django.db import connection

from customers.matching.accounts import Account, Found, Likeness, Verdict, found
from customers.matching.scoring import compare

CANDIDATES = """
SELECT asked.place, coalesce(r.id, c.id), coalesce(r.name, c.name), coalesce(r.country, c.country),
  c.name, c.country
FROM unnest(%(names)s::text[]) WITH ORDINALITY AS asked (name, place)
JOIN customers_customer c ON upper(c.name) %% upper(asked.name)
LEFT JOIN customers_customer r ON r.id = c.merged_into_id
WHERE NOT c.placeholder AND NOT coalesce(r.placeholder, false)
"""


def find(account: Account, *, limit: int = 10) -> Found:
    """The customers that the account may be."""
    return find_many([account], limit=limit)[0]


def find_many(accounts: Sequence[Account], *, limit: int = 10) -> list[Found]:
    """The customers that each account may be, in the order of the accounts."""
    likely: list[dict[int, Likeness]] = [{} for _ in accounts]
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, {"names": [account.name for account in accounts]})
        for place, key, name, country, called, where in cursor.fetchall():
            score, verdict, reason = compare(accounts[place - 1], Account(called, "", where))
            known = likely[place - 1].get(key)
            if verdict != Verdict.NEW and (known is None or known.score < score):
                likely[place - 1][key] = Likeness(key, name, country, score, verdict, reason)
    return [found(list(each.values()), limit) for each in likely]
