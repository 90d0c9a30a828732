"""Undo of a load of sales lines: what it wrote goes, what it had closed is there again.

What was known for a day stays known for that day. What would have been known for no day at all,
as all of a history load is, leaves no trace.
"""
# ruff: noqa: S608 - column names and conditions of our own

from typing import Any

from accounts.models import Organisation
from imports import recorded
from imports.kinds import Counts
from imports.models import Import
from imports.options import Options
from imports.staging import Staging
from sales.imports import coverage, line_closing, rollups
from sales.imports.known import taken_back_on
from sales.imports.line_closing import FACTS, MONEY

WRITTEN = "WHERE stored.load_id = %(undoes)s"

FACTS_KEPT = ", ".join(("source_id", "invoice", "line", *FACTS, *MONEY))

# `known_on` is the day that opens a row again, `since` the one from which it then counts: where
# nothing lies between, it was never closed.
REOPENED = f"""
CREATE TEMPORARY TABLE sales_incoming ON COMMIT DROP AS
SELECT {FACTS_KEPT}, load_id, opened_on AS known_on,
  CASE WHEN opened_on > known_until THEN opened_on ELSE known_on END AS since
FROM (
  SELECT past.*, {taken_back_on("past.known_until")} AS opened_on
  FROM sales_line_past AS past WHERE past.closed_by_id = %(undoes)s
) AS closed
"""

REOPEN = f"""
INSERT INTO sales_line ({FACTS_KEPT}, known_on, load_id)
SELECT {FACTS_KEPT}, since, load_id FROM sales_incoming
"""

NEVER_CLOSED = f"""
DELETE FROM sales_line_past AS past
WHERE past.closed_by_id = %(undoes)s
  AND {taken_back_on("past.known_until")} <= past.known_until
"""

# A line that was given to another partner and given back is as the load wrote it; but what the
# load had replaced must not come back as that partner's.
CHANGED_SINCE = """
SELECT later.file_name, later.created_at::date
FROM sales_line_past AS past JOIN imports_import AS later ON later.id = past.closed_by_id
WHERE past.load_id = %(load)s AND NOT EXISTS (SELECT FROM imports_import AS undo
  WHERE undo.undoes_id = later.id AND undo.state = 'done')
  AND (later.kind <> 'reattribution' OR EXISTS (SELECT FROM sales_reattribution AS moved
    WHERE (moved.source_id, moved.invoice, moved.line)
        = (past.source_id, past.invoice, past.line)
      AND (moved.ended_on IS NULL OR EXISTS (SELECT FROM sales_line_past AS before
        WHERE before.closed_by_id = %(load)s AND (before.source_id, before.invoice, before.line)
            = (past.source_id, past.invoice, past.line)
          AND CASE moved.seat WHEN 'reseller' THEN before.reseller_id ELSE before.distributor_id END
            = moved.partner_id))))
ORDER BY later.id DESC LIMIT 1
"""

WRITTEN_AGAIN = """
SELECT later.file_name, later.created_at::date
FROM sales_line_past AS past
JOIN sales_line AS stored USING (source_id, invoice, line)
JOIN imports_import AS later ON later.id = stored.load_id
WHERE past.closed_by_id = %(load)s AND stored.load_id <> %(load)s
LIMIT 1
"""

# A later file says that it is all of a period in which rows would be there again.
REPLACED_SINCE = """
SELECT later.file_name, later.created_at::date
FROM imports_import AS done JOIN imports_import AS later
  ON later.source_id = done.source_id AND later.kind = done.kind
  AND later.finished_at > done.finished_at AND later.state = 'done' AND later.undoes_id IS NULL
  AND later.options @> '{"replace": true}'
WHERE done.id = %(load)s
  AND NOT EXISTS (SELECT FROM imports_import AS undo
    WHERE undo.undoes_id = later.id AND undo.state = 'done')
  AND EXISTS (SELECT FROM sales_line_past AS past WHERE past.closed_by_id = done.id
    AND past.date >= coalesce((later.options -> 'covers' ->> 0)::date, later.first_month)
    AND past.date < coalesce((later.options -> 'covers' ->> 1)::date, later.last_month)
      + interval '1 month')
LIMIT 1
"""

BUILT_ON = (
    (CHANGED_SINCE, "changed or closed some of its lines"),
    (WRITTEN_AGAIN, "wrote again some of its lines"),
    (REPLACED_SINCE, "is all that was sold in months to which it would bring lines back"),
)

# Its rows were taken for wrong for some days: to say that they had never been known would let
# what stood before them, and what stood in between, be true on the same day.
INTERRUPTED = "SELECT 1 FROM sales_line_past AS past WHERE past.load_id = %(load)s LIMIT 1"


def why_not(load: Import) -> str:
    """Why the lines of a load cannot be taken back; empty where they can."""
    staging = Staging(load=load)
    for statement, what in BUILT_ON:
        for file_name, day in staging.fetch(statement):
            return f"{file_name} of {day:%-d %b %Y} {what}: undo that one first."
    if staging.options.history and staging.fetch(INTERRUPTED):
        return (
            "Some of its lines were changed for a while by what was taken back since: as history"
            " it cannot be taken back."
        )
    return ""


def undo(load: Import, staging: Staging) -> Counts:
    """Take a load back; `staging` is of the undo.

    Products, customers, partners and feeds that the load had created go with it where nothing
    else refers to them.
    """
    params: dict[str, Any] = {
        "undoes": load.pk,
        "history": Options.from_json(load.options).history,
        "today": Organisation.current().today(),
    }
    closed = _close(staging, params)
    opened = _reopen(staging, params)
    if closed or opened:
        rollups.add(staging)
        rollups.cancel(staging, params)
    coverage.withdraw(staging, params)
    recorded.forget_unused(load)
    return Counts(new=opened, changed=0, unchanged=0, closed=closed)


def _close(staging: Staging, params: dict[str, Any]) -> int:
    line_closing.prepare(staging)
    return line_closing.close(
        staging,
        WRITTEN,
        until=taken_back_on("stored.known_on"),
        kept="known_until > known_on",
        params=params,
    )


def _reopen(staging: Staging, params: dict[str, Any]) -> int:
    staging.execute("DROP TABLE IF EXISTS pg_temp.sales_incoming")
    staging.execute(REOPENED, params)
    staging.execute(NEVER_CLOSED, params)
    return staging.execute(REOPEN)
