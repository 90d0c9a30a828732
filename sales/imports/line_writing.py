"""From staged sales lines to `sales_line`: only what is new or changed is written."""

from accounts.models import Organisation
from imports.kinds import Counts
from imports.staging import Staging
from sales.imports import line_closing
from sales.imports.known import told_on
from sales.imports.line_closing import FACTS, KEPT
from sales.imports.line_rows import OWN_NUMBER
from sales.models import Feed, Route

ON_CHANNEL = "coalesce(staging.reseller, staging.distributor) IS NOT NULL"
RESOLVED = ", ".join(f"resolved.{name}" for name in FACTS)
STORED = ", ".join(f"stored.{name}" for name in FACTS)

LAG = f"CASE WHEN {ON_CHANNEL} THEN %(channel_lag)s ELSE %(direct_lag)s END"

# A correction is not known before the row that it corrects. A line that was decided to be another
# partner's stays that partner's.
INCOMING = f"""
CREATE TEMPORARY TABLE sales_incoming ON COMMIT DROP AS
WITH resolved AS (
  SELECT
    staging.invoice,
    coalesce(staging.line, staging.line_key) AS line,
    CASE WHEN {ON_CHANNEL} THEN %(channel)s::bigint ELSE %(direct)s END AS feed_id,
    staging.kind,
    staging.date,
    staging.order_date,
    staging.ship_date,
    CASE WHEN moved.seat = 'distributor' THEN moved.partner_id
      ELSE coalesce(distributor.partner_id, distributor_number.id) END AS distributor_id,
    CASE WHEN moved.seat = 'reseller' THEN moved.partner_id
      ELSE coalesce(reseller.partner_id, reseller_number.id) END AS reseller_id,
    customer.customer_id,
    article.product_id,
    round(staging.quantity, 4) AS quantity,
    round(coalesce(staging.amount, staging.quantity * staging.price
      * (1 - coalesce(staging.discount, 0))), 4) AS amount,
    coalesce(staging.basis, 'vendor-net') AS basis,
    upper(coalesce(staging.currency, %(reporting)s)) AS currency,
    coalesce(staging.deal, '') AS deal,
    {told_on("staging.date", LAG)} AS told_on
  FROM staging
  LEFT JOIN sales_article AS article
    ON article.source_id = %(source)s AND article.external_id = staging.product
  LEFT JOIN customers_customerexternalid AS customer
    ON customer.source_id = %(source)s AND customer.external_id = staging.customer
  LEFT JOIN partners_partnerexternalid AS reseller
    ON reseller.source_id = %(source)s AND reseller.external_id = staging.reseller
  LEFT JOIN partners_partner AS reseller_number ON reseller_number.number = staging.reseller
    AND {OWN_NUMBER.format(partner="reseller_number")}
  LEFT JOIN partners_partnerexternalid AS distributor
    ON distributor.source_id = %(source)s AND distributor.external_id = staging.distributor
  LEFT JOIN partners_partner AS distributor_number
    ON distributor_number.number = staging.distributor
    AND {OWN_NUMBER.format(partner="distributor_number")}
  LEFT JOIN sales_reattribution AS moved ON moved.ended_on IS NULL
    AND moved.source_id = %(source)s AND moved.invoice = staging.invoice
    AND moved.line = coalesce(staging.line, staging.line_key)
  WHERE NOT staging.rejected
)
SELECT resolved.*, stored.invoice IS NOT NULL AS replaces,
  greatest(resolved.told_on, stored.known_on) AS known_on,
  CASE WHEN resolved.currency = %(reporting)s THEN 1 ELSE (
    SELECT booked.rate FROM sales_bookedrate AS booked
    WHERE booked.currency = resolved.currency AND booked.day <= resolved.date
    ORDER BY booked.day DESC LIMIT 1) END AS rate
FROM resolved LEFT JOIN sales_line AS stored
  ON stored.source_id = %(source)s AND stored.invoice = resolved.invoice
  AND stored.line = resolved.line
WHERE stored.invoice IS NULL
  OR ({RESOLVED}) IS DISTINCT FROM ({STORED})
"""  # noqa: S608 - column names of our own

CHANGED = """
USING sales_incoming AS incoming
WHERE incoming.replaces AND stored.source_id = %(source)s
  AND stored.invoice = incoming.invoice AND stored.line = incoming.line
"""

INSERT = f"""
INSERT INTO sales_line ({KEPT}, load_id)
SELECT %(source)s, invoice, line, {", ".join(FACTS)}, rate, round(amount * rate, 4),
  known_on, {{load}}
FROM sales_incoming
"""  # noqa: S608 - column names of our own


def write(staging: Staging) -> Counts:
    """Write the live rows that are new or differ from what is stored.

    What they replace moves to the past. Until the transaction ends `sales_incoming` holds the rows
    written and `sales_closed` those that moved.
    """
    _find_incoming(staging)
    line_closing.prepare(staging)
    ((written, changed, live),) = staging.fetch(
        "SELECT count(*), count(*) FILTER (WHERE replaces),"
        " (SELECT count(*) FROM staging WHERE NOT rejected) FROM sales_incoming"
    )
    if changed:
        line_closing.close(staging, CHANGED, until="incoming.known_on")
    if written:
        staging.execute(INSERT.format(load="%(load)s"))
    return Counts(new=written - changed, changed=changed, unchanged=live - written)


def _find_incoming(staging: Staging) -> None:
    organisation = Organisation.current()
    staging.execute("DROP TABLE IF EXISTS pg_temp.sales_incoming")
    staging.execute(
        INCOMING,
        {
            "reporting": organisation.reporting_currency,
            "history": staging.options.history,
            "today": organisation.today(),
            **_feeds(staging),
        },
    )
    staging.execute("ANALYZE sales_incoming")


def _feeds(staging: Staging) -> dict[str, int | None]:
    """The feeds of the source by route, with their lags: `channel`, `channel_lag`, ..."""
    feeds = {feed.route: feed for feed in Feed.objects.filter(source_id=staging.load.source_id)}
    known: dict[str, int | None] = {}
    for route in Route:
        feed = feeds.get(route)
        known |= {route: feed.pk if feed else None, f"{route}_lag": feed.lag_days if feed else 0}
    return known
