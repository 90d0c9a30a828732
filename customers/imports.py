"""The import of customers."""

from typing import Any, ClassVar

from accounts.models import Organisation
from customers import exports
from customers.models import Level
from customers.rules import looks_like_placeholder
from imports.kinds import YES_NO, Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging, as_uuid

FIND = """
UPDATE staging SET known_id = known.customer_id
FROM customers_customerexternalid known
WHERE NOT rejected AND known.source_id = %(source)s AND known.external_id = staging.external_id
"""

# An export calls customers that its source has no id for by their public id.
FIND_BY_PUBLIC_ID = f"""
UPDATE staging SET known_id = known.id
FROM customers_customer known
WHERE NOT rejected AND known_id IS NULL
  AND known.public_id = {as_uuid("staging.external_id")}
"""  # noqa: S608 - a column of our own

# A parent may stand in the same file, before or after its parts.
PARENT_UNKNOWN = """
parent IS NOT NULL AND NOT EXISTS (SELECT FROM customers_customerexternalid known
  WHERE known.source_id = %(source)s AND known.external_id = staging.parent)
AND NOT EXISTS (SELECT FROM staging other
  WHERE NOT other.rejected AND other.external_id = staging.parent)
"""

CREATE = """
WITH made AS (
  SELECT row, nextval(pg_get_serial_sequence('customers_customer', 'id')) AS id FROM staging
  WHERE NOT rejected AND known_id IS NULL
), created AS (
  INSERT INTO customers_customer (id, name, level, country, placeholder)
  SELECT made.id, s.name, coalesce(s.level, 'entity'), coalesce(s.country, ''),
    coalesce(s.placeholder = 'yes', s.name = ANY(%(nobody)s))
  FROM made JOIN staging s USING (row)
), named AS (
  INSERT INTO customers_customerexternalid (customer_id, source_id, external_id)
  SELECT made.id, %(source)s, s.external_id FROM made JOIN staging s USING (row)
)
UPDATE staging SET customer_id = made.id FROM made WHERE made.row = staging.row
"""

# A group is part of nothing: its level and its place change together.
CHANGE = """
WITH wanted AS (
  SELECT s.row, c.id, s.name, coalesce(s.level, c.level) AS level,
    coalesce(s.country, c.country) AS country,
    CASE WHEN s.placeholder IS NULL THEN c.placeholder ELSE s.placeholder = 'yes' END
      AS placeholder,
    CASE WHEN s.parent IS NULL THEN c.parent_id ELSE parent.customer_id END AS parent_id
  FROM staging s
  JOIN customers_customer c ON c.id = coalesce(s.known_id, s.customer_id)
  LEFT JOIN customers_customerexternalid parent
    ON parent.source_id = %(source)s AND parent.external_id = s.parent
  WHERE NOT s.rejected
), changed AS (
  UPDATE customers_customer c SET name = w.name, level = w.level, country = w.country,
    placeholder = w.placeholder, parent_id = w.parent_id
  FROM wanted w
  WHERE w.id = c.id AND (w.name, w.level, w.country, w.placeholder, w.parent_id)
    IS DISTINCT FROM (c.name, c.level, c.country, c.placeholder, c.parent_id)
  RETURNING c.id
)
UPDATE staging SET changed = true FROM changed WHERE changed.id = known_id
"""

ALIASES = """
WITH told AS (
  SELECT DISTINCT ON (customer, upper(name)) customer, name FROM (
    SELECT coalesce(known_id, customer_id) AS customer, left(trim(each), 200) AS name
    FROM staging CROSS JOIN LATERAL regexp_split_to_table(aliases, ';') AS each
    WHERE NOT rejected
  ) AS listed WHERE name <> ''
), added AS (
  INSERT INTO customers_customeralias (customer_id, name)
  SELECT customer, name FROM told WHERE NOT EXISTS (SELECT FROM customers_customeralias a
    WHERE a.customer_id = told.customer AND upper(a.name) = upper(told.name))
  RETURNING customer_id
)
UPDATE staging SET changed = true FROM added WHERE added.customer_id = known_id
"""

DOMAIN_TAKEN = """
EXISTS (SELECT FROM regexp_split_to_table(lower(domains), '[;[:space:]]+') AS each
  JOIN customers_customerdomain known ON known.domain = each
  WHERE known.customer_id IS DISTINCT FROM staging.known_id)
"""
NO_DOMAIN = """
EXISTS (SELECT FROM regexp_split_to_table(lower(domains), '[;[:space:]]+') AS each
  WHERE each <> '' AND each !~ '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,63}$')
"""

DOMAINS = """
WITH told AS (
  SELECT DISTINCT ON (each) coalesce(known_id, customer_id) AS customer, each AS domain
  FROM staging CROSS JOIN LATERAL regexp_split_to_table(lower(domains), '[;[:space:]]+') AS each
  WHERE NOT rejected AND each <> '' ORDER BY each, row
), added AS (
  INSERT INTO customers_customerdomain (customer_id, domain)
  SELECT customer, domain FROM told ON CONFLICT DO NOTHING RETURNING customer_id
)
UPDATE staging SET changed = true FROM added WHERE added.customer_id = known_id
"""

CONTRACTS = """
WITH told AS (
  SELECT coalesce(known_id, customer_id) AS customer, contract_end FROM staging
  WHERE NOT rejected AND contract_end IS NOT NULL
), added AS (
  INSERT INTO customers_customercontract (customer_id, ends_on, known_on)
  SELECT customer, contract_end, %(today)s FROM told
  WHERE contract_end IS DISTINCT FROM (SELECT c.ends_on FROM customers_customercontract c
    WHERE c.customer_id = told.customer ORDER BY c.known_on DESC LIMIT 1)
  ON CONFLICT (customer_id, known_on) DO UPDATE SET ends_on = excluded.ends_on
  RETURNING customer_id
)
UPDATE staging SET changed = true FROM added WHERE added.customer_id = known_id
"""


class CustomersKind(Kind):
    """End customers: groups, entities and sites, as a source knows them by its ids.

    An empty cell changes nothing. Names that stand for nobody become placeholders.
    """

    name = "customers"
    label = "Customers"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="external_id",
            label="External id",
            required=True,
            synonyms=(
                "customer id", "customer number", "customer no", "customer code", "account id",
                "account number", "end customer id", "end customer number", "id", "Kundennummer",
                "Kunden-Nr.", "Kd.-Nr.", "Debitorennummer", "Endkundennummer", "code client",
                "n° client", "n° de client", "numéro client", "numéro de client",
                "code client final", "código de cliente", "código cliente", "nº cliente",
                "nº de cliente", "número de cliente", "id cliente",
            ),
            help="What the source calls the customer.",
        ),
        Field(
            name="name",
            label="Name",
            required=True,
            synonyms=(
                "customer name", "customer", "company name", "company", "account name",
                "end customer name", "end customer", "legal name", "Kundenname", "Kunde", "Firma",
                "Firmenname", "Endkunde", "Endkundenname", "nom du client", "nom client", "client",
                "client final", "raison sociale", "société", "nom", "nombre del cliente",
                "nombre cliente", "cliente", "cliente final", "razón social", "empresa", "nombre",
            ),
        ),
        Field(
            name="level",
            label="Level",
            type="choice",
            choices={
                Level.GROUP: (
                    "corporate group", "holding", "Konzern", "Gruppe", "Unternehmensgruppe",
                    "groupe", "grupo", "grupo de empresas",
                ),
                Level.ENTITY: (
                    "legal entity", "company", "Firma", "Gesellschaft", "Unternehmen",
                    "entité", "entité juridique", "société", "entidad", "entidad jurídica",
                    "empresa", "sociedad",
                ),
                Level.SITE: (
                    "location", "branch", "Standort", "Niederlassung", "Filiale", "établissement",
                    "agence", "sede", "sucursal", "centro",
                ),
            },
            synonyms=(
                "customer level", "account level", "Ebene", "Kundenebene", "niveau", "nivel",
            ),
            help="Legal entity where nothing is said.",
        ),
        Field(
            name="parent",
            label="Part of",
            synonyms=(
                "parent", "parent id", "parent account", "parent customer", "group id",
                "Muttergesellschaft", "Mutterkonto", "Konzernnummer", "gehört zu", "maison mère",
                "société mère", "code groupe", "matriz", "empresa matriz", "código de grupo",
            ),
            help="The external id of its group, or for a site of its entity.",
        ),
        Field(
            name="country",
            label="Country",
            max_length=2,
            synonyms=(
                "country code", "iso country", "Land", "Ländercode", "Länderkennzeichen",
                "Laendercode", "pays", "code pays", "país", "código de país", "código país",
            ),
            help="Two letters such as DE.",
        ),
        Field(
            name="aliases",
            label="Other names",
            max_length=2000,
            synonyms=(
                "alias", "aka", "also known as", "Aliasnamen", "weitere Namen", "andere Namen",
                "autres noms", "otros nombres",
            ),
        ),
        Field(
            name="domains",
            label="Web domains",
            max_length=2000,
            synonyms=(
                "domain", "web domain", "web", "website", "Webdomains", "Domäne", "domaine",
                "domaines", "site web", "dominio", "dominios", "sitio web",
            ),
        ),
        Field(
            name="contract_end",
            label="Contract ends",
            type="date",
            synonyms=(
                "contract end", "contract end date", "contract expiry", "expiry", "Vertragsende",
                "Vertrag bis", "fin de contrat", "fin du contrat", "échéance du contrat",
                "fin de contrato", "fin del contrato", "vencimiento del contrato",
            ),
        ),
        Field(
            name="placeholder",
            label="Placeholder",
            type="choice",
            choices=YES_NO,
            synonyms=(
                "dummy", "Platzhalter", "Sammelkunde", "fictif", "client générique", "ficticio",
                "cliente genérico",
            ),
            help="Yes for names that stand for nobody.",
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find the customers that are known; reject rows that cannot be customers."""
        for name, sql_type in (
            ("known_id", "bigint"),
            ("customer_id", "bigint"),
            ("changed", "boolean DEFAULT false"),
        ):
            staging.add_column(name, sql_type)
        staging.execute("UPDATE staging SET country = upper(country)")
        staging.reject("country", "country !~ '^[A-Z]{2}$'", "Write two letters such as DE.")
        staging.reject_repeats("external_id", reason="This id stands in an earlier row already.")
        staging.execute(FIND)
        staging.execute(FIND_BY_PUBLIC_ID)
        staging.reject_repeats(
            "external_id", by=("known_id",), reason="An earlier row is this customer by another id."
        )
        staging.reject("parent", "parent = external_id", "A customer is not part of itself.")
        staging.reject(
            "parent", "level = 'group' AND parent IS NOT NULL", "A group is part of none."
        )
        staging.reject("domains", NO_DOMAIN, "Write domains such as example.com.")
        staging.reject("domains", DOMAIN_TAKEN, "Another customer has this domain.")
        while staging.reject("parent", PARENT_UNKNOWN, "No customer of this source has this id."):
            pass
        _check_levels(staging)

    def write(self, staging: Staging) -> Counts:
        """Create the new customers, change the others, and add what is told of each."""
        named = staging.fetch("SELECT name FROM staging WHERE NOT rejected AND known_id IS NULL")
        params = {
            "nobody": [name for (name,) in named if looks_like_placeholder(name)],
            "today": Organisation.current().today(),
        }
        for statement in (CREATE, CHANGE, ALIASES, DOMAINS, CONTRACTS):
            staging.execute(statement, params)
        ((new, changed, live),) = staging.fetch(
            "SELECT count(*) FILTER (WHERE known_id IS NULL),"
            " count(*) FILTER (WHERE known_id IS NOT NULL AND changed), count(*)"
            " FROM staging WHERE NOT rejected"
        )
        return Counts(new=new, changed=changed, unchanged=live - new - changed)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Customers, by record."""
        return exports.of_customers(source)


# The level that each will have, in the file or as it is known, against that of its parent.
WRONG_LEVEL = """
row IN (
  WITH will AS (
    SELECT s.external_id, coalesce(s.level, c.level, 'entity') AS level, s.parent, s.row,
      s.known_id
    FROM staging s LEFT JOIN customers_customer c ON c.id = s.known_id WHERE NOT s.rejected
  )
  SELECT will.row FROM will
  LEFT JOIN will own ON own.external_id = will.parent
  LEFT JOIN customers_customerexternalid known
    ON known.source_id = %(source)s AND known.external_id = will.parent
  LEFT JOIN customers_customer other ON other.id = known.customer_id
  WHERE will.parent IS NOT NULL AND (will.level, coalesce(own.level, other.level)) NOT IN
    (('entity', 'group'), ('site', 'entity'), ('site', 'group')))
"""


def _check_levels(staging: Staging) -> None:
    staging.reject(
        "parent", WRONG_LEVEL, "An entity is part of a group, a site of an entity or a group."
    )
