"""The import of a reseller's registrations, as its CRM exports them."""

import itertools
import json
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal

from django.core.exceptions import ValidationError

from accounts.models import Organisation, Role, User
from channelhub.lib.countries import countries
from deals.actions.drafts import begin_draft, save_draft, submit_deal
from deals.models import Deal, DealType
from deals.rules.accounts import ADVICE, clean_domain
from deals.rules.states import State
from imports.kinds import YES, YES_NO, Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners.exports import partner_word
from partners.import_partner import PARTNER, find_partner
from partners.models import Partner
from sales.models import ProductLine

COLUMNS = (
    ("line_id", "bigint"),
    ("rep_id", "bigint"),
    ("state", "text"),
    ("code", "text"),
)

FIND = """
UPDATE staging SET
  line_id = (SELECT line.id FROM sales_productline line
    WHERE lower(line.name) = lower(staging.product_line) ORDER BY line.name LIMIT 1),
  known_id = deal.id, state = deal.state
FROM staging same
LEFT JOIN deals_deal deal
  ON deal.partner_id = same.partner_id AND deal.external_reference = same.reference
WHERE same.row = staging.row AND NOT staging.rejected
"""

# Who sent the file, where the partner sent it; else who is named, else the partner's first admin.
FIND_REPS = """
UPDATE staging SET rep_id = (
  SELECT person.id FROM accounts_user person
  JOIN partners_membership works ON works.user_id = person.id
  WHERE works.partner_id = staging.partner_id AND person.is_active
    AND person.role = ANY(%(roles)s)
    AND CASE WHEN staging.rep IS NOT NULL THEN lower(person.email) = lower(staging.rep)
      WHEN NOT %(by_number)s THEN person.id = %(sender)s
      ELSE person.role = %(first)s END
  ORDER BY person.id LIMIT 1)
WHERE NOT rejected
"""

CLEAN = """
UPDATE staging SET domain = cleaned.domain
FROM unnest(%(raw)s::text[], %(domains)s::text[]) AS cleaned (raw, domain)
WHERE staging.domain = cleaned.raw
"""

FIND_COUNTRIES = """
UPDATE staging SET code = %(codes)s::jsonb ->> lower(country) WHERE country IS NOT NULL
"""

ROWS = """
SELECT partner_id, reference, known_id, state, rep_id, customer, domain, code, currency,
  expected_close, effort, tender, type, contact, contact_email, contact_phone, competitor,
  incumbent, distributor, need, submit, line_id, amount, row
FROM staging WHERE NOT rejected ORDER BY partner_id, reference, row
"""

NEEDED = ("customer", "domain", "country", "currency", "expected_close", "effort")

Row = Mapping[str, Any]


class DealsKind(Kind):
    """Registrations by the partner's own number, a row for each product line.

    A number that is known as a draft is changed, one that was submitted stays as it is. They are
    submitted where the file says so, and are drafts else.
    """

    name = "deals"
    label = "Deals that you register"
    # Who the contact at the customer is.
    personal = True
    fields: ClassVar[tuple[Field, ...]] = (
        PARTNER,
        Field(
            name="reference", label="Your number", required=True, max_length=100,
            synonyms=(
                "opportunity id", "opportunity number", "deal id", "deal number", "crm id",
                "reference", "Opportunity-ID", "Opportunity-Nr.", "Vorgangsnummer",
                "Angebotsnummer", "n° opportunité", "référence", "n° affaire",
                "número de oportunidad", "referencia",
            ),
            help="What your CRM calls it: the same number is the same registration.",
        ),
        Field(
            name="customer", label="Customer", required=True,
            synonyms=(
                "account", "account name", "end customer", "customer name", "end user", "Kunde",
                "Kundenname", "Endkunde", "client", "client final", "nom du client", "cliente",
                "cliente final", "nombre del cliente",
            ),
        ),
        Field(
            name="domain", label="Web domain", max_length=300,
            synonyms=(
                "website", "web site", "url", "customer website", "Webseite", "Internetadresse",
                "site web", "sitio web", "página web",
            ),
        ),
        Field(
            name="country", label="Country", max_length=100,
            synonyms=(
                "country code", "customer country", "billing country", "Land", "Ländercode",
                "pays", "code pays", "país", "código de país",
            ),
            help="Two letters such as DE, or its English name.",
        ),
        Field(
            name="product_line", label="Product line", required=True, max_length=100,
            synonyms=(
                "product", "product family", "solution", "Produktlinie", "Produkt",
                "ligne de produits", "produit", "línea de productos", "producto",
            ),
        ),
        Field(
            name="amount", label="Amount", type="decimal", required=True, currency="currency",
            synonyms=(
                "value", "deal value", "deal amount", "opportunity amount", "revenue", "Betrag",
                "Wert", "Auftragswert", "montant", "valeur", "importe", "valor",
            ),
        ),
        Field(
            name="currency", label="Currency", max_length=3,
            synonyms=(
                "currency code", "Währung", "Waehrung", "Währungscode", "devise", "code devise",
                "monnaie", "moneda", "divisa", "código de moneda",
            ),
            help="Three letters such as USD.",
        ),
        Field(
            name="expected_close", label="Expected close", type="date",
            synonyms=(
                "close date", "expected close date", "closing date", "Abschlussdatum",
                "erwarteter Abschluss", "date de clôture", "date de signature", "fecha de cierre",
            ),
        ),
        Field(
            name="effort", label="What you have done so far", max_length=5000,
            synonyms=(
                "activities", "activity", "description", "notes", "sales activities",
                "Aktivitäten", "Beschreibung", "activités", "description de l'affaire",
                "actividades", "descripción",
            ),
        ),
        Field(
            name="tender", label="Public tender", type="choice", choices=YES_NO,
            synonyms=(
                "tender", "rfp", "public procurement", "Ausschreibung", "appel d'offres",
                "licitación",
            ),
        ),
        Field(
            name="type", label="Type", type="choice",
            choices={
                DealType.NEW: (
                    "new business", "net new", "Neugeschäft", "neu", "nouveau", "nuevo",
                ),
                DealType.EXPANSION: (
                    "upsell", "cross-sell", "add-on", "Erweiterung", "extension", "expansión",
                    "ampliación",
                ),
                DealType.RENEWAL: (
                    "renew", "Verlängerung", "Erneuerung", "renouvellement", "renovación",
                ),
            },
            synonyms=("deal type", "opportunity type", "Art", "type d'affaire", "tipo"),
        ),
        Field(
            name="contact", label="Contact", max_length=150,
            synonyms=(
                "contact name", "contact person", "Ansprechpartner", "Kontakt", "nom du contact",
                "contacto", "persona de contacto",
            ),
        ),
        Field(
            name="contact_email", label="Contact e-mail", max_length=254,
            synonyms=("email", "contact mail", "E-Mail-Adresse", "courriel", "correo electrónico"),
        ),
        Field(
            name="contact_phone", label="Contact phone", max_length=50,
            synonyms=("phone", "telephone", "Telefon", "téléphone", "teléfono"),
        ),
        Field(
            name="competitor", label="Known competitors",
            synonyms=("competitor", "competitors", "Wettbewerber", "concurrent", "competidor"),
        ),
        Field(
            name="incumbent", label="Who supplies today",
            synonyms=("incumbent", "current supplier", "Bestandslieferant",
                      "fournisseur actuel", "proveedor actual"),
        ),
        Field(
            name="distributor", label="Ordering distributor",
            synonyms=("distributor", "Distributor", "Großhändler", "grossiste", "distribuidor"),
        ),
        Field(
            name="need", label="The customer's need", max_length=5000,
            synonyms=("need", "requirement", "requirements", "Bedarf", "besoin", "necesidad"),
        ),
        Field(
            name="submit", label="Submit", type="choice", choices=YES_NO,
            synonyms=("submitted", "register", "einreichen", "soumettre", "enviar"),
            help="Yes hands it in, where it is complete; else it is a draft.",
        ),
        Field(
            name="rep", label="Registered by", max_length=254,
            synonyms=("rep", "sales rep", "owner", "opportunity owner", "Verkäufer",
                      "commercial", "vendedor"),
            help="The e-mail address of the partner's person; else its first admin.",
        ),
    )  # fmt: skip

    def locked_for(self, own_id: str, roles: Collection[str]) -> dict[str, str]:
        """Their own, registered by whoever sends the file."""
        return {"partner": own_id, "rep": ""}

    def resolve(self, staging: Staging) -> None:
        """Find partner, product line, person and what is known; reject what cannot be kept."""
        find_partner(staging)
        for name, sql_type in COLUMNS:
            staging.add_column(name, sql_type)
        _clean(staging)
        staging.execute(FIND)
        self._find_reps(staging)
        self._reject(staging)

    def _find_reps(self, staging: Staging) -> None:
        staging.execute(
            FIND_REPS,
            {
                "roles": [str(role) for role in Role.at_partner()],
                "first": str(Role.PARTNER_ADMIN),
                "sender": staging.load.created_by_id,
            },
        )
        nobody = "Nobody signs in at this partner whose registration it could be."
        staging.reject("rep", "rep_id IS NULL", nobody)

    def _reject(self, staging: Staging) -> None:
        lines = ", ".join(ProductLine.objects.values_list("name", flat=True))
        staging.reject("product_line", "line_id IS NULL", f"Use a product line of ours: {lines}.")
        staging.reject("amount", "round(amount, 4) <= 0", "An amount is more than zero.")
        no_currency = "Write three capital letters such as USD."
        staging.reject("currency", "currency !~ '^[A-Z]{3}$'", no_currency)
        no_country = "Use a two-letter code such as DE, or the country's English name."
        staging.reject("country", "country IS NOT NULL AND code IS NULL", no_country)
        no_address = "contact_email !~ '^[^@[:space:]]+@[^@[:space:]]+$'"
        staging.reject("contact_email", no_address, "This is no address.")
        missing = " OR ".join(f"{name} IS NULL" for name in NEEDED)
        still = f"(state IS NULL OR state = '{State.DRAFT}')"
        staging.reject(
            "submit",
            f"submit = %(yes)s AND {still} AND ({missing})",
            "To be submitted it needs the web domain, the country, the currency, the expected"
            " close and what you have done so far.",
            yes=YES,
        )
        today = Organisation.current().today()
        over = f"{still} AND expected_close < %(today)s"
        staging.reject("expected_close", over, "This day is over.", today=today)
        twice = "This product line stands in an earlier row of the same number."
        staging.reject_repeats("product_line", by=("partner_id", "reference", "line_id"),
                               reason=twice)  # fmt: skip
        half = (
            "(partner_id, reference) IN (SELECT partner_id, reference FROM staging WHERE rejected)"
        )
        staging.reject("reference", half, "Another row of this number is wrong.")

    def write(self, staging: Staging) -> Counts:
        """Begin, change and submit them, one after the other."""
        counted = {"new": 0, "changed": 0, "unchanged": 0}
        for rows in _by_number(staging):
            counted[_keep(rows)] += len(rows)
        return Counts(**counted)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Lines of registrations, each with what its registration says."""
        return {
            "partner": partner_word(source, "deal__partner"),
            "reference": "deal__external_reference",
            "customer": "deal__account_name",
            "domain": "deal__account_domain",
            "country": "deal__account_country",
            "product_line": "product_line__name",
            "amount": "amount",
            "currency": "deal__currency",
            "expected_close": "deal__expected_close",
            "effort": "deal__effort",
            "tender": "deal__tender",
            "type": "deal__type",
            "contact": "deal__contact_name",
            "contact_email": "deal__contact_email",
            "contact_phone": "deal__contact_phone",
            "competitor": "deal__competitor",
            "incumbent": "deal__incumbent",
            "distributor": "deal__distributor",
            "need": "deal__need",
        }


def _clean(staging: Staging) -> None:
    """Addresses become domains, and names of countries their codes."""
    raw = [text for (text,) in staging.fetch("SELECT DISTINCT domain FROM staging") if text]
    domains = [_domain(text) for text in raw]
    wrong = [text for text, domain in zip(raw, domains, strict=True) if not domain]
    staging.reject("domain", "domain = ANY(%(wrong)s)", ADVICE, wrong=wrong)
    staging.execute(CLEAN, {"raw": raw, "domains": domains})
    codes = {word.lower(): code for code, name in countries().items() for word in (code, name)}
    staging.execute(FIND_COUNTRIES, {"codes": json.dumps(codes)})


def _domain(text: str) -> str:
    """The domain; empty where there is none."""
    try:
        return clean_domain(text)
    except ValidationError:
        return ""


def _by_number(staging: Staging) -> Iterator[list[Row]]:
    """The rows of each registration."""
    names = [name.strip() for name in ROWS.split("SELECT")[1].split("FROM")[0].split(",")]
    rows = [dict(zip(names, values, strict=True)) for values in staging.fetch(ROWS)]
    for _, group in itertools.groupby(rows, key=lambda row: (row["partner_id"], row["reference"])):
        yield list(group)


def _keep(rows: list[Row]) -> Literal["new", "changed", "unchanged"]:
    """Begin the registration of these rows, or change and submit a draft; what became of it."""
    first = rows[0]
    if first["known_id"] and first["state"] != State.DRAFT:
        return "unchanged"
    user = User.objects.get(pk=first["rep_id"])
    known = ProductLine.objects.in_bulk([row["line_id"] for row in rows])
    lines = {known[row["line_id"]]: round(row["amount"], 4) for row in rows}
    facts = {name: value for name, value in _facts(first).items() if value is not None}
    became: Literal["new", "changed", "unchanged"] = "new"
    if first["known_id"]:
        deal = Deal.objects.get(pk=first["known_id"])
        became = "changed" if _differs(deal, facts, lines) else "unchanged"
        if became == "changed":
            deal = save_draft(deal, acting_user=user, lines=lines, **facts)
    else:
        partner = Partner.objects.get(pk=first["partner_id"])
        deal = begin_draft(partner, acting_user=user, lines=lines, **facts)
    if first["submit"] == YES:
        submit_deal(deal, acting_user=user)
        became = "changed" if became == "unchanged" else became
    return became


def _facts(row: Row) -> dict[str, Any]:
    """What a row says of its registration; None where it says nothing."""
    return {
        "external_reference": row["reference"],
        "account_name": row["customer"],
        "account_domain": row["domain"],
        "account_country": row["code"],
        "currency": row["currency"],
        "expected_close": row["expected_close"],
        "effort": row["effort"],
        "tender": None if row["tender"] is None else row["tender"] == YES,
        "type": row["type"],
        "contact_name": row["contact"],
        "contact_email": row["contact_email"],
        "contact_phone": row["contact_phone"],
        "competitor": row["competitor"],
        "incumbent": row["incumbent"],
        "distributor": row["distributor"],
        "need": row["need"],
    }


def _differs(deal: Deal, facts: Mapping[str, Any], lines: Mapping[ProductLine, Decimal]) -> bool:
    """Whether a draft is not as a file says."""
    now = {line.product_line_id: line.amount for line in deal.lines.all()}
    said = {line.pk: amount for line, amount in lines.items()}
    return now != said or any(getattr(deal, name) != value for name, value in facts.items())
