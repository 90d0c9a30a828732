"""What sources call our partners: looked up, suggested and linked for files that name them."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from accounts.models import User
from imports.kinds import Candidate, NameBook
from imports.models import Source
from imports.similar import most_alike
from partners.actions.records import add_external_id
from partners.models import Partner


class PartnerNames(NameBook):
    """Partners by the external ids that a source has for them."""

    def suggest(self, texts: Sequence[str]) -> dict[str, list[Candidate]]:
        """Partners with names like these; merged ones are left out."""
        return most_alike(
            Partner, texts, label="name || ' (' || number || ')'", where="merged_into_id IS NULL"
        )

    def find(self, text: str) -> Candidate | None:
        """The partner of that number, or the only one of that name."""
        standing = Partner.objects.unmerged()
        found = list(standing.filter(number=text)) or list(standing.filter(name__iexact=text)[:2])
        if len(found) != 1:
            return None
        return Candidate(public_id=str(found[0].public_id), label=str(found[0]))

    def link(self, source: Source, text: str, public_id: str, *, acting_user: User) -> None:
        """Give the partner this external id of the source."""
        partner = Partner.objects.unmerged().filter(public_id=public_id).first()
        if partner is None:
            raise ValidationError("There is no such partner.")
        add_external_id(partner, source=source.name, external_id=text, acting_user=acting_user)
