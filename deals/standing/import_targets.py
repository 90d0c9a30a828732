"""The import of targets: what partners are to reach of which product line, in which period."""

from typing import Any, ClassVar

from django.db.models import Case, DateField, DecimalField, F, Func, When

from deals.models import Measure
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners.exports import partner_word
from partners.import_partner import PARTNER, count, find_partner

PREPARE = """
UPDATE staging SET
  during = daterange(start, "end" + 1), currency = upper(currency),
  measure = CASE WHEN amount IS NULL THEN 'units' ELSE 'revenue' END,
  value = round(coalesce(amount, units), 4),
  line_id = (SELECT line.id FROM sales_productline line
    WHERE lower(line.name) = lower(staging.product_line)
    ORDER BY line.name = staging.product_line DESC, line.id LIMIT 1)
WHERE NOT rejected
"""
SAME = """
known.partner_id = staging.partner_id AND known.measure = staging.measure
  AND known.product_line_id IS NOT DISTINCT FROM staging.line_id
"""
FIND = f"""
UPDATE staging SET known_id = known.id,
  currency = CASE WHEN staging.measure = 'units' THEN '' ELSE staging.currency END
FROM deals_target known
WHERE NOT staging.rejected AND {SAME} AND lower(known.valid) = staging.start
"""  # noqa: S608 - statements of our own
MARK = """
UPDATE staging SET changed = (known.valid, known.value, known.currency::text)
  IS DISTINCT FROM (staging.during, staging.value, staging.currency)
FROM deals_target known WHERE NOT staging.rejected AND known.id = staging.known_id
"""
# Rows of the file count as they will be; those it does not name as they are.
OVERLAPS = f"""
EXISTS (SELECT FROM deals_target known WHERE {SAME} AND known.valid && staging.during
  AND known.id NOT IN (SELECT known_id FROM staging named
    WHERE NOT named.rejected AND named.known_id IS NOT NULL))
OR EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected AND earlier.row < staging.row
  AND earlier.partner_id = staging.partner_id AND earlier.measure = staging.measure
  AND earlier.line_id IS NOT DISTINCT FROM staging.line_id AND earlier.during && staging.during)
"""  # noqa: S608
# What gets shorter goes first: at no moment do two of one share a day.
SHORTEN = """
UPDATE deals_target known SET valid = known.valid * staging.during
FROM staging
WHERE NOT staging.rejected AND staging.changed AND known.id = staging.known_id
  AND known.valid * staging.during <> known.valid
"""
CHANGE = """
UPDATE deals_target known
SET valid = staging.during, value = staging.value, currency = staging.currency
FROM staging
WHERE NOT staging.rejected AND staging.changed AND known.id = staging.known_id
  AND (known.valid, known.value, known.currency::text)
    IS DISTINCT FROM (staging.during, staging.value, staging.currency)
"""
CREATE = """
INSERT INTO deals_target (public_id, partner_id, product_line_id, measure, value, currency, valid)
SELECT gen_random_uuid(), partner_id, line_id, measure, value,
  CASE WHEN measure = 'units' THEN '' ELSE currency END, during
FROM staging WHERE NOT rejected AND known_id IS NULL ORDER BY row
"""


class TargetsKind(Kind):
    """Targets of partners: one row for each product line and period, in money or in units.

    The same partner, product line and first day again changes the last day and the target. Without
    a product line it is of all of them.
    """

    name = "targets"
    label = "Targets"
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="product_line",
            label="Product line",
            max_length=100,
            synonyms=(
                "line", "registrable line", "Produktlinie", "gamme", "gamme de produits",
                "ligne de produits", "línea de producto", "línea de productos", "gama",
            ),
            help="As it is called here; empty means all product lines.",
        ),
        Field(
            name="start",
            label="First day",
            type="date",
            required=True,
            synonyms=(
                "period start", "start date", "valid from", "from", "gültig ab", "Beginn",
                "Startdatum", "date de début", "début", "fecha de inicio", "desde",
            ),
        ),
        Field(
            name="end",
            label="Last day",
            type="date",
            required=True,
            synonyms=(
                "period end", "end date", "valid to", "valid until", "to", "gültig bis", "Ende",
                "Enddatum", "date de fin", "fin", "fecha de fin", "hasta",
            ),
        ),
        Field(
            name="amount",
            label="Amount",
            type="decimal",
            currency="currency",
            synonyms=(
                "target amount", "revenue target", "sales target", "quota", "target", "goal",
                "Umsatzziel", "Zielumsatz", "Ziel", "objectif", "objectif de chiffre d'affaires",
                "objetivo", "objetivo de ventas",
            ),
        ),
        Field(
            name="currency",
            label="Currency",
            max_length=3,
            synonyms=("currency code", "Währung", "devise", "moneda"),
        ),
        Field(
            name="units",
            label="Units",
            type="decimal",
            synonyms=(
                "unit target", "target units", "target quantity", "Stückzahl", "Zielmenge",
                "unités", "unidades",
            ),
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find the partners, the lines and what is known; reject what cannot be."""
        find_partner(staging)
        for name, sql_type in (
            ("line_id", "bigint"),
            ("during", "daterange"),
            ("measure", "text"),
            ("value", "numeric"),
        ):
            staging.add_column(name, sql_type)
        staging.reject("end", '"end" < start', "It ends before it starts.")
        staging.reject(
            "amount",
            "(amount IS NULL) = (units IS NULL)",
            "A target is in money or in units: write one of the two.",
        )
        staging.execute(PREPARE)
        staging.reject(
            "product_line",
            "product_line IS NOT NULL AND line_id IS NULL",
            "There is no such product line. Add it under Sales data, or correct it.",
        )
        staging.reject(
            "currency",
            "measure = 'revenue' AND coalesce(currency, '') !~ '^[A-Z]{3}$'",
            "Write the three capital letters of the currency.",
        )
        staging.reject("amount", "measure = 'revenue' AND value <= 0", "A target is above zero.")
        staging.reject("units", "measure = 'units' AND value <= 0", "A target is above zero.")
        for statement in (FIND, MARK):
            staging.execute(statement)
        staging.reject("start", OVERLAPS, "A target of this is agreed for some of these days.")

    def write(self, staging: Staging) -> Counts:
        """Change what is known, and add the rest."""
        for statement in (SHORTEN, CHANGE, CREATE):
            staging.execute(statement)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Targets, their days first and last included."""
        return {
            "partner": partner_word(source, "partner"),
            "product_line": "product_line__name",
            "start": Func("valid", function="lower", output_field=DateField()),
            "end": Func("valid", template="(upper(%(expressions)s) - 1)", output_field=DateField()),
            "amount": _value_of(Measure.REVENUE),
            "currency": "currency",
            "units": _value_of(Measure.UNITS),
        }


def _value_of(measure: Measure) -> Case:
    value = DecimalField(max_digits=18, decimal_places=4)
    return Case(When(measure=measure, then=F("value")), default=None, output_field=value)
