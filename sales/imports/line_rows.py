"""Staged sales lines: which are refused, how they are told apart, what they bring along."""

from accounts.models import Organisation
from channelhub.lib import months
from customers.rules import looks_like_placeholder
from imports.kinds import Reference
from imports.staging import Refusal, Staging
from sales.imports.line_fields import RETURN
from sales.models import Feed, Route

# numeric(18,4) holds fourteen digits before the point.
TOO_LARGE = "100000000000000"

MONEY_REFUSED = (
    Refusal(
        field="discount",
        condition="amount IS NULL AND discount NOT BETWEEN 0 AND 1",
        reason="A discount is a fraction from 0 to 1: write 0.15 for 15%.",
    ),
    Refusal(
        field="amount",
        condition="amount IS NULL AND (quantity IS NULL OR price IS NULL)",
        reason="No amount, and not both a quantity and a price to reckon it from.",
    ),
    Refusal(
        field="amount",
        condition=f"abs(coalesce(amount, quantity * price)) >= {TOO_LARGE}"
        f" OR abs(quantity) >= {TOO_LARGE}",
        reason="Larger than any amount or quantity kept here.",
    ),
    Refusal(
        field="currency",
        condition="char_length(currency) <> 3 OR currency ~ '[^A-Za-z]'",
        reason="A currency is three letters such as USD.",
    ),
)

ROUTES = """
SELECT EXISTS (SELECT FROM staging
  WHERE NOT rejected AND coalesce(reseller, distributor) IS NOT NULL),
EXISTS (SELECT FROM staging WHERE NOT rejected AND coalesce(reseller, distributor) IS NULL)
"""

LINE_KEYS = """
UPDATE staging SET line_key = numbered.line_key
FROM (
  SELECT row, concat_ws('|', coalesce(distributor, ''), coalesce(product, ''),
    row_number() OVER (PARTITION BY invoice, distributor, product ORDER BY row)) AS line_key
  FROM staging WHERE line IS NULL
) AS numbered
WHERE numbered.row = staging.row
"""

KEEP_KEYS = """
UPDATE imports_rejectedrow SET key = staging.line_key FROM staging
WHERE imports_rejectedrow.load_id = %(load)s AND imports_rejectedrow.row = staging.row
  AND staging.line_key IS NOT NULL
"""

# Whether the file writes returns with a minus or not, and with a minus before which number.
RETURNS = """
UPDATE staging SET quantity = -abs(quantity), amount = -abs(amount), price = abs(price)
WHERE NOT rejected AND order_type = %(returned)s
"""

DUPLICATE = """
row IN (
  SELECT row FROM (
    SELECT row, row_number() OVER (
      PARTITION BY invoice, coalesce(line, line_key) ORDER BY row) AS occurrence
    FROM staging WHERE NOT rejected
  ) AS numbered WHERE occurrence > 1)
"""

# A number that a partner has from another source's id means nothing in this source's files; none
# does in a partner's own, which could otherwise find out which partners there are.
OWN_NUMBER = """
%(by_number)s AND NOT EXISTS (SELECT FROM partners_partnerexternalid AS inherited
  WHERE inherited.partner_id = {partner}.id AND inherited.external_id = {partner}.number
    AND inherited.source_id <> %(source)s)
"""

UNKNOWN_PARTNER = f"""
{{field}} IS NOT NULL
AND NOT EXISTS (SELECT FROM partners_partnerexternalid AS known
  WHERE known.source_id = %(source)s AND known.external_id = staging.{{field}})
AND NOT EXISTS (SELECT FROM partners_partner AS known WHERE known.number = staging.{{field}}
  AND {OWN_NUMBER.format(partner="known")})
"""  # noqa: S608 - statements of our own

UNKNOWN_CUSTOMER = """
{field} IS NOT NULL
AND NOT EXISTS (SELECT FROM customers_customerexternalid AS known
  WHERE known.source_id = %(source)s AND known.external_id = staging.{field})
"""

# A stock-keeping number of ours is known, whatever source says it.
UNKNOWN_PRODUCT = """
{field} IS NOT NULL
AND NOT EXISTS (SELECT FROM sales_article AS known
  WHERE known.source_id = %(source)s AND known.external_id = staging.{field})
AND NOT EXISTS (SELECT FROM sales_product AS known WHERE known.sku = staging.{field})
"""

UNKNOWN = {"partner": UNKNOWN_PARTNER, "customer": UNKNOWN_CUSTOMER, "product": UNKNOWN_PRODUCT}

# Partners that were chosen to be created: prospects until somebody says more of them. A number
# that another partner has gets the source's name before it.
NEW_PARTNERS = """
WITH named AS (
  SELECT DISTINCT name FROM ({names}) AS unknown (name)
), fresh AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('partners_partner', 'id')) AS id, name,
    CASE WHEN EXISTS (SELECT FROM partners_partner AS taken WHERE taken.number = named.name)
      THEN (SELECT source.name FROM imports_source AS source WHERE source.id = %(source)s)
        || '-' || named.name ELSE named.name END AS number
  FROM named
), created AS (
  INSERT INTO partners_partner (id, number, name, kinds, type, currency, website)
  SELECT id, left(number, 100), name, '{{reseller}}', '', '', '' FROM fresh
), standing AS (
  INSERT INTO partners_partnerstatus (partner_id, status, valid)
  SELECT id, 'prospect', daterange(%(today)s, NULL) FROM fresh
)
INSERT INTO partners_partnerexternalid (partner_id, source_id, external_id)
SELECT id, %(source)s, name FROM fresh
"""

# An article that its source names for the first time may be one of our stock-keeping numbers.
NEW_ARTICLES = """
WITH named AS MATERIALIZED (
  SELECT DISTINCT product FROM staging WHERE NOT rejected AND product IS NOT NULL
), unknown AS MATERIALIZED (
  SELECT product FROM named
  WHERE NOT EXISTS (SELECT FROM sales_article AS known
    WHERE known.source_id = %(source)s AND known.external_id = named.product)
), created AS (
  INSERT INTO sales_product (sku, name, family)
  SELECT product, product, '' FROM unknown
  WHERE NOT EXISTS (SELECT FROM sales_product AS known WHERE known.sku = unknown.product)
  RETURNING id, sku
)
INSERT INTO sales_article (source_id, external_id, product_id)
SELECT %(source)s, unknown.product, coalesce(created.id, ours.id)
FROM unknown
LEFT JOIN created ON created.sku = unknown.product
LEFT JOIN sales_product AS ours ON ours.sku = unknown.product
"""

NEW_CUSTOMERS = """
WITH named AS MATERIALIZED (
  SELECT DISTINCT customer FROM staging WHERE NOT rejected AND customer IS NOT NULL
), fresh AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('customers_customer', 'id')) AS id, customer FROM named
  WHERE NOT EXISTS (SELECT FROM customers_customerexternalid AS known
    WHERE known.source_id = %(source)s AND known.external_id = named.customer)
), created AS (
  INSERT INTO customers_customer (id, name, level, country, placeholder)
  SELECT id, customer, 'entity', '', customer = ANY(%(placeholders)s) FROM fresh
)
INSERT INTO customers_customerexternalid (customer_id, source_id, external_id)
SELECT id, %(source)s, customer FROM fresh
"""


def number(staging: Staging) -> None:
    """Give each line without a number its key: distributor, product and n-th occurrence.

    Rejected rows are counted too, so that a key does not move once their error is mended.
    """
    staging.add_column("line_key", "text")
    staging.execute(LINE_KEYS)


def keep_keys(staging: Staging) -> None:
    """Keep the keys of rejected rows: sent again without the others they would get new ones."""
    staging.execute(KEEP_KEYS)


def turn_returns(staging: Staging) -> None:
    """Count quantities and amounts of returns and credits as negative."""
    if staging.has("order_type"):
        staging.execute(RETURNS, {"returned": RETURN})


def check(staging: Staging) -> None:
    """Reject the rows that cannot be sales lines."""
    staging.reject_all([*_dates_refused(staging), *MONEY_REFUSED])


def reject_repeats(staging: Staging) -> None:
    """Of rows that are one line, only the first that is not rejected counts."""
    staging.reject(
        "invoice", DUPLICATE, "This invoice and line stand earlier in the file: only once counts."
    )


def note_unknown(staging: Staging, reference: Reference) -> bool:
    """Keep the names that nobody knows yet, so that a person can say what they mean.

    Returns:
        Whether there are any.
    """
    return staging.note_unknown(reference.name, _names(reference))


def reject_unknown(staging: Staging, reference: Reference) -> None:
    """Reject the rows that name somebody or something that nobody knows."""
    for field in reference.fields:
        staging.reject(
            field,
            UNKNOWN[reference.name].format(field=field),
            f"Unknown {field}: load the {reference.label.lower()} first, say what it means, or"
            " correct it.",
        )


def _names(reference: Reference) -> str:
    """SQL of each unknown name, once for every live row that says it."""
    condition = UNKNOWN[reference.name]
    return " UNION ALL ".join(
        f"SELECT {field} FROM staging"  # noqa: S608 - fields of our own
        f" WHERE NOT rejected AND ({condition.format(field=field)})"
        for field in reference.fields
    )


def create_partners(staging: Staging, reference: Reference) -> None:
    """Create the partners that the rows name first, as prospects."""
    statement = NEW_PARTNERS.format(names=_names(reference))
    staging.execute(statement, {"today": Organisation.current().today()})


def create_feeds(staging: Staging) -> None:
    """Create the feeds that the rows belong to first."""
    for route in routes(staging):
        Feed.objects.get_or_create(source_id=staging.load.source_id, route=route)


def name_articles(staging: Staging) -> None:
    """Create the articles, and where they are none of ours the products, that rows name first."""
    staging.execute(NEW_ARTICLES)


def create_customers(staging: Staging) -> None:
    """Create the customers that the rows name first.

    A customer is called by its id until somebody says its name; one whose name stands for nobody
    is a placeholder.
    """
    named = staging.fetch("SELECT DISTINCT customer FROM staging WHERE customer IS NOT NULL")
    nobody = [name for (name,) in named if looks_like_placeholder(name)]
    staging.execute(NEW_CUSTOMERS, {"placeholders": nobody})


def routes(staging: Staging) -> list[Route]:
    """The routes of the live rows: a line that names a reseller or distributor is channel."""
    ((channel, direct),) = staging.fetch(ROUTES)
    found = {Route.CHANNEL: channel, Route.DIRECT: direct}
    return [route for route, there in found.items() if there]


def _dates_refused(staging: Staging) -> list[Refusal]:
    refused = [
        Refusal(
            field="date",
            condition="date > %(today)s",
            reason="This day has not come yet.",
            params={"today": Organisation.current().today()},
        )
    ]
    if covers := staging.options.covers:
        first, last = covers[0], months.last_day(covers[1])
        refused.append(
            Refusal(
                field="date",
                condition="date NOT BETWEEN %(first)s AND %(last)s",
                reason=f"Outside the period that the file covers, {first} to {last}.",
                params={"first": first, "last": last},
            )
        )
    return refused
