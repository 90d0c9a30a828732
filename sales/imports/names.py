"""What sources call our products: looked up, suggested and linked for files that name them."""

from collections.abc import Sequence

from accounts.models import User
from imports.kinds import Candidate, NameBook
from imports.models import Source
from imports.naming import link_name
from imports.similar import most_alike
from sales.models import Article, Product


class ProductNames(NameBook):
    """Products by the articles that a source has for them."""

    def suggest(self, texts: Sequence[str]) -> dict[str, list[Candidate]]:
        """Products with names like these."""
        return most_alike(Product, texts, label="name || ' (' || sku || ')'")

    def find(self, text: str) -> Candidate | None:
        """The product of that stock-keeping number, or the only one of that name."""
        every = Product.objects
        found = list(every.filter(sku=text)) or list(every.filter(name__iexact=text)[:2])
        if len(found) != 1:
            return None
        return Candidate(public_id=str(found[0].public_id), label=f"{found[0]} ({found[0].sku})")

    def link(self, source: Source, text: str, public_id: str, *, acting_user: User) -> None:
        """Make this id of the source an article of the product."""
        link_name(
            Product.objects.all(),
            public_id,
            names=Article,
            source=source,
            text=text,
            acting_user=acting_user,
        )
