"""The import of partners."""

from typing import Any, ClassVar

from accounts.models import Organisation
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.staging import Staging
from partners import exports, import_rows, import_standing
from partners.models import Status


class PartnersKind(Kind):
    """Partners, as a source knows them by its external ids.

    A partner that is new to the source is known by its number if the file gives one, else it is
    made: its number is its external id where nobody has it. An empty cell changes nothing.
    Status, tier, territory and manager are dated: a new value ends the old one today.
    """

    name = "partners"
    label = "Partners"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="external_id",
            label="External id",
            required=True,
            max_length=100,
            synonyms=(
                "partner id", "account id", "reseller id", "dealer id", "distributor id",
                "member id", "id", "partner code", "reseller code", "Händlernummer", "Händler-Nr.",
                "Haendlernummer", "Partner-ID", "Debitorennummer", "code partenaire",
                "code revendeur", "n° revendeur", "código de partner", "código de socio",
                "código de revendedor", "código revendedor", "id partner",
            ),
            help="What the source calls the partner; unique within the source.",
        ),
        Field(
            name="name",
            label="Name",
            required=True,
            synonyms=(
                "partner name", "reseller name", "dealer name", "distributor name", "company name",
                "company", "account name", "legal name", "partner", "reseller", "dealer",
                "Partnername", "Händlername", "Händler", "Haendler", "Firma", "Firmenname",
                "nom du partenaire", "nom partenaire", "nom du revendeur", "nom revendeur",
                "partenaire", "revendeur", "raison sociale", "société", "nom",
                "nombre del partner", "nombre del socio", "nombre del revendedor", "socio",
                "revendedor", "razón social", "empresa", "nombre",
            ),
        ),
        Field(
            name="type",
            label="Type",
            max_length=100,
            synonyms=(
                "partner type", "business type", "reseller type", "account type", "company type",
                "Partnertyp", "Partnerart", "Händlertyp", "Typ", "type de partenaire",
                "type partenaire", "type de revendeur", "tipo de partner", "tipo de socio",
                "tipo de revendedor", "tipo",
            ),
            help="The source's word. Distributor, integrator and service provider are understood;"
            " anything else is a reseller.",
        ),
        Field(
            name="number",
            label="Number",
            max_length=100,
            synonyms=(
                "partner number", "partner no", "our number", "vendor account number",
                "Partnernummer", "Partner-Nr.", "unsere Nummer", "n° partenaire",
                "numéro de partenaire", "notre numéro", "número de partner", "número de socio",
                "nuestro número",
            ),
            help="Organisation-wide; the external id where it is not given.",
        ),
        Field(
            name="website",
            label="Website",
            synonyms=(
                "web site", "url", "web", "homepage", "Webseite", "Internetseite", "site web",
                "site internet", "sitio web", "página web",
            ),
        ),
        Field(
            name="currency",
            label="Currency",
            max_length=3,
            synonyms=(
                "currency code", "Währung", "Waehrung", "Währungscode", "devise", "code devise",
                "monnaie", "moneda", "divisa", "código de moneda",
            ),
            help="Three letters such as USD.",
        ),
        Field(
            name="status",
            label="Status",
            type="choice",
            choices={
                Status.PROSPECT: (
                    "prospective", "candidate", "applicant", "lead", "Interessent", "Bewerber",
                    "Kandidat", "candidat", "prospecto", "potencial", "candidato",
                ),
                Status.ACTIVE: (
                    "enrolled", "current", "live", "approved", "aktiv", "zugelassen", "actif",
                    "agréé", "en activité", "activo", "vigente", "aprobado",
                ),
                Status.ON_NOTICE: (
                    "notice", "notice given", "terminating", "gekündigt", "in Kündigung",
                    "en préavis", "préavis", "con preaviso", "preaviso",
                ),
                Status.ENDED: (
                    "inactive", "terminated", "former", "closed", "beendet", "inaktiv",
                    "ehemalig", "terminé", "inactif", "résilié", "terminado", "inactivo",
                    "finalizado", "baja",
                ),
            },
            synonyms=(
                "partner status", "program status", "Partnerstatus", "statut",
                "statut du partenaire", "statut partenaire", "estado", "estado del partner",
                "estado del socio", "estatus",
            ),
            help="A new partner is active where nothing is said.",
        ),
        Field(
            name="tier",
            label="Tier",
            max_length=50,
            synonyms=(
                "partner tier", "partner level", "program level", "level", "Stufe", "Partnerstufe",
                "Partnerstatusstufe", "niveau", "niveau de partenariat", "niveau partenaire",
                "nivel", "nivel de partner", "nivel de socio", "categoría",
            ),
        ),
        Field(
            name="territory",
            label="Territory",
            max_length=100,
            synonyms=(
                "sales territory", "sales region", "region", "Gebiet", "Vertriebsgebiet",
                "Verkaufsgebiet", "Vertriebsregion", "territoire", "secteur", "région",
                "territorio", "zona", "zona de ventas", "región",
            ),
        ),
        Field(
            name="manager",
            label="Channel manager's e-mail",
            synonyms=(
                "manager e-mail", "channel manager e-mail", "channel manager", "partner manager",
                "account manager", "owner", "Channel-Manager", "Partnermanager", "Betreuer",
                "Ansprechpartner intern", "responsable canal", "responsable partenaire",
                "responsable de canal", "gerente de canal", "responsable",
            ),
            help="The address of a channel manager who has an account.",
        ),
        Field(
            name="start",
            label="Partner since",
            type="date",
            synonyms=(
                "partner start", "start date", "join date", "joined", "valid from", "since",
                "Partner seit", "Eintrittsdatum", "seit", "gültig ab", "partenaire depuis",
                "depuis", "date de début", "date d'entrée", "partner desde", "socio desde",
                "desde", "fecha de alta", "fecha de inicio",
            ),
            help="From when the first status, tier, territory and manager hold; always, if empty.",
        ),
    )  # fmt: skip

    def resolve(self, staging: Staging) -> None:
        """Find the partners that are known; reject rows that cannot be partners."""
        import_rows.clean(staging)
        import_rows.find_partners(staging)
        import_rows.check(staging)

    def write(self, staging: Staging) -> Counts:
        """Create the new partners, change the others, and date what is dated."""
        import_rows.create_new(staging)
        import_rows.change_known(staging)
        import_standing.write(staging, today=Organisation.current().today())
        ((new, changed, live),) = staging.fetch(
            "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE changed AND NOT is_new),"
            " count(*) FROM staging WHERE NOT rejected"
        )
        return Counts(new=new, changed=changed, unchanged=live - new - changed)

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Partners of a queryset `with_standing` on a day."""
        return exports.of_partners(source)
