"""How a row of a file names a partner: by its source's id, else by its number."""

from accounts.models import Organisation
from imports.kinds import Counts, Field
from imports.staging import Staging, as_uuid

PARTNER = Field(
    name="partner",
    label="Partner",
    required=True,
    max_length=100,
    synonyms=(
        "partner id", "partner number", "partner no", "partner code", "external id", "account id",
        "reseller id", "reseller number", "dealer id", "Partnernummer", "Partner-Nr.",
        "Händlernummer", "Händler-Nr.", "code partenaire", "n° partenaire", "code revendeur",
        "n° revendeur", "código de partner", "código de socio", "código de revendedor", "partner",
        "partner name", "reseller", "reseller name", "dealer", "dealer name", "company",
        "Partnername", "Händler", "Haendler", "Firma", "partenaire", "nom du partenaire",
        "revendeur", "socio", "revendedor", "empresa",
    ),
    help="What the source calls the partner, or its number, or its id in an export.",
)  # fmt: skip

FIND = f"""
UPDATE staging SET partner_id = coalesce(
  (SELECT known.partner_id FROM partners_partnerexternalid known
    WHERE known.source_id = %(source)s AND known.external_id = staging.partner),
  (SELECT known.id FROM partners_partner known
    WHERE %(by_number)s AND known.number = staging.partner),
  (SELECT known.id FROM partners_partner known
    WHERE %(by_number)s AND known.public_id = {as_uuid("staging.partner")}))
WHERE NOT rejected
"""  # noqa: S608 - a column of our own


def find_partner(staging: Staging, *, optional: bool = False) -> None:
    """Fill `partner_id`, and `known_id` and `changed` for the counts; reject unknown partners.

    Where it is optional, a row may name nobody.
    """
    for name, sql_type in (
        ("partner_id", "bigint"),
        ("known_id", "bigint"),
        ("changed", "boolean DEFAULT false"),
    ):
        staging.add_column(name, sql_type)
    staging.execute(FIND)
    staging.reject(
        "partner",
        "partner_id IS NULL AND partner IS NOT NULL" if optional else "partner_id IS NULL",
        "Unknown partner: load the partners first, or correct it.",
    )


def refuse_days_ahead(staging: Staging, field: str) -> None:
    """Reject rows whose day has not come yet."""
    today = Organisation.current().today()
    staging.reject(field, f'"{field}" > %(today)s', "This day has not come yet.", today=today)


def count(staging: Staging) -> Counts:
    """New are those without `known_id`, changed those marked so."""
    ((new, changed, live),) = staging.fetch(
        "SELECT count(*) FILTER (WHERE known_id IS NULL),"
        " count(*) FILTER (WHERE known_id IS NOT NULL AND changed), count(*)"
        " FROM staging WHERE NOT rejected"
    )
    return Counts(new=new, changed=changed, unchanged=live - new - changed)
