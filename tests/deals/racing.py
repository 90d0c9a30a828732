"""A writer of a race: a process of its own, on a database connection of its own.

It says "ready", does one job after the other, a line each, and ends with one line of JSON: how
often each outcome was met. A lost deadlock is an outcome; what nobody foresees ends the process.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import DatabaseError

from accounts.models import User
from customers.actions.merges import merge_customer
from customers.models import Customer
from deals.actions.reviewing import approve_deal
from deals.actions.steps import today
from deals.models import Deal

# How a process of Python becomes one.
START = "import django; django.setup(); from tests.deals import racing; racing.main()"


def approve(job: str, user: User) -> object:
    return approve_deal(Deal(pk=int(job)), acting_user=user)


def merge(job: str, user: User) -> object:
    one, into = (Customer(pk=int(key)) for key in job.split())
    return merge_customer(one, into=into, on=today(), acting_user=user)


def outcome(act: Callable[[str, User], object], job: str, user: User) -> str:
    """Done, or the name of what was raised."""
    try:
        act(job, user)
    except (ValidationError, DatabaseError) as error:
        return type(error).__name__
    return "done"


def main() -> None:
    what, acting_user = sys.argv[1:]
    act = {"approve": approve, "merge": merge}[what]
    user = User.objects.get(pk=acting_user)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    told = Counter(outcome(act, job.strip(), user) for job in sys.stdin)
    sys.stdout.write(json.dumps(told) + "\n")
