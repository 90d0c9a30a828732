"""The import of line-card observations."""

from collections.abc import Collection, Iterator
from typing import Any, ClassVar

from accounts.models import Organisation
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners import exports
from partners.actions.line_cards import OURSELVES
from partners.import_partner import PARTNER, count, find_partner, refuse_days_ahead
from partners.models import Confidence, LineCardBasis

# One row for each supplier that a row of the file names, in its order.
NAMED = """
CREATE TEMPORARY TABLE staging_suppliers ON COMMIT DROP AS
SELECT s.row, trim(each.name) AS name,
  CASE WHEN s.basis <> 'listing' THEN each.place::integer END AS rank,
  lower(trim(each.name)) = ANY(%(us)s) AS ours
FROM staging s
CROSS JOIN LATERAL regexp_split_to_table(s.suppliers, ';') WITH ORDINALITY AS each(name, place)
WHERE NOT s.rejected AND trim(each.name) <> ''
"""

# Where only our rank is told, we are the one supplier known.
OUR_RANK = """
INSERT INTO staging_suppliers (row, name, rank, ours)
SELECT row, %(ours)s, our_rank::integer, true FROM staging
WHERE NOT rejected AND suppliers IS NULL AND our_rank IS NOT NULL
"""

CALL_US = "UPDATE staging_suppliers SET name = %(ours)s WHERE ours"

TWICE = """
row IN (SELECT row FROM staging_suppliers GROUP BY row, lower(name) HAVING count(*) > 1)
"""

CARDS = """
INSERT INTO partners_linecard (public_id, partner_id, category)
SELECT gen_random_uuid(), partner_id, min(category) FROM staging
WHERE NOT rejected GROUP BY partner_id, lower(category)
ON CONFLICT DO NOTHING
"""

FIND = """
UPDATE staging SET known_id = seen.id, changed = (
  SELECT jsonb_agg(jsonb_build_array(n.rank, n.name) ORDER BY n.rank, n.name)
  FROM staging_suppliers n WHERE n.row = staging.row
) IS DISTINCT FROM (
  SELECT jsonb_agg(jsonb_build_array(known.rank, known.name) ORDER BY known.rank, known.name)
  FROM partners_linecardsupplier known WHERE known.observation_id = seen.id
) OR seen.confidence <> coalesce(staging.confidence, seen.confidence)
FROM partners_linecardobservation seen JOIN partners_linecard card ON card.id = seen.line_card_id
WHERE NOT staging.rejected AND card.partner_id = staging.partner_id
  AND lower(card.category) = lower(staging.category) AND seen.observed_on = staging.observed_on
  AND lower(seen.source) = lower(staging.seen_by) AND seen.basis = staging.basis
"""

DROP_SUPPLIERS = """
DELETE FROM partners_linecardsupplier known USING staging s
WHERE NOT s.rejected AND s.changed AND known.observation_id = s.known_id
"""

CHANGE = """
UPDATE partners_linecardobservation seen SET confidence = coalesce(s.confidence, seen.confidence)
FROM staging s WHERE NOT s.rejected AND s.changed AND seen.id = s.known_id
"""

CREATE = """
INSERT INTO partners_linecardobservation (public_id, line_card_id, observed_on, source, basis,
  confidence, note, known_on)
SELECT gen_random_uuid(), card.id, s.observed_on, s.seen_by, s.basis,
  coalesce(s.confidence, 'medium'), '',
  CASE WHEN %(history)s THEN s.observed_on ELSE %(today)s END
FROM staging s JOIN partners_linecard card
  ON card.partner_id = s.partner_id AND lower(card.category) = lower(s.category)
WHERE NOT s.rejected AND s.known_id IS NULL ORDER BY s.row
"""

SUPPLIERS = """
INSERT INTO partners_linecardsupplier (observation_id, rank, name, ours)
SELECT seen.id, n.rank, left(n.name, 150), n.ours
FROM staging s
JOIN partners_linecard card
  ON card.partner_id = s.partner_id AND lower(card.category) = lower(s.category)
JOIN partners_linecardobservation seen ON seen.line_card_id = card.id
  AND seen.observed_on = s.observed_on AND lower(seen.source) = lower(s.seen_by)
  AND seen.basis = s.basis
JOIN staging_suppliers n ON n.row = s.row
WHERE NOT s.rejected AND (s.known_id IS NULL OR s.changed)
ORDER BY s.row, n.rank
"""


class LineCardsKind(Kind):
    """What was seen of partners' line cards: one row for each look.

    Suppliers stand in their order, parted by semicolons; we are the one with our organisation's
    name, or "us". The same source, basis and day again replaces what it said.
    """

    name = "line-cards"
    label = "Line cards"
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="category",
            label="Category",
            required=True,
            max_length=100,
            synonyms=(
                "product category", "product group", "Kategorie", "Warengruppe", "Produktgruppe",
                "catégorie", "famille", "famille de produits", "categoría", "familia",
            ),
        ),
        Field(
            name="seen_by",
            label="Source of the look",
            required=True,
            max_length=100,
            synonyms=(
                "source", "survey", "observed by", "Quelle", "Umfrage", "gesehen von",
                "source de l'observation", "enquête", "vu par", "fuente", "encuesta", "visto por",
            ),
        ),
        Field(
            name="basis",
            label="Ranked by",
            type="choice",
            required=True,
            choices={
                LineCardBasis.REVENUE: (
                    "sales", "turnover", "Umsatz", "chiffre d'affaires", "CA", "ventes",
                    "facturación", "ventas", "ingresos",
                ),
                LineCardBasis.PREFERENCE: (
                    "stated preference", "preferred", "Präferenz", "Vorliebe", "préférence",
                    "préférence déclarée", "preferencia", "preferencia declarada",
                ),
                LineCardBasis.LISTING: (
                    "listed", "website", "Listung", "gelistet", "Webseite", "référencement",
                    "référencé", "site web", "listado", "catálogo", "sitio web",
                ),
            },
            synonyms=(
                "basis", "ranking basis", "Rangfolge nach", "sortiert nach", "base du classement",
                "classé par", "base de la clasificación", "ordenado por",
            ),
        ),
        Field(
            name="confidence",
            label="Confidence",
            type="choice",
            choices={
                Confidence.LOW: ("niedrig", "gering", "faible", "basse", "bas", "baja", "bajo"),
                Confidence.MEDIUM: ("mittel", "moyenne", "moyen", "media", "medio"),
                Confidence.HIGH: ("hoch", "haute", "élevée", "élevé", "haut", "alta", "alto"),
            },
            synonyms=(
                "certainty", "reliability", "Verlässlichkeit", "Vertrauen", "Sicherheit",
                "confiance", "fiabilité", "confianza", "fiabilidad",
            ),
            help="Medium where nothing is said; low moves nothing.",
        ),
        Field(
            name="observed_on",
            label="Seen on",
            type="date",
            required=True,
            synonyms=(
                "observed on", "observation date", "date", "gesehen am", "beobachtet am", "Datum",
                "vu le", "observé le", "date d'observation", "visto el", "observado el",
                "fecha de observación", "fecha",
            ),
        ),
        Field(
            name="suppliers",
            label="Suppliers in order",
            max_length=2000,
            synonyms=(
                "suppliers", "vendors", "ranking", "line card", "brands", "Lieferanten",
                "Hersteller", "Anbieter", "Marken", "Rangfolge", "fournisseurs", "marques",
                "classement", "proveedores", "marcas", "fabricantes",
            ),
            help="The first one first, parted by semicolons. Write us for ourselves.",
        ),
        Field(
            name="our_rank",
            label="Our rank",
            type="decimal",
            places=0,
            synonyms=(
                "rank", "our place", "unser Rang", "Rang", "Platz", "notre rang", "rang",
                "nuestro puesto", "puesto", "posición",
            ),
            help="Where the other suppliers are not known.",
        ),
    )  # fmt: skip

    def locked_for(self, own_id: str, roles: Collection[str]) -> dict[str, str]:
        """Their own line card, as they tell it: how far it is to be believed is ours to say."""
        return {"partner": own_id, "seen_by": "The partner", "confidence": Confidence.MEDIUM}

    def resolve(self, staging: Staging) -> None:
        """Read the suppliers; reject what cannot be an observation."""
        find_partner(staging)
        refuse_days_ahead(staging, "observed_on")
        staging.reject(
            "our_rank",
            "our_rank IS NOT NULL AND our_rank NOT BETWEEN 1 AND 1000",
            "Ranks begin at 1.",
        )
        staging.reject(
            "suppliers",
            "suppliers IS NULL AND our_rank IS NULL",
            "Name the suppliers, or at least our rank.",
        )
        ours = Organisation.current().name
        us = {"us": [*OURSELVES, ours.lower()], "ours": ours}
        for statement in (NAMED, OUR_RANK, CALL_US):
            staging.execute(statement, us)
        staging.reject("suppliers", TWICE, "A supplier stands twice; it has one rank.")
        staging.reject_repeats(
            "category",
            by=("partner_id", "category", "seen_by", "basis", "observed_on"),
            reason="An earlier row has this source, basis and day.",
        )

    def write(self, staging: Staging) -> Counts:
        """Make the line cards, replace what differs, and add the rest."""
        today = Organisation.current().today()
        params = {"history": staging.options.history, "today": today}
        for statement in (CARDS, FIND, DROP_SUPPLIERS, CHANGE, CREATE, SUPPLIERS):
            staging.execute(statement, params)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Observations; their suppliers are told by `rows`."""
        return exports.of_line_cards(source)

    def rows(self, records: Any, source: Source | None) -> Iterator[tuple[Any, ...]]:
        """Observations with their suppliers as a file names them."""
        for *cells, named, _ in super().rows(records, source):
            yield *cells, *exports.told_suppliers(named)
