"""The import of direct opportunities, as a CRM knows them."""

from typing import Any, ClassVar

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce

from accounts.models import Organisation
from customers.matching import Account
from deals.actions.accounts import customers_of
from deals.actions.steps import now
from deals.actions.suspecting import suspect
from deals.models import DirectOpportunity, DirectState
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging, as_uuid
from partners.import_partner import count, refuse_days_ahead

CLEAN = """
UPDATE staging SET country = upper(country), domain = lower(domain),
  currency = coalesce(upper(currency), CASE WHEN amount IS NOT NULL THEN %(currency)s END),
  product_line_id = (SELECT id FROM sales_productline l WHERE lower(l.name) = lower(product_line)),
  owner_id = coalesce(
    (SELECT id FROM accounts_user u WHERE lower(u.email) = lower(owner) AND u.role = ANY(%(ours)s)),
    (SELECT max(id) FROM accounts_user u WHERE lower(u.name) = lower(owner) AND u.role = 'direct'
      HAVING count(*) = 1))
"""

FIND = f"""
UPDATE staging SET known_id = coalesce(
  (SELECT id FROM deals_directopportunity o
    WHERE o.source_id = %(source)s AND o.external_id = staging.external_id),
  (SELECT id FROM deals_directopportunity o
    WHERE o.public_id = {as_uuid("staging.external_id")}))
WHERE NOT rejected
"""  # noqa: S608 - a column of our own

# The customer that an earlier opportunity was for, by the same words.
FIND_CUSTOMER = """
UPDATE staging SET customer_id = (SELECT o.customer_id FROM deals_directopportunity o
  WHERE o.id = known_id OR (o.account_name = customer AND o.account_domain = coalesce(domain, '')
    AND o.account_country = coalesce(country, ''))
  ORDER BY o.id = known_id DESC, o.id DESC LIMIT 1)
WHERE NOT rejected
"""

NEW_ACCOUNTS = """
SELECT DISTINCT customer, coalesce(domain, ''), coalesce(country, '') FROM staging
WHERE NOT rejected AND customer_id IS NULL ORDER BY 1, 2, 3
"""

NAME_CUSTOMERS = """
UPDATE staging SET customer_id = told.id
FROM unnest(%(names)s::text[], %(domains)s::text[], %(countries)s::text[], %(keys)s::bigint[])
  AS told (name, domain, country, id)
WHERE NOT rejected AND customer_id IS NULL AND customer = told.name
  AND coalesce(staging.domain, '') = told.domain AND coalesce(staging.country, '') = told.country
"""

# `logged_at` is when we provably knew of it: now, whenever the CRM says that it was opened.
CREATE = """
WITH made AS (
  INSERT INTO deals_directopportunity (public_id, source_id, external_id, account_name,
    account_domain, account_country, customer_id, product_line_id, owner_id, owner_name,
    direct_team, amount, currency, opened_on, active_on, logged_at, state, closed_on, warned, note)
  SELECT gen_random_uuid(), %(source)s, external_id, customer, coalesce(domain, ''),
    coalesce(country, ''), customer_id, product_line_id, owner_id,
    CASE WHEN owner_id IS NULL THEN coalesce(owner, '') ELSE '' END, coalesce(team, ''), amount,
    coalesce(currency, ''), coalesce(opened, active, %(today)s),
    coalesce(active, opened, %(today)s), %(now)s, coalesce(state, 'open'),
    CASE WHEN coalesce(state, 'open') <> 'open'
      THEN coalesce(closed, active, %(today)s) END, false, ''
  FROM staging WHERE NOT rejected AND known_id IS NULL ORDER BY row
  RETURNING id, external_id
)
UPDATE staging SET made_id = made.id FROM made
WHERE NOT rejected AND known_id IS NULL AND made.external_id = staging.external_id
"""

CHANGE = """
WITH wanted AS (
  SELECT o.id, s.customer AS account_name, coalesce(s.domain, o.account_domain) AS account_domain,
    coalesce(s.country, o.account_country) AS account_country, s.product_line_id,
    CASE WHEN s.owner IS NULL THEN o.owner_id ELSE s.owner_id END AS owner_id,
    CASE WHEN s.owner IS NULL THEN o.owner_name WHEN s.owner_id IS NULL THEN s.owner ELSE '' END
      AS owner_name,
    coalesce(s.team, o.direct_team) AS direct_team, coalesce(s.amount, o.amount) AS amount,
    CASE WHEN s.amount IS NULL THEN o.currency ELSE s.currency END AS currency,
    coalesce(s.opened, o.opened_on) AS opened_on, coalesce(s.active, o.active_on) AS active_on,
    coalesce(s.state, o.state) AS state,
    CASE WHEN coalesce(s.state, o.state) = 'open' THEN NULL
      ELSE coalesce(s.closed, o.closed_on, s.active, %(today)s) END AS closed_on
  FROM staging s JOIN deals_directopportunity o ON o.id = s.known_id WHERE NOT s.rejected
), changed AS (
  UPDATE deals_directopportunity o SET account_name = w.account_name,
    account_domain = w.account_domain, account_country = w.account_country,
    product_line_id = w.product_line_id, owner_id = w.owner_id, owner_name = w.owner_name,
    direct_team = w.direct_team, amount = w.amount, currency = w.currency,
    opened_on = w.opened_on, active_on = w.active_on, state = w.state, closed_on = w.closed_on
  FROM wanted w
  WHERE w.id = o.id AND (w.account_name, w.account_domain, w.account_country, w.product_line_id,
      w.owner_id, w.owner_name, w.direct_team, w.amount, w.currency, w.opened_on, w.active_on,
      w.state, w.closed_on)
    IS DISTINCT FROM (o.account_name, o.account_domain, o.account_country, o.product_line_id,
      o.owner_id, o.owner_name, o.direct_team, o.amount, o.currency, o.opened_on, o.active_on,
      o.state, o.closed_on)
  RETURNING o.id
)
UPDATE staging SET changed = true FROM changed WHERE changed.id = known_id
"""

TOUCHED = """
SELECT coalesce(made_id, known_id) FROM staging
WHERE NOT rejected AND (known_id IS NULL OR changed) ORDER BY 1
"""
# As many opportunities as are looked at for suspicions at once.
AT_ONCE = 2000


class DirectOpportunitiesKind(Kind):
    """Opportunities of our own direct sales, known by what the source calls them.

    An empty cell changes nothing. What breaks a protection is entered as suspected, by the same
    rule as of what is logged by hand.
    """

    name = "direct-opportunities"
    label = "Direct opportunities"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="external_id",
            label="External id",
            required=True,
            max_length=100,
            synonyms=(
                "opportunity id", "opportunity number", "deal id", "id", "record id",
                "Opportunity-Nummer", "Verkaufschance", "Chancennummer", "id opportunité",
                "n° opportunité", "id de oportunidad", "código de oportunidad",
            ),
            help="What the source calls the opportunity.",
        ),
        Field(
            name="customer",
            label="Customer",
            required=True,
            synonyms=(
                "account name", "customer name", "account", "company", "company name",
                "end customer", "Kunde", "Kundenname", "Firma", "client", "nom du client",
                "société", "cliente", "nombre del cliente", "empresa",
            ),
        ),
        Field(
            name="domain",
            label="Web domain",
            max_length=253,
            synonyms=("website", "web", "account domain", "Domäne", "domaine", "site web",
                      "dominio", "sitio web"),
        ),
        Field(
            name="country",
            label="Country",
            max_length=2,
            synonyms=("country code", "billing country", "Land", "Ländercode", "pays", "code pays",
                      "país", "código de país"),
            help="Two letters such as DE.",
        ),
        Field(
            name="product_line",
            label="Product line",
            required=True,
            max_length=100,
            synonyms=("line", "product family", "product", "Produktlinie", "Produktgruppe",
                      "ligne de produits", "gamme", "línea de producto", "línea"),
        ),
        Field(
            name="owner",
            label="Owner",
            max_length=150,
            synonyms=("opportunity owner", "owner email", "owner name", "sales rep", "rep",
                      "account executive", "Besitzer", "Verkäufer", "Zuständig", "propriétaire",
                      "commercial", "propietario", "comercial", "vendedor"),
            help="An e-mail address, or a name.",
        ),
        Field(
            name="team",
            label="Team",
            max_length=100,
            synonyms=("direct team", "sales team", "business unit", "Vertriebsteam",
                      "équipe", "équipe commerciale", "equipo", "equipo de ventas"),
        ),
        Field(
            name="amount",
            label="Amount",
            type="decimal",
            currency="currency",
            synonyms=("opportunity amount", "value", "deal value", "Betrag", "Wert", "montant",
                      "valeur", "importe", "valor"),
        ),
        Field(
            name="currency",
            label="Currency",
            max_length=3,
            synonyms=("currency code", "Währung", "devise", "moneda", "divisa"),
            help="The organisation's where a file has none.",
        ),
        Field(
            name="opened",
            label="Opened",
            type="date",
            synonyms=("created", "created date", "created on", "open date", "Erstellt",
                      "Erstellt am", "Eröffnet", "date de création", "créé le",
                      "fecha de creación", "creado"),
        ),
        Field(
            name="active",
            label="Last activity",
            type="date",
            synonyms=("last activity date", "last modified", "last modified date",
                      "Letzte Aktivität", "Geändert am", "dernière activité",
                      "última actividad"),
        ),
        Field(
            name="state",
            label="State",
            type="choice",
            choices={
                DirectState.OPEN: (
                    "active", "in progress", "new", "prospecting", "qualification", "qualified",
                    "proposal", "negotiation", "offen", "aktiv", "ouverte", "ouvert", "en cours",
                    "abierta", "abierto", "en curso",
                ),
                DirectState.WON: (
                    "closed won", "gewonnen", "gagnée", "gagné", "ganada", "ganado",
                ),
                DirectState.LOST: (
                    "closed lost", "verloren", "perdue", "perdu", "perdida", "perdido",
                ),
                DirectState.CLOSED: (
                    "given up", "abandoned", "cancelled", "canceled", "disqualified",
                    "aufgegeben", "storniert", "abandonnée", "annulée", "abandonada", "cancelada",
                ),
            },
            synonyms=("stage", "status", "Phase", "étape", "statut", "etapa", "estado"),
            help="Open where nothing is said.",
        ),
        Field(
            name="closed",
            label="Closed",
            type="date",
            synonyms=("closed on", "closed date", "Geschlossen am", "Abgeschlossen am", "clos le",
                      "date de clôture", "cerrada el", "fecha de cierre"),
            help="The day it was won, lost or given up; else that of the last activity.",
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find what is known; reject rows that cannot be opportunities."""
        for name, sql_type in (
            ("known_id", "bigint"),
            ("made_id", "bigint"),
            ("customer_id", "bigint"),
            ("product_line_id", "bigint"),
            ("owner_id", "bigint"),
            ("changed", "boolean DEFAULT false"),
        ):
            staging.add_column(name, sql_type)
        own = Organisation.current()
        staging.execute(CLEAN, {"currency": own.reporting_currency, "ours": list(OURS)})
        _check(staging)
        staging.execute(FIND)
        staging.reject_repeats(
            "external_id", by=("known_id",), reason="An earlier row is this opportunity already."
        )
        staging.execute(FIND_CUSTOMER)

    def write(self, staging: Staging) -> Counts:
        """Create the new ones, change the others, and enter what may have broken a protection."""
        _name_customers(staging)
        today = Organisation.current().today()
        for statement in (CREATE, CHANGE):
            staging.execute(statement, {"today": today, "now": now()})
        touched = [key for (key,) in staging.fetch(TOUCHED)]
        for start in range(0, len(touched), AT_ONCE):
            rows = DirectOpportunity.objects.filter(pk__in=touched[start : start + AT_ONCE])
            suspect(list(rows.select_related("product_line", "owner")), today)
        return count(staging)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Opportunities, by record."""
        return {
            "external_id": Coalesce(_id_in(source), Cast(F("public_id"), CharField())),
            "customer": "account_name",
            "domain": "account_domain",
            "country": "account_country",
            "product_line": "product_line__name",
            "owner": Coalesce("owner__email", "owner_name"),
            "team": "direct_team",
            "amount": "amount",
            "currency": "currency",
            "opened": "opened_on",
            "active": "active_on",
            "state": "state",
            "closed": "closed_on",
        }


OURS = ("admin", "manager", "chief", "direct")


def _check(staging: Staging) -> None:
    staging.reject("country", "country !~ '^[A-Z]{2}$'", "Write two letters such as DE.")
    staging.reject("currency", "currency !~ '^[A-Z]{3}$'", "Write three letters such as USD.")
    staging.reject("amount", "amount < 0", "An amount is not below zero.")
    staging.reject(
        "product_line",
        "product_line_id IS NULL",
        "Unknown product line: load the products first, or correct it.",
    )
    for field in ("opened", "active", "closed"):
        refuse_days_ahead(staging, field)
    staging.reject("active", "active < opened", "The last activity is before it was opened.")
    staging.reject("closed", "closed < opened", "It was closed before it was opened.")
    staging.reject_repeats("external_id", reason="This id stands in an earlier row already.")


def _name_customers(staging: Staging) -> None:
    """Ask the matcher for the accounts that no opportunity has named before, all at once."""
    keys = customers_of([Account(*row) for row in staging.fetch(NEW_ACCOUNTS)])
    staging.execute(
        NAME_CUSTOMERS,
        {
            "names": [account.name for account in keys],
            "domains": [account.domain for account in keys],
            "countries": [account.country for account in keys],
            "keys": list(keys.values()),
        },
    )


def sources_of_opportunities() -> QuerySet[Source]:
    """The sources that name direct opportunities, the oldest first."""
    named = DirectOpportunity.objects.filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(named)).order_by("pk")


def _id_in(source: Source | None) -> Any:
    own = Q(source=source) & ~Q(external_id="")
    return Case(When(own, then=F("external_id"))) if source else Value(None, CharField())
