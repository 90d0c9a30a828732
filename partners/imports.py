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
            synonyms=("id", "partner id", "account id", "reseller id", "dealer id", "member id"),
            help="What the source calls the partner; unique within the source.",
        ),
        Field(
            name="name",
            label="Name",
            required=True,
            synonyms=("partner name", "company", "company name", "account name", "reseller name"),
        ),
        Field(
            name="type",
            label="Type",
            max_length=100,
            synonyms=("partner type", "business type", "reseller type", "account type"),
            help="The source's word. Distributor, integrator and service provider are understood;"
            " anything else is a reseller.",
        ),
        Field(
            name="number",
            label="Number",
            max_length=100,
            synonyms=("partner number", "our number"),
            help="Organisation-wide; the external id where it is not given.",
        ),
        Field(name="website", label="Website", synonyms=("url", "web", "homepage", "web site")),
        Field(
            name="currency",
            label="Currency",
            max_length=3,
            synonyms=("currency code",),
            help="Three letters such as USD.",
        ),
        Field(
            name="status",
            label="Status",
            type="choice",
            choices={
                Status.PROSPECT: ("prospective", "candidate", "applicant", "lead"),
                Status.ACTIVE: ("enrolled", "current", "live", "approved"),
                Status.ON_NOTICE: ("notice", "notice given", "terminating"),
                Status.ENDED: ("inactive", "terminated", "former", "closed"),
            },
            synonyms=("partner status", "program status"),
            help="A new partner is active where nothing is said.",
        ),
        Field(
            name="tier",
            label="Tier",
            max_length=50,
            synonyms=("partner tier", "level", "partner level", "program level"),
        ),
        Field(
            name="territory",
            label="Territory",
            max_length=100,
            synonyms=("sales territory", "region", "sales region"),
        ),
        Field(
            name="manager",
            label="Channel manager's e-mail",
            synonyms=("channel manager", "manager e-mail", "account manager", "owner"),
            help="The address of a channel manager who has an account.",
        ),
        Field(
            name="start",
            label="Partner since",
            type="date",
            synonyms=("start date", "valid from", "since", "join date", "partner start"),
            help="From when the first status, tier, territory and manager hold; always, if empty.",
        ),
    )

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
