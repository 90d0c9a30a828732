"""The import of plan and booked rates."""

from collections.abc import Iterator
from typing import Any, ClassVar

from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from sales import exports
from sales.models import BookedRate

PREPARE = """
UPDATE staging SET
  currency = upper(currency),
  rate = round(rate, 8),
  start = coalesce(start, day),
  valid = CASE WHEN "end" >= coalesce(start, day) IS NOT FALSE
    THEN daterange(coalesce(start, day), "end", '[]') END
WHERE NOT rejected
"""

# A plan rate is known by its currency and first day; its end and its rate may change.
FIND_PLANNED = """
UPDATE staging SET known_id = planned.id
FROM sales_planrate AS planned
WHERE NOT rejected AND type = 'plan' AND planned.currency = staging.currency
  AND lower(planned.valid) IS NOT DISTINCT FROM staging.start
"""

OVERLAPS_ROW = """
type = 'plan' AND row IN (
  SELECT row FROM (
    SELECT row, valid, range_agg(valid) OVER (PARTITION BY currency ORDER BY row
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
    FROM staging WHERE NOT rejected AND type = 'plan'
  ) AS listed WHERE valid && earlier)
"""

OVERLAPS_KNOWN = """
type = 'plan' AND EXISTS (
  SELECT FROM sales_planrate AS planned
  WHERE planned.currency = staging.currency AND planned.valid && staging.valid
    AND NOT EXISTS (SELECT FROM staging AS own
      WHERE own.type = 'plan' AND NOT own.rejected AND own.known_id = planned.id))
"""

CHANGE_PLANNED = """
WITH changed AS (
  UPDATE sales_planrate AS planned SET rate = staging.rate, valid = staging.valid
  FROM staging WHERE NOT rejected AND type = 'plan' AND planned.id = staging.known_id
    AND (planned.rate, planned.valid) IS DISTINCT FROM (staging.rate, staging.valid)
  RETURNING planned.id
)
UPDATE staging SET changed = true FROM changed WHERE changed.id = known_id AND type = 'plan'
"""

CREATE_PLANNED = """
INSERT INTO sales_planrate (currency, valid, rate)
SELECT currency, valid, rate FROM staging
WHERE NOT rejected AND type = 'plan' AND known_id IS NULL
"""

FIND_BOOKED = """
UPDATE staging SET known_id = booked.id, changed = booked.rate <> staging.rate
FROM sales_bookedrate AS booked
WHERE NOT rejected AND type = 'booked' AND booked.currency = staging.currency
  AND booked.day = staging.start
"""

CHANGE_BOOKED = """
UPDATE sales_bookedrate AS booked SET rate = staging.rate FROM staging
WHERE changed AND NOT rejected AND type = 'booked' AND booked.id = known_id
"""

CREATE_BOOKED = """
INSERT INTO sales_bookedrate (currency, day, rate)
SELECT currency, start, rate FROM staging
WHERE NOT rejected AND type = 'booked' AND known_id IS NULL
"""


class RatesKind(Kind):
    """Exchange rates: what one unit of a currency is worth in the reporting currency."""

    name = "rates"
    label = "Exchange rates"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="type",
            label="Type",
            type="choice",
            required=True,
            choices={
                "plan": (
                    "planned", "budget", "plan rate", "Plankurs", "geplant", "taux budget",
                    "planifié", "presupuesto", "tipo presupuestado",
                ),
                "booked": (
                    "spot", "daily", "actual", "booked rate", "Tageskurs", "Buchungskurs",
                    "Kassakurs", "gebucht", "taux du jour", "comptant", "comptabilisé", "diario",
                    "contado", "contabilizado",
                ),
            },
            synonyms=(
                "rate type", "exchange rate type", "kind of rate", "Kursart", "Kurstyp",
                "type de taux", "type de cours", "tipo de tasa", "clase de cambio",
            ),
            help="Plan rates compare periods; booked rates are for transactions.",
        ),
        Field(
            name="currency",
            label="Currency",
            required=True,
            max_length=3,
            synonyms=(
                "from currency", "source currency", "currency code", "foreign currency", "Währung",
                "Waehrung", "Währungscode", "Fremdwährung", "devise", "code devise", "monnaie",
                "moneda", "divisa", "código de moneda",
            ),
        ),
        Field(
            name="day",
            label="Day",
            type="date",
            synonyms=(
                "rate date", "date", "Kursdatum", "Datum", "Tag", "Stichtag", "date du cours",
                "date du taux", "jour", "fecha del cambio", "fecha", "día",
            ),
            help="Of a booked rate: it counts until the next one.",
        ),
        Field(
            name="start",
            label="First day",
            type="date",
            synonyms=(
                "start date", "valid from", "from", "Startdatum", "gültig ab", "gültig von", "von",
                "date de début", "valable du", "du", "fecha de inicio", "válido desde", "desde",
            ),
            help="Of a plan rate; since ever where it is empty.",
        ),
        Field(
            name="end",
            label="Last day",
            type="date",
            synonyms=(
                "end date", "valid to", "valid until", "to", "until", "Enddatum", "gültig bis",
                "bis", "date de fin", "valable jusqu'au", "au", "fecha de fin", "fecha fin",
                "válido hasta", "hasta",
            ),
            help="Of a plan rate; until further notice where it is empty.",
        ),
        Field(
            name="rate",
            label="Rate",
            type="decimal",
            required=True,
            places=8,
            synonyms=(
                "exchange rate", "fx rate", "value", "Kurs", "Wechselkurs", "Umrechnungskurs",
                "taux", "taux de change", "cours", "cours de change", "tasa", "tasa de cambio",
                "tipo de cambio", "cambio", "valor",
            ),
            help="Reporting currency for one unit of the currency.",
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Reject what is no rate, and plan rates for days that have one."""
        staging.add_column("valid", "daterange")
        staging.add_column("known_id", "bigint")
        staging.add_column("changed", "boolean DEFAULT false")
        staging.execute(PREPARE)
        _check(staging)
        staging.execute(FIND_PLANNED)
        staging.execute(FIND_BOOKED)
        _check_overlaps(staging)

    def write(self, staging: Staging) -> Counts:
        """Change the known rates, then add the new ones."""
        for statement in (CHANGE_PLANNED, CREATE_PLANNED, CHANGE_BOOKED, CREATE_BOOKED):
            staging.execute(statement)
        ((new, changed, live),) = staging.fetch(
            "SELECT count(*) FILTER (WHERE known_id IS NULL), count(*) FILTER (WHERE changed),"
            " count(*) FROM staging WHERE NOT rejected"
        )
        return Counts(new=new, changed=changed, unchanged=live - new - changed)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Plan rates, by record."""
        return exports.of_rates(source)

    def rows(self, records: Any, source: Source | None) -> Iterator[tuple[Any, ...]]:
        """Plan rates, and beside them every booked one."""
        yield from super().rows(records, source)
        yield from exports.booked_rates(BookedRate.objects.all())


def _check(staging: Staging) -> None:
    staging.reject("currency", "currency !~ '^[A-Z]{3}$'", "Write three letters such as USD.")
    staging.reject("rate", "rate <= 0", "A rate is above zero.")
    staging.reject("end", 'valid IS NULL AND "end" IS NOT NULL', "It ends before it starts.")
    staging.reject("day", "type = 'booked' AND start IS NULL", "A booked rate needs its day.")


def _check_overlaps(staging: Staging) -> None:
    staging.reject_repeats(
        "currency",
        by=("currency", "start"),
        where="type = 'booked'",
        reason="An earlier row has a rate of this currency and day.",
    )
    staging.reject("currency", OVERLAPS_ROW, "An earlier row has a plan rate for these days.")
    # A row that is refused leaves the rate that it would have changed to overlap with others.
    while staging.reject("currency", OVERLAPS_KNOWN, "Some of these days have a plan rate."):
        pass
