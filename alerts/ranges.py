"""In which ranges of subjects a night is judged: each is its own idempotent transaction."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connection

from alerts.canaries import Canary
from alerts.verdicts import Scope

SUBJECTS = {
    Scope.PARTNER: "partners_partner",
    Scope.PRODUCT_LINE: "partners_linecard",
}
RANGES = """
SELECT min(id), max(id) FROM (
  SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS n FROM {table}
) AS numbered GROUP BY n ORDER BY n
"""
# Feeds, direct teams and the channel itself are few, and so are the customers that matter.
ALL = (0, 2**62)


def ranges(canary: Canary) -> Iterator[tuple[int, int]]:
    """The keys of all subjects in ranges of `NIGHT_RANGE_SIZE`, as (first, last), both included."""
    table = None if canary.at_once else SUBJECTS.get(canary.scope)
    if table is None:
        yield ALL
        return
    with connection.cursor() as cursor:
        cursor.execute(RANGES.format(table=table), [settings.NIGHT_RANGE_SIZE])
        yield from cursor.fetchall()
