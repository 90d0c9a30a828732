"""Whether an account that somebody names is a customer that we know (decision 0012).

One matcher with one preset threshold, for registrations, imports, direct opportunities and merges.
"""

from customers.matching.accounts import Account, Found, Likeness, Verdict
from customers.matching.finding import find, find_many
from customers.matching.scoring import compare

__all__ = ["Account", "Found", "Likeness", "Verdict", "compare", "find", "find_many"]
