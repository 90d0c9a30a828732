"""The calendar file of a review: an invitation that any calendar reads."""

import datetime as dt
import zoneinfo

from icalendar import Calendar, Event

from channelhub.lib.text import plain
from reviews.models import Review


def calendar_file(review: Review, *, organisation: str, url: str, now: dt.datetime) -> bytes:
    """The meeting as an .ics file in its own time zone; `url` leads to the review.

    Raises:
        ValueError: the review has no meeting yet.
    """
    if review.meets_at is None:
        raise ValueError("The review has no meeting yet.")
    starts = review.meets_at.astimezone(zoneinfo.ZoneInfo(review.time_zone))
    event = Event.new(
        uid=f"{review.public_id}@channelhub",
        summary=plain(f"Quarterly review {review.quarter}: {organisation}, {review.partner.name}"),
        start=starts,
        end=starts + dt.timedelta(minutes=review.minutes),
        stamp=now,
        location=plain(review.place) or None,
        description=plain(review.agenda) or None,
        url=url,
    )
    calendar = Calendar.new(
        prodid="-//ChannelHub//Quarterly reviews//EN", method="PUBLISH", subcomponents=[event]
    )
    # Calendars look time zones up by name, and some need them spelt out.
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
