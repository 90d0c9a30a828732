"""The import of first-line service metrics, a row for each partner and month."""

from typing import Any, ClassVar

from accounts.models import Organisation
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Refusal, Staging
from partners.exports import partner_word
from partners.import_partner import PARTNER, count, find_partner
from satisfaction.imports.corrections import close, known_on

TABLE = "satisfaction_servicemonth"
HOURS = ("first_response_median", "first_response_p90", "resolution_median", "resolution_p90")
COUNTED = ("tickets", "reopened", "escalated", "csat_answers")
FIGURES = ("tickets", *HOURS, "reopened", "escalated", "csat", "csat_answers")

FIND = f"""
UPDATE staging SET month = date_trunc('month', month)::date, known_id = (
  SELECT known.id FROM {TABLE} known WHERE known.known_until IS NULL
    AND known.partner_id = staging.partner_id
    AND known.month = date_trunc('month', staging.month)::date)
WHERE NOT rejected
"""  # noqa: S608 - tables and columns of our own

# An empty cell changes nothing. Hours are kept to the hundredth.
FILL = f"""
UPDATE staging SET
  {", ".join(f"{name} = coalesce(round(staging.{name}, 2), known.{name})" for name in FIGURES)}
FROM staging other LEFT JOIN {TABLE} known ON known.id = other.known_id
WHERE staging.row = other.row AND NOT staging.rejected
"""  # noqa: S608

MARK = f"""
UPDATE staging SET changed = true FROM {TABLE} known
WHERE NOT rejected AND known.id = known_id
  AND ({", ".join(f"known.{name}" for name in FIGURES)})
    IS DISTINCT FROM ({", ".join(f"staging.{name}" for name in FIGURES)})
"""  # noqa: S608

CORRECT = f"""
UPDATE {TABLE} known SET {", ".join(f"{name} = s.{name}" for name in FIGURES)},
  source_id = %(source)s
FROM staging s WHERE NOT s.rejected AND s.changed AND known.id = s.known_id
  AND known.known_until IS NULL
"""  # noqa: S608

ADD = f"""
INSERT INTO {TABLE} (public_id, partner_id, month, {", ".join(FIGURES)}, source_id, known_on)
SELECT gen_random_uuid(), s.partner_id, s.month, {", ".join(f"s.{name}" for name in FIGURES)},
  %(source)s, s.known_on
FROM staging s LEFT JOIN {TABLE} known ON known.id = s.known_id
WHERE NOT s.rejected AND (s.known_id IS NULL OR known.known_until IS NOT NULL)
ORDER BY s.row
"""  # noqa: S608

# What no help desk can measure: the field at fault, when, and what is wrong.
IMPOSSIBLE = (
    *((name, f"{name} < 0", "This is not below zero.") for name in (*HOURS, *COUNTED)),
    *((name, f"{name} <> trunc({name})", "Write a whole number.") for name in COUNTED),
    *((name, f"{name} >= 1000000", "This is more than a hundred years.") for name in HOURS),
    *((name, f"{name} > 2000000000", "This is too much.") for name in COUNTED),
    (
        "first_response_p90",
        "first_response_p90 < first_response_median",
        "Nine of ten are not answered before half of them.",
    ),
    (
        "resolution_p90",
        "resolution_p90 < resolution_median",
        "Nine of ten are not resolved before half of them.",
    ),
    (
        "resolution_median",
        "resolution_median < first_response_median",
        "A ticket is not resolved before its first response.",
    ),
    (
        "resolution_p90",
        "resolution_p90 < first_response_p90",
        "A ticket is not resolved before its first response.",
    ),
    ("reopened", "reopened > tickets", "More were reopened than there were tickets."),
    ("escalated", "escalated > tickets", "More were escalated than there were tickets."),
    ("csat_answers", "csat_answers > tickets", "More answered than there were tickets."),
    ("csat", "csat NOT BETWEEN 1 AND 5", "CSAT runs from 1 to 5."),
    (
        "csat_answers",
        "csat IS NOT NULL AND coalesce(csat_answers, 0) = 0",
        "Say how many answers the CSAT is of.",
    ),
    *(
        (name, f"tickets = 0 AND {name} IS NOT NULL", "Without tickets there are no hours.")
        for name in HOURS
    ),
)


def _hours(name: str, label: str, *synonyms: str) -> Field:
    return Field(name=name, label=label, type="decimal", synonyms=synonyms, help="In hours.")


def _count(name: str, label: str, *synonyms: str) -> Field:
    return Field(name=name, label=label, type="decimal", synonyms=synonyms)


class ServiceMetricsKind(Kind):
    """First-line service of partners by month: the same month again corrects what is known."""

    name = "service-metrics"
    label = "Service metrics"
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="month",
            label="Month",
            type="date",
            required=True,
            synonyms=("period", "date", "Monat", "mois", "mes"),
            help="Any day of it.",
        ),
        Field(
            name="tickets",
            label="Tickets",
            type="decimal",
            required=True,
            synonyms=(
                "ticket count", "cases", "incidents", "Vorgänge", "Anfragen", "demandes",
                "incidencias",
            ),
        ),
        _hours("first_response_median", "First response, median", "first response",
               "median first response", "frt median", "Erstreaktion", "première réponse",
               "primera respuesta"),
        _hours("first_response_p90", "First response, p90", "p90 first response", "frt p90"),
        _hours("resolution_median", "Resolution, median", "resolution", "median resolution",
               "time to resolve", "Lösungszeit", "résolution", "resolución"),
        _hours("resolution_p90", "Resolution, p90", "p90 resolution", "ttr p90"),
        _count("reopened", "Reopened", "reopened tickets", "wiedereröffnet", "rouverts",
               "reabiertos"),
        _count("escalated", "Escalated to us", "escalations", "escalated", "eskaliert",
               "escalades", "escalados"),
        Field(name="csat", label="CSAT", type="decimal",
              synonyms=("satisfaction", "average csat", "Zufriedenheit", "satisfacción"),
              help="The average, from 1 to 5."),
        _count("csat_answers", "CSAT answers", "csat n", "csat count", "csat responses"),
        Field(name="known_on", label="Known on", type="date",
              synonyms=("reported on", "bekannt seit", "connu le", "conocido el")),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find partners and what is known; reject months that cannot be."""
        find_partner(staging)
        staging.execute(FIND)
        staging.execute(FILL)
        staging.reject_all(
            [Refusal(field=field, condition=when, reason=why) for field, when, why in IMPOSSIBLE]
        )
        today = Organisation.current().today()
        staging.reject(
            "month",
            "month + interval '1 month' > %(tomorrow)s::date + 1",
            "This month is not over yet.",
            tomorrow=today,
        )
        staging.reject_repeats(
            "month", by=("partner_id", "month"), reason="An earlier row says this month already."
        )
        params = {"today": today, "history": staging.options.history}
        staging.execute(known_on("month"), params)
        staging.execute(MARK)

    def write(self, staging: Staging) -> Counts:
        """Close what is corrected on a later day, correct the rest, and add what is new."""
        for statement in (close(TABLE), CORRECT, ADD):
            staging.execute(statement)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Months as they are known."""
        return {
            "partner": partner_word(source, "partner"),
            "month": "month",
            **{name: name for name in FIGURES},
            "known_on": "known_on",
        }
