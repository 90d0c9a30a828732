"""The import of answers to surveys."""

import dataclasses
import datetime as dt
from typing import Any, ClassVar

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from accounts.models import Organisation
from channelhub.lib import months
from customers.exports import id_in as customer_id_in
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging, as_uuid
from partners.exports import partner_word
from partners.import_partner import PARTNER, count, find_partner, refuse_days_ahead
from satisfaction.imports.corrections import close, known_on
from satisfaction.models import SurveyAnswer
from satisfaction.models.answers import LONGEST_COMMENT
from satisfaction.rules.words import Cause, Respondent, Scale

TABLE = "satisfaction_surveyanswer"

# By the source's id, else by the public id of an export, whatever was corrected since.
FIND = f"""
UPDATE staging SET known_id = coalesce(
  (SELECT known.id FROM {TABLE} known WHERE known.known_until IS NULL
    AND known.source_id = %(source)s AND known.external_id = staging.external_id),
  (SELECT known.id FROM {TABLE} said JOIN {TABLE} known USING (source_id, external_id)
    WHERE known.known_until IS NULL AND said.public_id = {as_uuid("staging.external_id")}))
WHERE NOT rejected
"""  # noqa: S608 - a table and a column of our own

FIND_CUSTOMER = f"""
UPDATE staging SET customer_id = coalesce(
  (SELECT known.customer_id FROM customers_customerexternalid known
    WHERE known.source_id = %(source)s AND known.external_id = staging.customer),
  (SELECT known.id FROM customers_customer known
    WHERE known.public_id = {as_uuid("staging.customer")}),
  (SELECT max(known.id) FROM customers_customer known
    WHERE lower(known.name) = lower(staging.customer) AND known.merged_into_id IS NULL
    HAVING count(*) = 1))
WHERE NOT rejected AND customer IS NOT NULL
"""  # noqa: S608

# An empty cell changes nothing; of a new answer it says the usual. Of the public nobody is named.
FILL = f"""
UPDATE staging SET
  respondent = coalesce(staging.respondent, known.respondent, '{Respondent.CUSTOMER}'),
  scale = coalesce(staging.scale, known.scale, '{Scale.CSAT}'),
  cause = coalesce(staging.cause, known.cause, '{Cause.NOT_STATED}'),
  comment = coalesce(staging.comment, known.comment, ''),
  partner_id = coalesce(staging.partner_id, known.partner_id),
  customer_id = coalesce(staging.customer_id, known.customer_id),
  respondent_name = CASE
    WHEN coalesce(staging.respondent, known.respondent) = '{Respondent.PUBLIC}' THEN ''
    ELSE coalesce(staging.respondent_name, known.respondent_name, '') END
FROM staging other LEFT JOIN {TABLE} known ON known.id = other.known_id
WHERE staging.row = other.row AND NOT staging.rejected
"""  # noqa: S608

TOLD = """
({row}.respondent, {row}.partner_id, {row}.customer_id, {row}.answered_on, {row}.scale,
 {row}.score::int, {row}.cause, {row}.comment, {row}.respondent_name)
"""
MARK = f"""
UPDATE staging SET changed = true FROM {TABLE} known
WHERE NOT rejected AND known.id = known_id
  AND {TOLD.format(row="known")} IS DISTINCT FROM {TOLD.format(row="staging")}
"""  # noqa: S608

CORRECT = f"""
UPDATE {TABLE} known SET respondent = s.respondent, partner_id = s.partner_id,
  customer_id = s.customer_id, answered_on = s.answered_on, scale = s.scale, score = s.score,
  cause = s.cause, comment = s.comment, respondent_name = s.respondent_name
FROM staging s WHERE NOT s.rejected AND s.changed AND known.id = s.known_id
  AND known.known_until IS NULL
"""  # noqa: S608

# What was just closed keeps its id: it is opened again under it.
ADD = f"""
INSERT INTO {TABLE} (public_id, respondent, partner_id, customer_id, answered_on, scale, score,
  cause, comment, respondent_name, source_id, external_id, known_on)
SELECT gen_random_uuid(), s.respondent, s.partner_id, s.customer_id, s.answered_on, s.scale,
  s.score, s.cause, s.comment, s.respondent_name, coalesce(known.source_id, %(source)s),
  coalesce(known.external_id, s.external_id), s.known_on
FROM staging s LEFT JOIN {TABLE} known ON known.id = s.known_id
WHERE NOT s.rejected AND (s.known_id IS NULL OR known.known_until IS NOT NULL)
ORDER BY s.row
"""  # noqa: S608

# A row that was rejected is in the file all the same: what is stored of it stays.
MISSING = """
stored.source_id = %(source)s AND stored.known_until IS NULL
AND stored.answered_on BETWEEN %(first)s AND %(last)s
AND NOT EXISTS (SELECT FROM staging WHERE staging.external_id = stored.external_id
  OR staging.known_id = stored.id)
"""
DROP = f"DELETE FROM {TABLE} stored WHERE stored.known_on >= %(today)s AND {MISSING}"  # noqa: S608
END = f"UPDATE {TABLE} stored SET known_until = %(today)s WHERE {MISSING}"  # noqa: S608


class SurveyAnswersKind(Kind):
    """Answers of customers, partners and the public, known by what the source calls each.

    An empty cell changes nothing. A correction is known from its day on; a file that replaces its
    months closes the answers of its source that it does not have.
    """

    name = "survey-answers"
    label = "Survey answers"
    periodic = True
    personal = True
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="external_id",
            label="Answer id",
            required=True,
            max_length=100,
            synonyms=(
                "response id", "answer number", "survey response id", "id", "record id",
                "Antwort-ID", "Antwortnummer", "id réponse", "n° réponse", "id de respuesta",
            ),
            help="What the source calls the answer.",
        ),
        Field(
            name="respondent",
            label="Respondent",
            type="choice",
            choices={
                Respondent.CUSTOMER: (
                    "end customer", "client", "buyer", "Kunde", "Endkunde", "cliente",
                ),
                Respondent.PARTNER: ("reseller", "dealer", "Händler", "partenaire", "socio"),
                Respondent.PUBLIC: (
                    "anonymous", "review", "website", "öffentlich", "anonym", "publique",
                    "público",
                ),
            },
            synonyms=("respondent type", "who answered", "Befragter", "répondant", "encuestado"),
            help="A customer where nothing is said.",
        ),
        # Here an external id is the answer's own.
        dataclasses.replace(
            PARTNER,
            required=False,
            synonyms=tuple(word for word in PARTNER.synonyms if word != "external id"),
        ),
        Field(
            name="customer",
            label="Customer",
            synonyms=(
                "account name", "customer name", "account", "end customer", "Kunde", "Kundenname",
                "client", "nom du client", "cliente", "nombre del cliente",
            ),
            help="What the source calls the customer, its id in an export, or its one name.",
        ),
        Field(
            name="answered_on",
            label="Answered",
            type="date",
            required=True,
            synonyms=(
                "answered on", "date", "response date", "survey date", "submitted", "Datum",
                "Antwortdatum", "date de réponse", "fecha", "fecha de respuesta",
            ),
        ),
        Field(
            name="scale",
            label="Scale",
            type="choice",
            choices={
                Scale.CSAT: ("1-5", "1 to 5", "five", "stars", "satisfaction"),
                Scale.NPS: ("0-10", "0 to 10", "ten", "recommendation", "net promoter score"),
            },
            synonyms=("score scale", "metric", "Skala", "échelle", "escala"),
            help="CSAT, 1 to 5, where nothing is said.",
        ),
        Field(
            name="score",
            label="Score",
            type="decimal",
            required=True,
            synonyms=(
                "rating", "csat", "nps", "satisfaction score", "Bewertung", "Punkte", "note",
                "puntuación", "valoración",
            ),
        ),
        Field(
            name="cause",
            label="Cause",
            type="choice",
            choices={
                Cause.PRODUCT: ("our product", "products", "Produkt", "produit", "producto"),
                Cause.SUPPORT: (
                    "our support", "vendor support", "Support", "notre support",
                    "nuestro soporte",
                ),
                Cause.PARTNER: (
                    "working with the partner", "reseller", "partner service", "Händler",
                    "partenaire", "socio",
                ),
                Cause.NOT_STATED: ("not stated", "none", "other", "unknown", "keine Angabe"),
            },
            synonyms=("about", "topic", "reason", "Ursache", "Thema", "sujet", "causa", "tema"),
            help="Not stated where nothing is said.",
        ),
        Field(
            name="comment",
            label="Comment",
            max_length=LONGEST_COMMENT,
            synonyms=(
                "verbatim", "feedback", "text", "remarks", "Kommentar", "Anmerkung",
                "commentaire", "comentario",
            ),
        ),
        Field(
            name="respondent_name",
            label="Respondent's name",
            max_length=150,
            synonyms=("name", "contact", "answered by", "Name", "nom", "nombre"),
            help="Nobody of the public is named: it is passed over there.",
        ),
        Field(
            name="known_on",
            label="Known on",
            type="date",
            synonyms=("reported on", "bekannt seit", "connu le", "conocido el"),
        ),
    )  # fmt: skip

    def months(self, staging: Staging) -> tuple[dt.date, dt.date] | None:
        """The months of the first and the last answer."""
        ((first, last),) = staging.fetch(
            "SELECT min(answered_on), max(answered_on) FROM staging WHERE NOT rejected"
        )
        return (months.first_day(first), months.first_day(last)) if first else None

    def resolve(self, staging: Staging) -> None:
        """Find partners, customers and what is known; reject what cannot be."""
        find_partner(staging, optional=True)
        staging.add_column("customer_id", "bigint")
        staging.execute(FIND_CUSTOMER)
        staging.reject(
            "customer",
            "customer IS NOT NULL AND customer_id IS NULL",
            "Unknown customer: load the customers first, correct it, or leave it empty.",
        )
        staging.execute(FIND)
        staging.execute(FILL)
        _check(staging)
        staging.execute(known_on("answered_on"), _params(staging))
        staging.execute(MARK)

    def write(self, staging: Staging) -> Counts:
        """Close what is corrected on a later day, correct the rest, and add what is new."""
        for statement in (close(TABLE), CORRECT, ADD):
            staging.execute(statement)
        closed = _close_missing(staging, self.months(staging))
        return dataclasses.replace(count(staging), closed=closed)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Answers as their sources tell them."""
        own = Q(source=source)
        told = Case(When(own, then=F("external_id"))) if source else Value(None, CharField())
        customer = Coalesce(
            customer_id_in(source, "customer"), Cast(F("customer__public_id"), CharField())
        )
        return {
            "external_id": Coalesce(told, Cast(F("public_id"), CharField())),
            "respondent": "respondent",
            "partner": Case(
                When(partner__isnull=False, then=partner_word(source, "partner")),
                default=Value(None, CharField()),
            ),
            "customer": customer,
            **{name: name for name in KEPT},
        }


KEPT = ("answered_on", "scale", "score", "cause", "comment", "respondent_name", "known_on")


def _check(staging: Staging) -> None:
    refuse_days_ahead(staging, "answered_on")
    staging.reject("score", "score <> trunc(score)", "Write a whole number.")
    staging.reject(
        "score", "scale = 'csat' AND score NOT BETWEEN 1 AND 5", "CSAT runs from 1 to 5."
    )
    staging.reject(
        "score", "scale = 'nps' AND score NOT BETWEEN 0 AND 10", "NPS runs from 0 to 10."
    )
    staging.reject(
        "partner",
        "partner_id IS NULL AND (respondent = 'partner' OR cause = 'partner')",
        "Name the partner that it is about.",
    )
    staging.reject(
        "cause",
        "respondent = 'partner' AND cause = 'partner'",
        "A partner does not rate working with itself: say product, support or not stated.",
    )
    staging.reject(
        "known_on", "known_on < answered_on", "It was known before it was answered: correct a day."
    )
    staging.reject_repeats("external_id", reason="This id stands in an earlier row already.")
    staging.reject_repeats(
        "external_id", by=("known_id",), reason="An earlier row is this answer already."
    )


def _params(staging: Staging) -> dict[str, Any]:
    today = Organisation.current().today()
    return {"today": today, "history": staging.options.history}


def _close_missing(staging: Staging, found: tuple[dt.date, dt.date] | None) -> int:
    covered = staging.options.covers or found
    if not staging.options.replace or covered is None:
        return 0
    params = {
        "first": covered[0],
        "last": months.last_day(covered[1]),
        "today": Organisation.current().today(),
    }
    return sum(staging.execute(statement, params) for statement in (DROP, END))


def sources_of_answers() -> QuerySet[Source]:
    """The sources that told answers, the oldest first."""
    told = SurveyAnswer.objects.filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(told)).order_by("pk")
