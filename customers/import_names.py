"""What sources call our customers: looked up, suggested and linked for files that name them."""

from collections.abc import Sequence

from accounts.models import User
from customers.matching import Account, find_many
from customers.models import Customer, CustomerExternalId
from imports.kinds import Candidate, NameBook
from imports.models import Source
from imports.naming import link_name
from imports.similar import AT_MOST


class CustomerNames(NameBook):
    """Customers by the external ids that a source has for them."""

    def suggest(self, texts: Sequence[str]) -> dict[str, list[Candidate]]:
        """Customers that the names may mean; of merged ones, what they count with."""
        found = find_many([Account(text) for text in texts], limit=AT_MOST)
        keys = {each.customer for one in found for each in one.candidates}
        ids = dict(Customer.objects.filter(pk__in=keys).values_list("pk", "public_id"))
        return {
            text: [
                Candidate(
                    public_id=str(ids[each.customer]),
                    label=f"{each.name}, {each.country}" if each.country else each.name,
                    alike=each.score,
                )
                for each in one.candidates
            ]
            for text, one in zip(texts, found, strict=True)
        }

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
