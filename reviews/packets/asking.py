"""What every section of a packet asks about, with the facts that several of them need."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import Organisation, Role, User
from channelhub.lib import months
from partners.models import Action, Partner
from reviews.models import Review
from reviews.packets.document import Origin, Part, Shares
from sales.panels import PartnerSales, partner_sales

OUR_SALES = "Lines billed to the partner, and sell-through that names it"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Ask:
    """A review, and the day at whose end the facts of its packet were known.

    `today` is the day the packet is made on: what people promised is told as it stands then.
    """

    review: Review
    known_by: dt.date
    today: dt.date

    @property
    def partner(self) -> Partner:
        return self.review.partner

    @cached_property
    def currency(self) -> str:
        """The reporting currency."""
        return Organisation.current().reporting_currency

    @cached_property
    def quarter_months(self) -> tuple[dt.date, dt.date]:
        """The first and the last month that close within the quarter."""
        start, last = self.review.start, months.last_closed(self.review.end)
        return months.first_day(start), last

    @cached_property
    def sales(self) -> PartnerSales:
        """Our sales with the partner up to the quarter's last month."""
        return partner_sales(self.partner, self.known_by, to=self.quarter_months[1])

    def origin(self, words: str, *, link: str = "", shared_words: str = "") -> Origin:
        """Something known by the cut-off."""
        return Origin(
            words=words, shared_words=shared_words or words, known_by=self.known_by, link=link
        )

    def of_our_sales(self, first: dt.date, last: dt.date) -> Origin:
        """Our sales from one month to another, with the page of the lines behind them."""
        days = (first, months.last_day(last))
        query = {"from": days[0], "to": days[1], "as_of": self.known_by}
        lines = reverse("partners:lines", args=[self.partner.public_id])
        feeds = ", ".join(self.sales.feeds)
        return Origin(
            words=f"{OUR_SALES}; reported by {feeds}" if feeds else OUR_SALES,
            # Who else reports is another partner's business.
            shared_words=OUR_SALES,
            known_by=self.known_by,
            first=days[0],
            last=days[1],
            link=f"{lines}?{urlencode(query)}",
        )

    def page(self, route: str) -> str:
        """A page of the partner."""
        return reverse(route, args=[self.partner.public_id])

    @property
    def feeds_owe(self) -> str:
        """Who owes our sales of months that are not covered."""
        return ", ".join(self.sales.feeds) or "Whoever reports this partner's sales"


@dataclasses.dataclass(frozen=True, kw_only=True)
class SectionKind:
    """A section of the packet: what it is called, what it asks, and what of it is shared."""

    key: str
    title: str
    parts: Callable[[Ask], list[Part]]
    shares: Shares


def owner_of(action: Action, ask: Ask) -> str:
    """Who has to do it: their side and their name; direct sales are never named."""
    owner: User = action.owner
    if owner.works_at_partner:
        return f"{ask.partner.name}: {owner}"
    ours = Organisation.current().name
    return ours if owner.role == Role.DIRECT else f"{ours}: {owner}"
