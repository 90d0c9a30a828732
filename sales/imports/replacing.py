"""A file that is all that was sold in its period: what it does not have is true no more."""

from accounts.models import Organisation
from channelhub.lib import months
from imports.staging import Staging
from sales.imports import coverage, line_closing
from sales.imports.known import told_on

# A row that was rejected is in the file all the same: what is stored of it stays.
MISSING = """
USING sales_feed AS feed
WHERE feed.id = stored.feed_id AND feed.id = ANY(%(feeds)s) AND stored.source_id = %(source)s
  AND stored.date BETWEEN %(first)s AND %(last)s
  AND NOT EXISTS (SELECT FROM staging WHERE staging.invoice = stored.invoice
    AND coalesce(staging.line, staging.line_key) = stored.line)
"""
UNTIL = f"greatest({told_on('stored.date', 'feed.lag_days')}, stored.known_on)"


def close_missing(staging: Staging) -> int:
    """Close the stored rows of the file's feeds and months that the file does not have.

    Returns:
        How many rows were closed.
    """
    covered = staging.options.covers or coverage.period(staging)
    feeds = coverage.feeds(staging)
    if covered is None or not feeds:
        return 0
    return line_closing.close(
        staging,
        MISSING,
        until=UNTIL,
        params={
            "feeds": feeds,
            "first": covered[0],
            "last": months.last_day(covered[1]),
            "history": staging.options.history,
            "today": Organisation.current().today(),
        },
    )
