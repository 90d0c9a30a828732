"""The import of agreements: which partner may sell which product line, where and when."""

from typing import Any, ClassVar

from django.db.models import Case, DateField, F, Func, TextField, Value, When

from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners.exports import partner_word
from partners.import_partner import PARTNER, count, find_partner

EVERYWHERE = "everywhere"

# No country is everywhere; an empty cell says nothing of what is known already.
PREPARE = """
UPDATE staging SET
  territory = CASE WHEN lower(countries) = ANY(%(everywhere)s) THEN '{}'
    WHEN countries IS NOT NULL THEN ARRAY(
      SELECT DISTINCT upper(code) FROM regexp_split_to_table(countries, '[,;[:space:]]+') AS code
      WHERE code <> '' ORDER BY 1) END,
  line_id = (SELECT line.id FROM sales_productline line
    WHERE lower(line.name) = lower(staging.product_line)
    ORDER BY line.name = staging.product_line DESC, line.id LIMIT 1)
WHERE NOT rejected
"""

FIND = """
UPDATE staging SET known_id = known.id,
  territory = coalesce(staging.territory, known.countries),
  during = daterange(start, CASE WHEN "end" IS NULL THEN upper(known.valid) ELSE "end" + 1 END)
FROM deals_authorisation known
WHERE NOT staging.rejected AND known.partner_id = staging.partner_id
  AND known.product_line_id = staging.line_id AND known.agreement = staging.agreement
  AND lower(known.valid) = staging.start
"""

OF_NEW = """
UPDATE staging SET territory = coalesce(territory, '{}'), during = daterange(start, "end" + 1)
WHERE NOT rejected AND known_id IS NULL
"""

MARK = """
UPDATE staging SET changed = (known.valid, known.countries::text[])
  IS DISTINCT FROM (staging.during, staging.territory)
FROM deals_authorisation known WHERE NOT staging.rejected AND known.id = staging.known_id
"""

# Rows of the file count as they will be; those it does not name as they are.
OVERLAPS = """
EXISTS (SELECT FROM deals_authorisation other
  WHERE other.partner_id = staging.partner_id AND other.product_line_id = staging.line_id
    AND other.agreement = staging.agreement AND other.valid && staging.during
    AND other.id NOT IN (SELECT known_id FROM staging named
      WHERE NOT named.rejected AND named.known_id IS NOT NULL))
OR EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected AND earlier.row < staging.row
  AND earlier.partner_id = staging.partner_id AND earlier.line_id = staging.line_id
  AND earlier.agreement = staging.agreement AND earlier.during && staging.during)
"""

# What gets shorter goes first: at no moment do two of one agreement share a day.
SHORTEN = """
UPDATE deals_authorisation known SET valid = known.valid * staging.during
FROM staging
WHERE NOT staging.rejected AND staging.changed AND known.id = staging.known_id
  AND known.valid * staging.during <> known.valid
"""

CHANGE = """
UPDATE deals_authorisation known SET valid = staging.during, countries = staging.territory
FROM staging
WHERE NOT staging.rejected AND staging.changed AND known.id = staging.known_id
  AND (known.valid, known.countries::text[])
    IS DISTINCT FROM (staging.during, staging.territory)
"""

CREATE = """
INSERT INTO deals_authorisation
  (public_id, partner_id, agreement, product_line_id, countries, valid)
SELECT gen_random_uuid(), partner_id, agreement, line_id, territory, during
FROM staging WHERE NOT rejected AND known_id IS NULL ORDER BY row
"""


class AgreementsKind(Kind):
    """What partners are authorised to sell: one row for each agreement and product line.

    The same partner, agreement, product line and first day again changes its countries and its
    last day. An empty cell changes nothing; of a new row it means everywhere, and no end.
    """

    name = "agreements"
    label = "Agreements"
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="agreement",
            label="Agreement",
            required=True,
            max_length=100,
            synonyms=(
                "agreement number", "agreement no", "agreement id", "contract", "contract number",
                "contract id", "Vertrag", "Vertragsnummer", "Vertrags-Nr.", "contrat",
                "n° de contrat", "numéro de contrat", "contrato", "número de contrato",
            ),
        ),
        Field(
            name="product_line",
            label="Product line",
            required=True,
            max_length=100,
            synonyms=(
                "line", "registrable line", "authorised line", "authorized line", "Produktlinie",
                "gamme", "gamme de produits", "ligne de produits", "línea de producto",
                "línea de productos", "gama",
            ),
            help="As it is called here: a file of agreements makes none.",
        ),
        Field(
            name="countries",
            label="Countries",
            max_length=2000,
            synonyms=(
                "country", "territory", "country codes", "Land", "Länder", "Gebiet",
                "Vertragsgebiet", "pays", "territoire", "país", "países", "territorio",
            ),
            help="Two-letter codes, parted by commas; everywhere where a new row names none.",
        ),
        Field(
            name="start",
            label="First day",
            type="date",
            required=True,
            synonyms=(
                "start date", "valid from", "effective date", "agreement date", "from",
                "gültig ab", "gültig von", "Beginn", "Startdatum", "date de début", "valable du",
                "début", "fecha de inicio", "válido desde", "desde",
            ),
        ),
        Field(
            name="end",
            label="Last day",
            type="date",
            synonyms=(
                "end date", "valid to", "valid until", "expiry date", "expires", "to",
                "gültig bis", "Ende", "Enddatum", "date de fin", "valable jusqu'au", "fin",
                "fecha de fin", "válido hasta", "hasta",
            ),
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find the partners, the lines and what is known; reject what cannot be."""
        find_partner(staging)
        for name, sql_type in (
            ("line_id", "bigint"),
            ("territory", "text[]"),
            ("during", "daterange"),
        ):
            staging.add_column(name, sql_type)
        staging.execute(PREPARE, {"everywhere": [EVERYWHERE, "worldwide", "all", "*"]})
        staging.reject(
            "product_line",
            "line_id IS NULL",
            "There is no such product line. Add it under Sales data, or correct it.",
        )
        staging.reject(
            "countries",
            "EXISTS (SELECT FROM unnest(territory) AS code WHERE code !~ '^[A-Z]{2}$')",
            "Write two-letter codes such as DE, AT, or everywhere.",
        )
        staging.reject("end", '"end" < start', "It ends before it starts.")
        staging.reject_repeats(
            "start",
            by=("partner_id", "line_id", "agreement", "start"),
            reason="An earlier row says this already.",
        )
        for statement in (FIND, OF_NEW, MARK):
            staging.execute(statement)
        staging.reject(
            "start",
            OVERLAPS,
            "The same agreement authorises this line on some of these days already.",
        )

    def write(self, staging: Staging) -> Counts:
        """Change what is known, and add the rest."""
        for statement in (SHORTEN, CHANGE, CREATE):
            staging.execute(statement)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Authorisations, their days first and last included."""
        listed = Func(F("countries"), Value(", "), function="array_to_string")
        return {
            "partner": partner_word(source, "partner"),
            "agreement": "agreement",
            "product_line": "product_line__name",
            "countries": Case(
                When(countries=[], then=Value(EVERYWHERE)),
                default=listed,
                output_field=TextField(),
            ),
            "start": Func("valid", function="lower", output_field=DateField()),
            "end": Func("valid", template="(upper(%(expressions)s) - 1)", output_field=DateField()),
        }
