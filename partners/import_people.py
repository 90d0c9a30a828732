"""The import of people at partners."""

from collections.abc import Collection
from typing import Any, ClassVar

from accounts.models import Organisation
from imports.kinds import YES, YES_NO, Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners import exports
from partners.import_partner import PARTNER, count, find_partner, refuse_days_ahead

# Two people of one name are told apart by their addresses alone.
REPEATED = """
EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected AND earlier.row < staging.row
  AND earlier.partner_id = staging.partner_id AND lower(earlier.email) = lower(staging.email))
"""
NAMED_ALIKE = """
EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected AND earlier.row < staging.row
  AND earlier.partner_id = staging.partner_id AND lower(earlier.name) = lower(staging.name)
  AND (earlier.email IS NULL OR staging.email IS NULL))
"""
ONE_OF_SEVERAL = """
email IS NULL AND 1 < (SELECT count(*) FROM partners_person p
  WHERE p.partner_id = staging.partner_id AND lower(p.name) = lower(staging.name))
"""

# By address, else by name; the address of a file may be the first that we learn.
FIND = """
UPDATE staging SET known_id = coalesce(
  (SELECT p.id FROM partners_person p
    WHERE p.partner_id = staging.partner_id AND lower(p.email) = lower(staging.email)
      AND p.email <> '' LIMIT 1),
  (SELECT p.id FROM partners_person p
    WHERE p.partner_id = staging.partner_id AND lower(p.name) = lower(staging.name)
      AND (staging.email IS NULL OR p.email = '' OR lower(p.email) = lower(staging.email))
    ORDER BY p.id LIMIT 1))
WHERE NOT rejected
"""

# Of several who could be one whose address we do not know, the first is; the others are new.
FIND_ONCE = """
UPDATE staging SET known_id = NULL
WHERE NOT rejected AND email IS NOT NULL
  AND EXISTS (SELECT FROM staging earlier WHERE NOT earlier.rejected
    AND earlier.row < staging.row AND earlier.known_id = staging.known_id
    AND lower(earlier.name) = lower(staging.name))
"""

CHANGE = """
WITH changed AS (
  UPDATE partners_person AS person SET
    name = s.name, role = coalesce(s.role, person.role), email = coalesce(s.email, person.email),
    phone = coalesce(s.phone, person.phone), joined_on = coalesce(s.joined, person.joined_on),
    key = CASE WHEN s.key IS NULL THEN person.key ELSE s.key = %(yes)s END
  FROM staging s
  WHERE person.id = s.known_id AND NOT s.rejected
    AND (s.name, coalesce(s.role, person.role), coalesce(s.email, person.email),
         coalesce(s.phone, person.phone), coalesce(s.joined, person.joined_on),
         CASE WHEN s.key IS NULL THEN person.key ELSE s.key = %(yes)s END)
      IS DISTINCT FROM
        (person.name, person.role, person.email, person.phone, person.joined_on, person.key)
  RETURNING person.id
)
UPDATE staging SET changed = true FROM changed WHERE changed.id = known_id
"""

CREATE = """
INSERT INTO partners_person (public_id, partner_id, name, role, email, phone, key, certifications,
  joined_on, known_on)
SELECT gen_random_uuid(), partner_id, name, coalesce(role, ''), coalesce(email, ''),
  coalesce(phone, ''), coalesce(key = %(yes)s, false), '', joined,
  CASE WHEN %(history)s THEN coalesce(joined, "left", %(today)s) ELSE %(today)s END
FROM staging WHERE NOT rejected AND known_id IS NULL ORDER BY row
"""

# Whoever is away already has left; a history load learnt it on the day.
LEAVE = """
WITH gone AS (
  INSERT INTO partners_departure (public_id, person_id, left_on, known_on, where_to)
  SELECT gen_random_uuid(), person.id, s."left",
    CASE WHEN %(history)s THEN s."left" ELSE %(today)s END, coalesce(s.where_to, '')
  FROM staging s JOIN partners_person person
    ON person.partner_id = s.partner_id AND lower(person.name) = lower(s.name)
    AND (s.email IS NULL OR lower(person.email) = lower(s.email))
  WHERE NOT s.rejected AND s."left" IS NOT NULL
    AND NOT EXISTS (SELECT FROM partners_departure d
      WHERE d.person_id = person.id AND (d.returned_on IS NULL OR d.left_on = s."left"))
  RETURNING person_id
)
UPDATE staging SET changed = true FROM gone WHERE gone.person_id = known_id
"""


class PeopleKind(Kind):
    """People at partners, and that they left.

    A person is known by partner and e-mail address, else by partner and name. An empty cell
    changes nothing; a day of leaving is recorded once.
    """

    name = "partner-people"
    label = "People at partners"
    personal = True
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="name",
            label="Name",
            required=True,
            max_length=150,
            synonyms=(
                "full name", "contact name", "contact person", "contact", "person", "employee",
                "Ansprechpartner", "Kontakt", "Kontaktname", "Mitarbeiter", "nom complet",
                "nom du contact", "interlocuteur", "nom", "nombre completo", "nombre del contacto",
                "contacto", "nombre", "persona de contacto",
            ),
        ),
        Field(
            name="email",
            label="E-mail address",
            max_length=254,
            synonyms=(
                "e-mail", "mail", "contact email", "E-Mail-Adresse", "Mailadresse", "courriel",
                "adresse e-mail", "adresse mail", "adresse électronique", "correo",
                "correo electrónico", "dirección de correo",
            ),
        ),
        Field(
            name="role",
            label="Role",
            max_length=100,
            synonyms=(
                "job title", "title", "position", "function", "job function", "Rolle", "Funktion",
                "Stellung", "Berufsbezeichnung", "rôle", "fonction", "poste", "cargo", "puesto",
                "función", "rol",
            ),
        ),
        Field(
            name="phone",
            label="Phone",
            max_length=50,
            synonyms=(
                "phone number", "telephone", "telephone number", "mobile", "mobile phone",
                "Telefon", "Telefonnummer", "Tel.", "Mobil", "Handy", "téléphone",
                "numéro de téléphone", "portable", "teléfono", "número de teléfono", "móvil",
            ),
        ),
        Field(
            name="key",
            label="Key sales talent",
            type="choice",
            choices=YES_NO,
            synonyms=(
                "key person", "key talent", "key contact", "Schlüsselperson", "Leistungsträger",
                "personne clé", "contact clé", "persona clave", "contacto clave", "clave",
            ),
            help="Yes for those whose leaving would hurt.",
        ),
        Field(
            name="joined",
            label="Joined",
            type="date",
            synonyms=(
                "joined on", "start date", "hire date", "Eintrittsdatum", "Eintritt", "seit",
                "eingetreten am", "date d'entrée", "date d'arrivée", "date d'embauche",
                "fecha de alta", "fecha de ingreso", "fecha de incorporación",
            ),
        ),
        Field(
            name="left",
            label="Left",
            type="date",
            synonyms=(
                "left on", "end date", "leaving date", "termination date", "Austrittsdatum",
                "Austritt", "ausgeschieden am", "date de sortie", "date de départ",
                "fecha de baja", "fecha de salida",
            ),
        ),
        Field(
            name="where_to",
            label="Where to",
            synonyms=(
                "new employer", "went to", "neuer Arbeitgeber", "gewechselt zu",
                "nouvel employeur", "parti chez", "nuevo empleador", "nueva empresa",
            ),
        ),
    )  # fmt: skip

    def locked_for(self, own_id: str, roles: Collection[str]) -> dict[str, str]:
        """Their own people; whose leaving would hurt us, and where to they went, is ours to say."""
        return {"partner": own_id, "key": "", "where_to": ""}

    def resolve(self, staging: Staging) -> None:
        """Find the people that are known; reject rows that cannot be people."""
        find_partner(staging)
        for field in ("joined", "left"):
            refuse_days_ahead(staging, field)
        staging.reject("email", "email !~ '^[^@[:space:]]+@[^@[:space:]]+$'", "This is no address.")
        staging.reject("left", '"left" < joined', "They left before they joined.")
        staging.reject("name", REPEATED, "An earlier row is this person already.")
        staging.reject(
            "name",
            NAMED_ALIKE,
            "An earlier row has this name: if it is somebody else, give both an e-mail address.",
        )
        staging.reject(
            "name",
            ONE_OF_SEVERAL,
            "Several people at this partner have this name: give the e-mail address.",
        )
        staging.execute(FIND)
        staging.execute(FIND_ONCE)
        staging.reject_repeats(
            "name", by=("known_id",), reason="An earlier row is this person already."
        )

    def write(self, staging: Staging) -> Counts:
        """Change the known people, add the new ones, and record who left."""
        params = {
            "yes": YES,
            "history": staging.options.history,
            "today": Organisation.current().today(),
        }
        for statement in (CHANGE, CREATE, LEAVE):
            staging.execute(statement, params)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """People at partners, by record."""
        return exports.of_people(source)
