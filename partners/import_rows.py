"""Staged partners: which are known, which are refused, and what of their own changes."""

from imports.staging import Staging, as_uuid

CLEAN = """
UPDATE staging SET
  currency = upper(currency),
  website = CASE WHEN website ~* '^[a-z]+:' THEN website ELSE 'https://' || website END,
  manager_id = (SELECT id FROM accounts_user
    WHERE lower(email) = lower(staging.manager) AND role = 'manager' AND is_active)
WHERE num_nonnulls(currency, website, manager) > 0
"""

# A word of a type says what the partner does; several may.
KINDS = """
UPDATE staging SET kinds = CASE WHEN found = '{}' THEN ARRAY['reseller'] ELSE found END
FROM (
  SELECT type AS word, array_remove(ARRAY[
    CASE WHEN type ~* '\\m(distribut|wholesal|disti\\M|vad\\M)' THEN 'distributor' END,
    CASE WHEN type ~* '\\m(re-?sell|dealer|var\\M)' THEN 'reseller' END,
    CASE WHEN type ~* '\\m(system ?s? )?integrat|\\msi\\M' THEN 'integrator' END,
    CASE WHEN type ~* '\\mservice|\\mm?sp\\M' THEN 'service' END,
    CASE WHEN type ~* '\\m(referral|referrer|agent)\\M' THEN 'referral' END
  ], NULL) AS found
  FROM (SELECT DISTINCT coalesce(type, '') AS type FROM staging) AS types
) AS words
WHERE words.word = coalesce(staging.type, '')
"""

FIND = """
UPDATE staging SET is_new = false, partner_id = known.partner_id
FROM partners_partnerexternalid AS known
WHERE known.source_id = %(source)s AND known.external_id = staging.external_id
"""

FIND_BY_NUMBER = """
UPDATE staging SET is_new = false, partner_id = known.id
FROM partners_partner AS known
WHERE staging.is_new AND known.number = staging.number
"""

# An export calls partners that its source has no id for by their public id; no source learns it.
FIND_BY_PUBLIC_ID = f"""
UPDATE staging SET is_new = false, partner_id = known.id
FROM partners_partner AS known
WHERE staging.is_new AND known.public_id = {as_uuid("staging.external_id")}
"""  # noqa: S608 - a column of our own

NUMBER_TAKEN = """
number IS NOT NULL AND EXISTS (
  SELECT FROM partners_partner AS other
  WHERE other.number = staging.number AND other.id IS DISTINCT FROM staging.partner_id)
"""

# A number that another row of the file asks for is not free.
NUMBER_BY_ID = """
UPDATE staging SET number = external_id
WHERE is_new AND NOT rejected AND number IS NULL
  AND NOT EXISTS (
    SELECT FROM partners_partner WHERE partners_partner.number = staging.external_id)
  AND NOT EXISTS (
    SELECT FROM staging AS other WHERE NOT other.rejected AND other.number = staging.external_id)
"""

NUMBER_BY_SOURCE = """
UPDATE staging SET number = imports_source.name || '-' || external_id
FROM imports_source
WHERE imports_source.id = %(source)s AND is_new AND NOT rejected AND staging.number IS NULL
"""

CREATE = """
INSERT INTO partners_partner (number, name, kinds, type, currency, website)
SELECT number, name, kinds, coalesce(type, ''), coalesce(currency, ''), coalesce(website, '')
FROM staging WHERE is_new AND NOT rejected ORDER BY row
"""

FIND_CREATED = """
UPDATE staging SET partner_id = partners_partner.id, status = coalesce(status, 'active')
FROM partners_partner
WHERE is_new AND NOT rejected AND partners_partner.number = staging.number
"""

NAME_IT = """
INSERT INTO partners_partnerexternalid (partner_id, source_id, external_id)
SELECT partner_id, %(source)s, external_id FROM staging
WHERE NOT rejected AND NOT EXISTS (SELECT FROM partners_partner AS known
  WHERE known.id = partner_id AND known.public_id::text = lower(external_id))
ORDER BY row
ON CONFLICT (source_id, external_id) DO NOTHING
"""

MARK_NAMED = """
UPDATE staging SET changed = true
WHERE NOT is_new AND NOT rejected AND NOT EXISTS (
  SELECT FROM partners_partnerexternalid AS known
  WHERE known.source_id = %(source)s AND known.external_id = staging.external_id)
AND NOT EXISTS (SELECT FROM partners_partner AS known
  WHERE known.id = partner_id AND known.public_id::text = lower(external_id))
"""

# Kinds follow the type only where it moves: a person may have set them since.
CHANGE = """
WITH changed AS (
  UPDATE partners_partner AS partner SET
    number = coalesce(staging.number, partner.number),
    name = staging.name,
    kinds = CASE WHEN staging.type <> partner.type THEN staging.kinds ELSE partner.kinds END,
    type = coalesce(staging.type, partner.type),
    currency = coalesce(staging.currency, partner.currency),
    website = coalesce(staging.website, partner.website)
  FROM staging
  WHERE staging.partner_id = partner.id AND NOT staging.is_new AND NOT staging.rejected
    AND (coalesce(staging.number, partner.number), staging.name,
      coalesce(staging.type, partner.type), coalesce(staging.currency, partner.currency),
      coalesce(staging.website, partner.website))
    IS DISTINCT FROM
      (partner.number, partner.name, partner.type, partner.currency, partner.website)
  RETURNING partner.id
)
UPDATE staging SET changed = true FROM changed WHERE changed.id = staging.partner_id
"""


def clean(staging: Staging) -> None:
    """Write currencies, websites and managers as we keep them, and read kinds from the type."""
    for name, sql_type in (
        ("partner_id", "bigint"),
        ("manager_id", "bigint"),
        ("kinds", "text[]"),
        ("is_new", "boolean DEFAULT true"),
        ("changed", "boolean DEFAULT false"),
    ):
        staging.add_column(name, sql_type)
    staging.execute(CLEAN)
    staging.execute(KINDS)
    staging.reject("currency", "currency !~ '^[A-Z]{3}$'", "Write three letters such as USD.")
    staging.reject(
        "website",
        "website !~* '^https?://[^[:space:]/]+\\.[^[:space:]]+$' OR char_length(website) > 200",
        "This is not the address of a website.",
    )


def find_partners(staging: Staging) -> None:
    """Find each row's partner: by its external id, else by its number."""
    staging.reject_repeats(
        "external_id", reason="This id stands in an earlier row already: only that one counts."
    )
    staging.execute(FIND)
    staging.execute(FIND_BY_PUBLIC_ID)
    if staging.has("number"):
        staging.execute(FIND_BY_NUMBER)
        staging.reject_repeats("number", reason="Another row of the file has this number.")
    staging.reject_repeats(
        "external_id", by=("partner_id",), reason="An earlier row is this partner by another id."
    )


def check(staging: Staging) -> None:
    """Reject the rows that cannot be partners, and give the new ones their numbers."""
    staging.reject("number", NUMBER_TAKEN, "Another partner has this number.")
    staging.reject(
        "manager",
        "manager IS NOT NULL AND manager_id IS NULL",
        "No channel manager has an account with this address.",
    )
    staging.execute(NUMBER_BY_ID)
    staging.execute(NUMBER_BY_SOURCE)
    staging.reject(
        "external_id",
        "is_new AND (char_length(number) > 100 OR EXISTS (SELECT FROM partners_partner AS other"
        " WHERE other.number = staging.number))",
        "Other partners have this id as their number, alone and with the source's name.",
    )
    staging.reject_repeats("number", reason="Another row of the file has this number.")


def create_new(staging: Staging) -> None:
    """Create the partners nobody knew, and note what the source calls each."""
    staging.execute(CREATE)
    staging.execute(FIND_CREATED)
    staging.execute(MARK_NAMED)
    staging.execute(NAME_IT)
    staging.execute("ANALYZE staging")


def change_known(staging: Staging) -> None:
    """Change what the file says differently of partners that were known."""
    staging.execute(CHANGE)
