"""The import of certifications of partners and of their people."""

from typing import Any, ClassVar

from django.db.models import Case, DateField, F, Func, TextField, When

from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners.exports import partner_word
from partners.import_partner import PARTNER, count, find_partner

# By address, else by name.
PERSON_IS = """
p.partner_id = staging.partner_id
  AND (lower(p.email) = lower(staging.person) OR lower(p.name) = lower(staging.person))
"""
FIND_PERSON = f"""
UPDATE staging SET person_id = (SELECT p.id FROM partners_person p WHERE {PERSON_IS}
  ORDER BY lower(p.email) = lower(staging.person) DESC, p.id LIMIT 1)
WHERE NOT rejected AND person IS NOT NULL
"""  # noqa: S608 - statements of our own
SEVERAL = f"""
1 < (SELECT count(*) FROM partners_person p WHERE {PERSON_IS})
  AND NOT EXISTS (SELECT FROM partners_person p
    WHERE p.partner_id = staging.partner_id AND lower(p.email) = lower(staging.person))
"""  # noqa: S608

SAME = """
known.partner_id = staging.partner_id AND lower(known.name) = lower(staging.name)
  AND known.person_id IS NOT DISTINCT FROM staging.person_id
"""
FIND = f"""
UPDATE staging SET known_id = known.id, number = coalesce(staging.number, known.number),
  during = daterange(start, CASE WHEN "end" IS NULL THEN upper(known.valid) ELSE "end" + 1 END)
FROM deals_certification known
WHERE NOT staging.rejected AND {SAME} AND lower(known.valid) = staging.start
"""  # noqa: S608
OF_NEW = """
UPDATE staging SET during = daterange(start, "end" + 1), number = coalesce(number, '')
WHERE NOT rejected AND known_id IS NULL
"""
MARK = """
UPDATE staging SET changed = (known.valid, known.number::text)
  IS DISTINCT FROM (staging.during, staging.number)
FROM deals_certification known WHERE NOT staging.rejected AND known.id = staging.known_id
"""
# Rows of the file count as they will be; those it does not name as they are.
OVERLAPS = f"""
EXISTS (SELECT FROM deals_certification known WHERE {SAME} AND known.valid && staging.during
  AND known.id NOT IN (SELECT known_id FROM staging named
    WHERE NOT named.rejected AND named.known_id IS NOT NULL))
OR EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected AND earlier.row < staging.row
  AND earlier.partner_id = staging.partner_id AND lower(earlier.name) = lower(staging.name)
  AND earlier.person_id IS NOT DISTINCT FROM staging.person_id
  AND earlier.during && staging.during)
"""  # noqa: S608
# What gets shorter goes first: at no moment do two of one share a day.
SHORTEN = """
UPDATE deals_certification known SET valid = known.valid * staging.during
FROM staging
WHERE NOT staging.rejected AND staging.changed AND known.id = staging.known_id
  AND known.valid * staging.during <> known.valid
"""
CHANGE = """
UPDATE deals_certification known SET valid = staging.during, number = staging.number
FROM staging
WHERE NOT staging.rejected AND staging.changed AND known.id = staging.known_id
  AND (known.valid, known.number::text) IS DISTINCT FROM (staging.during, staging.number)
"""
CREATE = """
INSERT INTO deals_certification (public_id, partner_id, person_id, name, number, valid)
SELECT gen_random_uuid(), partner_id, person_id, name, number, during
FROM staging WHERE NOT rejected AND known_id IS NULL ORDER BY row
"""


class CertificationsKind(Kind):
    """Who is certified for what, and until when: one row for each certification.

    The same partner, person, certification and first day again changes its number and its last
    day; an empty cell changes nothing. Without a person the partner itself is certified.
    """

    name = "certifications"
    label = "Certifications"
    personal = True
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="name",
            label="Certification",
            required=True,
            max_length=150,
            synonyms=(
                "certification name", "certificate", "certificate name", "accreditation",
                "specialisation", "specialization", "Zertifizierung", "Zertifikat",
                "certification obtenue", "certificat", "certificación", "certificado",
            ),
        ),
        Field(
            name="person",
            label="Person",
            max_length=254,
            synonyms=(
                "person e-mail", "employee", "employee e-mail", "e-mail", "email", "contact",
                "certified person", "holder", "Mitarbeiter", "Person E-Mail", "Inhaber",
                "personne", "titulaire", "persona", "empleado",
            ),
            help="Their address, or their name, as it stands among the partner's people.",
        ),
        Field(
            name="number",
            label="Number",
            max_length=100,
            synonyms=(
                "certificate number", "certification number", "certificate id", "Zertifikatsnummer",
                "n° de certificat", "número de certificado",
            ),
        ),
        Field(
            name="start",
            label="First day",
            type="date",
            required=True,
            synonyms=(
                "certified on", "issued", "issue date", "date earned", "start date", "valid from",
                "from", "ausgestellt am", "gültig ab", "gültig von", "date d'obtention",
                "valable du", "fecha de obtención", "válido desde",
            ),
        ),
        Field(
            name="end",
            label="Expires",
            type="date",
            synonyms=(
                "expiry", "expiry date", "expiration date", "expires on", "valid to",
                "valid until", "end date", "last day", "to", "gültig bis", "Ablaufdatum",
                "date d'expiration", "valable jusqu'au", "fecha de caducidad", "válido hasta",
            ),
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find the partners, their people and what is known; reject what cannot be."""
        find_partner(staging)
        for name, sql_type in (("person_id", "bigint"), ("during", "daterange")):
            staging.add_column(name, sql_type)
        staging.execute(FIND_PERSON)
        staging.reject(
            "person",
            "person IS NOT NULL AND person_id IS NULL",
            "Nobody at this partner is called so. Add the person first, or correct it.",
        )
        staging.reject(
            "person",
            f"person IS NOT NULL AND {SEVERAL}",
            "Several are called so: write the address.",
        )
        staging.reject("end", '"end" < start', "It ends before it starts.")
        for statement in (FIND, OF_NEW, MARK):
            staging.execute(statement)
        staging.reject("start", OVERLAPS, "It is certified so on some of these days already.")

    def write(self, staging: Staging) -> Counts:
        """Change what is known, and add the rest."""
        for statement in (SHORTEN, CHANGE, CREATE):
            staging.execute(statement)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Certifications, their days first and last included; a person by address, else by name."""
        return {
            "partner": partner_word(source, "partner"),
            "name": "name",
            "person": Case(
                When(person__email__gt="", then=F("person__email")),
                default=F("person__name"),
                output_field=TextField(),
            ),
            "number": "number",
            "start": Func("valid", function="lower", output_field=DateField()),
            "end": Func("valid", template="(upper(%(expressions)s) - 1)", output_field=DateField()),
        }
