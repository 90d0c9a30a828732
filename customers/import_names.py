"""What sources call our customers: looked up, suggested and linked for files that name them."""

from collections.abc import Sequence

from accounts.models import User
from customers.models import Customer, CustomerExternalId
from imports.kinds import Candidate, NameBook
from imports.models import Source
from imports.naming import link_name
from imports.similar import most_alike


class CustomerNames(NameBook):
    """Customers by the external ids that a source has for them."""

    def suggest(self, texts: Sequence[str]) -> dict[str, list[Candidate]]:
        """Customers with names like these; merged ones and placeholders are left out."""
        return most_alike(
            Customer,
            texts,
            label="name || CASE country WHEN '' THEN '' ELSE ', ' || country END",
            where="merged_into_id IS NULL AND NOT placeholder",
        )

    def find(self, text: str) -> Candidate | None:
        """The only customer of that name."""
        found = list(Customer.objects.unmerged().filter(name__iexact=text)[:2])
        if len(found) != 1:
            return None
        return Candidate(public_id=str(found[0].public_id), label=str(found[0]))

    def link(self, source: Source, text: str, public_id: str, *, acting_user: User) -> None:
        """Give the customer this external id of the source."""
        link_name(
            Customer.objects.unmerged(),
            public_id,
            names=CustomerExternalId,
            source=source,
            text=text,
            acting_user=acting_user,
        )
