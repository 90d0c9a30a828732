"""What is decided about feeds."""

import datetime as dt

from accounts.models import User
from channelhub.lib.history import decision
from sales.models import Feed


def change_feed(feed: Feed, *, lag_days: int, ended_on: dt.date | None, acting_user: User) -> None:
    """Say how long after its month a feed reports, and whether it has ended.

    What was loaded before keeps the day on which it counts as known.
    """
    feed.lag_days, feed.ended_on = lag_days, ended_on
    with decision(acting_user):
        feed.save(update_fields=["lag_days", "ended_on"])
