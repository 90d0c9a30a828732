"""How a file corrects what was known: the same day's is changed, an earlier day's is closed."""

# `known_day` is the day on which the row that is corrected was known.
EARLIER = "known.known_on < s.known_on"

CLOSE = """
UPDATE {table} known SET known_until = s.known_on
FROM staging s WHERE NOT s.rejected AND s.changed AND known.id = s.known_id AND {earlier}
"""


def close(table: str) -> str:
    """SQL that closes the rows which the file corrects on a later day."""
    return CLOSE.format(table=table, earlier=EARLIER)


# Where a file says no day, it is known today; of history, at the close of its month.
KNOWN_ON = """
UPDATE staging SET known_on = least(%(today)s, coalesce(known_on, CASE WHEN %(history)s
  THEN (date_trunc('month', {day}) + interval '1 month - 1 day')::date ELSE %(today)s END))
WHERE NOT rejected
"""


def known_on(day: str) -> str:
    """SQL that fills `known_on`, by the column of the day that a row is about."""
    return KNOWN_ON.format(day=day)
