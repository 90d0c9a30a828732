"""What holds for partners on certain days: status, tier, territory and manager."""

import datetime as dt

from imports.staging import Staging

NO_OWN_DEPUTY = ", deputy_id = nullif(held.deputy_id, staging.manager_id)"

# (table, its column as in staging, what else a correction sets)
DATED = (
    ("partners_partnerstatus", "status", ""),
    ("partners_partnertier", "tier", ""),
    ("partners_partnerterritory", "territory", ""),
    ("partners_partnermanager", "manager_id", NO_OWN_DEPUTY),
)

# The day from which a change holds: today, or the partner's start where that is still to come.
SINCE = "greatest(%(today)s, staging.start)"

# What holds on that day and differs ends there; what follows later stays.
REPLACE = """
UPDATE staging SET old_id = held.id, old_valid = held.valid,
  new_valid = daterange({since}, upper(held.valid))
FROM {table} AS held
WHERE held.partner_id = staging.partner_id AND NOT staging.rejected
  AND held.valid @> {since} AND held.{column} <> staging.{column}
"""

# A first value holds from the partner's start, or always; one after a gap until the next.
BEGIN = """
UPDATE staging SET new_valid = daterange(
  CASE WHEN EXISTS (SELECT FROM {table} AS held WHERE held.partner_id = staging.partner_id)
    THEN {since} ELSE staging.start END,
  (SELECT min(lower(held.valid)) FROM {table} AS held
    WHERE held.partner_id = staging.partner_id AND lower(held.valid) > {since}))
WHERE staging.{column} IS NOT NULL AND NOT staging.rejected AND NOT EXISTS (
  SELECT FROM {table} AS held WHERE held.partner_id = staging.partner_id AND held.valid @> {since})
"""

# Changed twice on one day: the first change never held.
CORRECT = """
UPDATE {table} AS held SET {column} = staging.{column}{also} FROM staging
WHERE held.id = staging.old_id AND lower(held.valid) = lower(staging.new_valid)
"""

END = """
UPDATE {table} AS held SET valid = daterange(lower(held.valid), lower(staging.new_valid))
FROM staging
WHERE held.id = staging.old_id AND lower(held.valid) IS DISTINCT FROM lower(staging.new_valid)
"""

INSERT = """
INSERT INTO {table} (partner_id, {column}, valid)
SELECT partner_id, {column}, new_valid FROM staging
WHERE new_valid IS NOT NULL
  AND (old_id IS NULL OR lower(old_valid) IS DISTINCT FROM lower(new_valid))
ORDER BY row
"""

NOTE = "UPDATE staging SET changed = true WHERE new_valid IS NOT NULL"
CLEAR = """
UPDATE staging SET old_id = NULL, old_valid = NULL, new_valid = NULL WHERE new_valid IS NOT NULL
"""


def write(staging: Staging, *, today: dt.date) -> None:
    """Write what differs from what holds today, and mark those rows changed."""
    for name, sql_type in (
        ("old_id", "bigint"),
        ("old_valid", "daterange"),
        ("new_valid", "daterange"),
    ):
        staging.add_column(name, sql_type)
    for table, column, also in DATED:
        names = {"table": table, "column": column, "also": also, "since": SINCE}
        for statement in (REPLACE, BEGIN, CORRECT, END, INSERT):
            staging.execute(statement.format(**names), {"today": today})
        staging.execute(NOTE)
        staging.execute(CLEAR)
