"""Sales lines that are true no more: they move from `sales_line` to `sales_line_past`."""
# ruff: noqa: S608 - column names and conditions of our own

from collections.abc import Mapping
from typing import Any

from imports.staging import Staging

# Every stored fact of a line. Its booked rate is none: a rate loaded later changes no line.
FACTS = (
    "feed_id", "kind", "date", "order_date", "ship_date", "distributor_id", "reseller_id",
    "customer_id", "product_id", "quantity", "amount", "basis", "currency", "deal",
)  # fmt: skip
MONEY = ("rate", "reporting_amount")
KEPT = ", ".join(("source_id", "invoice", "line", *FACTS, *MONEY, "known_on"))

PREPARE = f"""
CREATE TEMPORARY TABLE sales_closed ON COMMIT DROP AS
SELECT {KEPT}, load_id, known_until FROM sales_line_past WITH NO DATA
"""

CLOSE = f"""
WITH closed AS (
  DELETE FROM sales_line AS stored {{which}}
  RETURNING stored.*, {{until}} AS known_until
), kept AS (
  INSERT INTO sales_line_past ({KEPT}, load_id, known_until, closed_by_id)
  SELECT {KEPT}, load_id, known_until, %(load)s FROM closed WHERE {{kept}}
)
INSERT INTO sales_closed ({KEPT}, load_id, known_until)
SELECT {KEPT}, load_id, known_until FROM closed
"""


def prepare(staging: Staging) -> None:
    """Make `sales_closed`, which holds the rows that move until the transaction ends."""
    staging.execute("DROP TABLE IF EXISTS pg_temp.sales_closed")
    staging.execute(PREPARE)


def close(
    staging: Staging,
    which: str,
    *,
    until: str,
    kept: str = "true",
    params: Mapping[str, Any] | None = None,
) -> int:
    """Move the rows of `sales_line AS stored` that a condition names to the past.

    Args:
        staging: of the load that closes them.
        which: SQL that follows the table: USING and WHERE.
        until: SQL of the day at whose end they stopped being true.
        kept: SQL over a closed row: whether it is worth keeping.
        params: values that the SQL asks for.

    Returns:
        The number of rows.
    """
    return staging.execute(CLOSE.format(which=which, until=until, kept=kept), params)
