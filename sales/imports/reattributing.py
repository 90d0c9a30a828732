"""Lines that count for another partner from today on: closed, opened again, summed by delta."""

from collections.abc import Collection

from django.utils import timezone

from accounts.models import Organisation, User
from channelhub.lib.work import WorkState
from imports.models import Import, Source
from imports.staging import Staging
from sales.imports import line_closing, rollups
from sales.imports.line_closing import FACTS
from sales.imports.line_writing import CHANGED, INSERT
from sales.models import Reattribution

KIND = "reattribution"

# What a line becomes: `{partner}` takes the seat, unless somebody else has it by now.
SEATS = {
    "reseller_id": "CASE WHEN moved.seat = 'reseller' THEN moved.{to} ELSE stored.reseller_id END",
    "distributor_id": (
        "CASE WHEN moved.seat = 'distributor' THEN moved.{to} ELSE stored.distributor_id END"
    ),
}
MOVE = """
CREATE TEMPORARY TABLE sales_incoming ON COMMIT DROP AS
SELECT stored.invoice, stored.line, {facts}, true AS replaces,
  greatest(%(today)s, stored.known_on) AS known_on, stored.rate, stored.load_id
FROM sales_reattribution AS moved
JOIN sales_line AS stored ON stored.source_id = moved.source_id
  AND stored.invoice = moved.invoice AND stored.line = moved.line
WHERE moved.id = ANY(%(moves)s) AND moved.source_id = %(source)s
  AND CASE moved.seat WHEN 'reseller' THEN stored.reseller_id ELSE stored.distributor_id END
    = moved.{gives}
"""


def move(
    source: Source, moves: Collection[Reattribution], *, back: bool = False, acting_user: User
) -> Import:
    """Give the lines to who they were decided to be of; with `back`, to who had them before.

    Call it in a transaction that holds `one_at_a_time`. A line that is gone, or that names
    somebody else by now, is left alone and not counted. A line stays one of the file that brought
    it.

    Returns:
        The import that is the trace of it, with its counts.
    """
    load = _without_file(source, moves, back=back, acting_user=acting_user)
    staging = Staging(load=load)
    staging.execute("DROP TABLE IF EXISTS pg_temp.sales_incoming")
    gives, to = ("partner_id", "replaced_id") if back else ("replaced_id", "partner_id")
    facts = ", ".join(
        f"{SEATS[name].format(to=to)} AS {name}" if name in SEATS else f"stored.{name}"
        for name in FACTS
    )
    params = {"moves": [each.pk for each in moves], "today": Organisation.current().today()}
    staging.execute(MOVE.format(facts=facts, gives=gives), params)
    line_closing.prepare(staging)
    line_closing.close(staging, CHANGED, until="incoming.known_on")
    load.changed = load.rows_read = staging.execute(INSERT.format(load="load_id"))
    load.save(update_fields=["changed", "rows_read"])
    rollups.add(staging)
    return load


def _without_file(
    source: Source, moves: Collection[Reattribution], *, back: bool, acting_user: User
) -> Import:
    invoices = ", ".join(sorted({each.invoice for each in moves}))
    name = f"Reattribution of {invoices}" + (" taken back" if back else "")
    load: Import = Import.objects.create(
        kind=KIND,
        source=source,
        file_name=name[:255],
        size=0,
        confirmed=True,
        created_by=acting_user,
        state=WorkState.DONE,
        finished_at=timezone.now(),
    )
    return load
