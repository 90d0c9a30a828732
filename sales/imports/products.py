"""The import of products."""

from collections.abc import Iterator
from typing import Any, ClassVar

from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from sales import exports

# A version that ends before it starts says nothing of its days.
PREPARE = """
UPDATE staging SET
  sku = coalesce(sku, external_id),
  valid = CASE WHEN num_nonnulls(start, "end") > 0 AND "end" >= start IS NOT FALSE
    THEN daterange(start, "end", '[]') END
WHERE NOT rejected
"""

# The version sold last says what its product is called.
FIND_LATEST = """
UPDATE staging SET is_latest = true FROM (
  SELECT DISTINCT ON (sku) row FROM staging WHERE NOT rejected
  ORDER BY sku, upper_inf(valid) DESC NULLS LAST, start DESC NULLS LAST, row DESC
) AS latest
WHERE latest.row = staging.row
"""

CREATE_LINES = """
INSERT INTO sales_productline (name)
SELECT DISTINCT line FROM staging WHERE is_latest AND line IS NOT NULL
ON CONFLICT (name) DO NOTHING
"""

FIND_LINES = """
UPDATE staging SET line_id = sales_productline.id
FROM sales_productline WHERE is_latest AND sales_productline.name = staging.line
"""

CHANGE_PRODUCTS = """
WITH changed AS (
  UPDATE sales_product AS product SET
    name = staging.name,
    family = coalesce(staging.family, product.family),
    line_id = coalesce(staging.line_id, product.line_id)
  FROM staging
  WHERE staging.is_latest AND product.sku = staging.sku
    AND (staging.name, coalesce(staging.family, product.family),
      coalesce(staging.line_id, product.line_id))
    IS DISTINCT FROM (product.name, product.family, product.line_id)
  RETURNING product.sku
)
UPDATE staging SET changed = true FROM changed WHERE is_latest AND changed.sku = staging.sku
"""

CREATE_PRODUCTS = """
INSERT INTO sales_product (sku, name, family, line_id)
SELECT sku, name, coalesce(family, ''), line_id FROM staging WHERE is_latest ORDER BY row
ON CONFLICT (sku) DO NOTHING
"""

# Days that the file does not tell stay as they are.
CHANGE_ARTICLES = """
WITH changed AS (
  UPDATE sales_article AS article SET
    product_id = product.id, valid = coalesce(staging.valid, article.valid)
  FROM staging JOIN sales_product AS product ON product.sku = staging.sku
  WHERE NOT staging.rejected AND article.source_id = %(source)s
    AND article.external_id = staging.external_id
    AND (product.id, coalesce(staging.valid, article.valid))
    IS DISTINCT FROM (article.product_id, article.valid)
  RETURNING article.external_id
)
UPDATE staging SET changed = true FROM changed
WHERE NOT rejected AND changed.external_id = staging.external_id
"""

CREATE_ARTICLES = """
WITH created AS (
  INSERT INTO sales_article (source_id, external_id, product_id, valid)
  SELECT %(source)s, staging.external_id, product.id, staging.valid
  FROM staging JOIN sales_product AS product ON product.sku = staging.sku
  WHERE NOT staging.rejected ORDER BY staging.row
  ON CONFLICT (source_id, external_id) DO NOTHING
  RETURNING external_id
)
UPDATE staging SET is_new = true FROM created
WHERE NOT rejected AND created.external_id = staging.external_id
"""


class ProductsKind(Kind):
    """Products and their article versions, as a source knows them by its external ids.

    Several external ids may share one stock-keeping number: versions of one product. An empty
    cell changes nothing.
    """

    name = "products"
    label = "Products"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="external_id",
            label="External id",
            required=True,
            max_length=100,
            synonyms=(
                "article number", "article no", "article id", "product id", "product key",
                "product code", "item id", "item code", "id", "article", "Artikelnummer",
                "Artikel-Nr.", "Art.-Nr.", "Produkt-ID", "code article", "référence article",
                "réf. article", "code produit", "código de artículo", "código artículo",
                "cód. artículo", "código de producto", "código producto", "id producto",
            ),
            help="What the source calls the product, or one version of it.",
        ),
        Field(
            name="sku",
            label="SKU",
            max_length=100,
            synonyms=(
                "product sku", "stock keeping unit", "product number", "product no", "part number",
                "part no", "manufacturer part number", "mpn", "vendor part number", "vendor sku",
                "item number", "item no", "material number", "Herstellerartikelnummer",
                "Hersteller-Artikelnummer", "Materialnummer", "Produktnummer",
                "référence fabricant", "référence constructeur", "référence produit", "référence",
                "referencia fabricante", "referencia del fabricante", "referencia",
            ),
            help="Our own stock-keeping number; the external id where it is not given.",
        ),
        Field(
            name="name",
            label="Name",
            required=True,
            synonyms=(
                "product name", "item name", "article name", "product description",
                "item description", "description", "product", "Artikelbezeichnung", "Artikelname",
                "Produktname", "Bezeichnung", "Produktbezeichnung", "Produkt", "désignation",
                "libellé", "libellé article", "libellé produit", "nom du produit", "nom produit",
                "produit", "nombre del producto", "nombre producto", "descripción",
                "descripción del producto", "descripción artículo", "producto", "artículo",
                "nombre", "nom",
            ),
        ),
        Field(
            name="family",
            label="Family",
            max_length=100,
            synonyms=(
                "product family", "product group", "category", "product category",
                "Produktfamilie", "Produktgruppe", "Warengruppe", "Artikelgruppe", "Kategorie",
                "famille", "famille de produits", "famille produit", "catégorie", "familia",
                "familia de productos", "familia producto", "categoría",
            ),
        ),
        Field(
            name="line",
            label="Product line",
            max_length=100,
            synonyms=(
                "registrable line", "line", "Produktlinie", "gamme", "gamme de produits",
                "ligne de produits", "línea de producto", "línea de productos", "gama",
            ),
            help="What a deal can be registered for; made when new.",
        ),
        Field(
            name="start",
            label="First day",
            type="date",
            synonyms=(
                "start date", "valid from", "launch date", "available from", "Startdatum",
                "gültig ab", "gültig von", "lieferbar ab", "date de début", "valable du",
                "début de validité", "date de lancement", "fecha de inicio", "válido desde",
                "fecha de lanzamiento",
            ),
        ),
        Field(
            name="end",
            label="Last day",
            type="date",
            synonyms=(
                "end date", "valid to", "valid until", "end of sale", "end of sales",
                "discontinued on", "Enddatum", "gültig bis", "Verkaufsende", "lieferbar bis",
                "date de fin", "valable jusqu'au", "fin de validité", "fin de vente",
                "fecha de fin", "fecha fin", "válido hasta", "fin de venta",
            ),
            help="A version that ends before it starts counts as undated.",
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Reject repeated ids; find the version that speaks for each product."""
        for name, sql_type in (
            ("valid", "daterange"),
            ("line_id", "bigint"),
            ("is_latest", "boolean DEFAULT false"),
            ("is_new", "boolean DEFAULT false"),
            ("changed", "boolean DEFAULT false"),
        ):
            staging.add_column(name, sql_type)
        staging.reject_repeats(
            "external_id", reason="This id stands in an earlier row already: only that one counts."
        )
        staging.execute(PREPARE)
        staging.execute(FIND_LATEST)

    def write(self, staging: Staging) -> Counts:
        """Create and change lines, products and articles."""
        for statement in (
            CREATE_LINES,
            FIND_LINES,
            CHANGE_PRODUCTS,
            CREATE_PRODUCTS,
            CHANGE_ARTICLES,
            CREATE_ARTICLES,
        ):
            staging.execute(statement)
        ((new, changed, live),) = staging.fetch(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE changed AND NOT is_new),"
            " count(*) FROM staging WHERE NOT rejected"
        )
        return Counts(new=new, changed=changed, unchanged=live - new - changed)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Versions of products."""
        return exports.of_articles(source)

    def rows(self, records: Any, source: Source | None) -> Iterator[tuple[Any, ...]]:
        """The versions of a queryset of products."""
        return exports.product_rows(records, source, self.kept(source))
