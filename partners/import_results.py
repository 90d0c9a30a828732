"""The import of partners' own annual results."""

from collections.abc import Collection
from typing import Any, ClassVar

from accounts.models import Organisation
from imports.kinds import YES, YES_NO, Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners import exports
from partners.actions.results import LONGEST_YEAR_DAYS
from partners.import_partner import PARTNER, count, find_partner
from partners.models import ResultBasis

PREPARE = """
UPDATE staging SET
  currency = upper(currency), basis = coalesce(basis, 'reported'), amount = round(amount, 4),
  known_on = least(%(today)s, coalesce(known_on,
    CASE WHEN %(history)s THEN "end" + 1 ELSE %(today)s END))
WHERE NOT rejected
"""

OVERLAPS = """
EXISTS (SELECT FROM partners_ownresult other WHERE other.partner_id = staging.partner_id
  AND other.start <= staging."end" AND other."end" >= staging.start
  AND (other.start, other."end") <> (staging.start, staging."end"))
OR EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected AND earlier.row < staging.row
  AND earlier.partner_id = staging.partner_id
  AND earlier.start <= staging."end" AND earlier."end" >= staging.start
  AND (earlier.start, earlier."end") <> (staging.start, staging."end"))
"""

# What was said last by that day of the same year and basis; the same day's is corrected.
FIND = """
UPDATE staging SET known_id = known.id, known_day = known.known_on,
  changed = (known.amount, known.currency, known.inorganic, known.source) IS DISTINCT FROM
    (staging.amount, staging.currency::varchar,
     coalesce(staging.inorganic = %(yes)s, known.inorganic), coalesce(staging.source, known.source))
FROM partners_ownresult known
WHERE NOT staging.rejected AND known.partner_id = staging.partner_id
  AND (known.start, known."end", known.basis) = (staging.start, staging."end", staging.basis)
  AND known.known_on = (SELECT max(newest.known_on) FROM partners_ownresult newest
    WHERE newest.partner_id = staging.partner_id AND newest.known_on <= staging.known_on
      AND (newest.start, newest."end", newest.basis)
        = (staging.start, staging."end", staging.basis))
"""

CORRECT = """
UPDATE partners_ownresult known SET amount = s.amount, currency = s.currency,
  inorganic = coalesce(s.inorganic = %(yes)s, known.inorganic),
  source = coalesce(s.source, known.source)
FROM staging s
WHERE NOT s.rejected AND s.changed AND known.id = s.known_id AND s.known_day = s.known_on
"""

ADD = """
INSERT INTO partners_ownresult (public_id, partner_id, start, "end", amount, currency, basis,
  inorganic, source, known_on)
SELECT gen_random_uuid(), s.partner_id, s.start, s."end", s.amount, s.currency, s.basis,
  coalesce(s.inorganic = %(yes)s, known.inorganic, false), coalesce(s.source, ''), s.known_on
FROM staging s LEFT JOIN partners_ownresult known ON known.id = s.known_id
WHERE NOT s.rejected AND (s.known_id IS NULL OR (s.changed AND s.known_day < s.known_on))
ORDER BY s.row
"""


class OwnResultsKind(Kind):
    """Partners' own total sales by fiscal year.

    A figure that differs from what was known replaces it from its day on; the earlier one stays
    for what was known then.
    """

    name = "own-results"
    label = "Own results of partners"
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="start",
            label="First day of the year",
            type="date",
            required=True,
            synonyms=(
                "start date", "year start", "fiscal year start", "period start", "from",
                "Geschäftsjahr von", "Geschäftsjahresbeginn", "Beginn", "von", "début d'exercice",
                "début de l'exercice", "date de début", "du", "inicio del ejercicio",
                "inicio ejercicio", "fecha de inicio", "desde",
            ),
        ),
        Field(
            name="end",
            label="Last day of the year",
            type="date",
            required=True,
            synonyms=(
                "end date", "year end", "fiscal year end", "period end", "to", "Geschäftsjahr bis",
                "Geschäftsjahresende", "Ende", "bis", "fin d'exercice", "fin de l'exercice",
                "date de fin", "clôture", "au", "fin del ejercicio", "fin ejercicio",
                "cierre del ejercicio", "fecha de fin", "hasta",
            ),
        ),
        Field(
            name="amount",
            label="Own total sales",
            type="decimal",
            required=True,
            synonyms=(
                "total sales", "annual sales", "sales", "total revenue", "annual revenue",
                "revenue", "turnover", "Umsatz", "Jahresumsatz", "Gesamtumsatz", "Umsatzerlöse",
                "chiffre d'affaires", "CA", "CA annuel", "chiffre d'affaires annuel",
                "facturación", "facturación anual", "cifra de negocios", "ventas",
                "ventas totales", "ventas anuales",
            ),
        ),
        Field(
            name="currency",
            label="Currency",
            required=True,
            max_length=3,
            synonyms=(
                "currency code", "Währung", "Waehrung", "Währungscode", "devise", "code devise",
                "monnaie", "moneda", "divisa", "código de moneda",
            ),
            help="Three letters such as USD.",
        ),
        Field(
            name="basis",
            label="Basis",
            type="choice",
            choices={
                ResultBasis.REPORTED: (
                    "actual", "audited", "published", "Ist", "berichtet", "gemeldet", "geprüft",
                    "réel", "publié", "audité", "déclaré", "real", "publicado", "auditado",
                    "declarado",
                ),
                ResultBasis.ESTIMATED: (
                    "estimate", "est", "forecast", "geschätzt", "Schätzung", "Prognose", "estimé",
                    "estimation", "prévision", "estimado", "estimación", "previsión",
                ),
            },
            synonyms=("figure basis", "Grundlage", "Datenbasis", "base", "origen del dato"),
            help="Reported where nothing is said.",
        ),
        Field(
            name="inorganic",
            label="Inorganic",
            type="choice",
            choices=YES_NO,
            synonyms=(
                "acquisition", "acquisitions", "M&A", "anorganisch", "Übernahme", "Zukauf",
                "croissance externe", "adquisición", "inorgánico",
            ),
            help="Yes where an acquisition or a disposal moved the figure.",
        ),
        Field(
            name="source",
            label="Source of the figure",
            synonyms=(
                "figure source", "report", "Quelle", "fuente",
            ),
        ),
        Field(
            name="known_on",
            label="Known on",
            type="date",
            synonyms=(
                "published on", "publication date", "reported on", "bekannt seit",
                "veröffentlicht am", "connu le", "publié le", "conocido el", "publicado el",
                "fecha de publicación",
            ),
        ),
    )  # fmt: skip

    def locked_for(self, own_id: str, roles: Collection[str]) -> dict[str, str]:
        """Their own results: what a partner says of itself is reported, today, by the partner."""
        return {"partner": own_id, "basis": ResultBasis.REPORTED, "source": "The partner",
                "known_on": ""}  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Reject what is no year or overlaps another; find what is known."""
        find_partner(staging)
        staging.add_column("known_day", "date")
        staging.execute(PREPARE, self._params(staging))
        staging.reject("currency", "currency !~ '^[A-Z]{3}$'", "Write three letters such as USD.")
        staging.reject("amount", "amount < 0", "Own total sales are zero or more.")
        staging.reject(
            "end",
            f'"end" - start NOT BETWEEN 1 AND {LONGEST_YEAR_DAYS}',
            "A fiscal year ends after it starts, within 18 months.",
        )
        today = Organisation.current().today()
        staging.reject("end", '"end" > %(today)s', "This year is not over yet.", today=today)
        staging.reject("start", OVERLAPS, "This overlaps another year of the partner.")
        staging.reject_repeats(
            "start",
            by=("partner_id", "start", "basis", "known_on"),
            reason="An earlier row says this year already.",
        )
        staging.execute(FIND, self._params(staging))

    def write(self, staging: Staging) -> Counts:
        """Correct what was said the same day, and add the rest."""
        for statement in (CORRECT, ADD):
            staging.execute(statement, self._params(staging))
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Figures as they were told."""
        return exports.of_results(source)

    def _params(self, staging: Staging) -> dict[str, object]:
        today = Organisation.current().today()
        return {"yes": YES, "history": staging.options.history, "today": today}
