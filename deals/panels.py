"""What the pages of a partner and of a customer show of deals."""

import dataclasses
import datetime as dt
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, Window

from accounts.models import Organisation, User
from channelhub.lib import months
from customers.models import Customer
from deals.actions.overlaps import members
from deals.actions.protecting import protected_customer
from deals.figures import Figures, figures_of
from deals.ledger import COUNTS, recent
from deals.models import Breach, Deal, DirectOpportunity, Protection
from deals.rules.breaches import severity
from partners.models import Partner

SHOWN = 8
LATELY = dt.timedelta(days=90)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PartnerDeals:
    """A partner's registrations: open ones, and the figures of the last 12 months."""

    open: list[Any]
    open_count: int
    figures: Figures
    suspected: int
    confirmed: int

    @property
    def severity(self) -> str:
        """What the confirmed breaches come to."""
        return severity(self.confirmed)


def deals_of(partner: Partner, viewer: User) -> PartnerDeals:
    """The deals of a partner, merged ones included, as far as the viewer sees them; 3 queries."""
    own = Organisation.current()
    today = own.today()
    members_now = Partner.objects.filter(Q(pk=partner.pk) | Q(merged_into=partner.pk))
    deals: Any = Deal.objects.visible_to(viewer).filter(partner__in=members_now)
    open_ones = list(
        deals.open()
        .annotate(count=Window(Count("pk")), until=Max("protections__during__endswith"))
        .order_by(F("due_at").asc(nulls_last=True), "pk")[:SHOWN]
    )
    since = dt.datetime.combine(months.months_before(today, 12), dt.time(), tzinfo=own.zone())
    breaches = Breach.objects.filter(partner__in=members_now)
    return PartnerDeals(
        open=open_ones,
        open_count=open_ones[0].count if open_ones else 0,
        figures=figures_of(deals, since),
        **recent(breaches, today).aggregate(**COUNTS),
    )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChannelDeals:
    """How registrations went lately at the partners that a person sees, and breaches there."""

    figures: Figures
    suspected: int
    confirmed: int

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        told = self.figures
        counts = (told.decided, told.won, told.lost, told.expired, told.released)
        return any(counts) or bool(self.suspected or self.confirmed)


def deals_lately(viewer: User) -> ChannelDeals:
    """Decided or closed in the last 90 days, breaches of 12 months; two queries."""
    own = Organisation.current()
    today = own.today()
    since = dt.datetime.combine(today - LATELY, dt.time(), tzinfo=own.zone())
    breaches = recent(Breach.objects.visible_to(viewer), today).aggregate(**COUNTS)
    return ChannelDeals(figures=figures_of(Deal.objects.visible_to(viewer), since), **breaches)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CustomerDeals:
    """What is protected at a customer, registered there, and worked on by our own sales.

    A protection of a partner whom the viewer does not see is told without its name.
    """

    protected: list[Any]
    registrations: list[Deal]
    direct: list[DirectOpportunity]


def deals_at(customer: Customer, viewer: User) -> CustomerDeals:
    """The deals at a customer, its sites and merged ones included; five queries."""
    today = Organisation.current().today()
    root = protected_customer(customer.pk)
    family = list(members(sorted({root, customer.pk})))
    seen = Partner.objects.visible_to(viewer).filter(pk=OuterRef("partner"))
    protected = (
        Protection.objects.on(today)
        .filter(root_customer=root)
        .annotate(named=Exists(seen))
        .select_related("partner", "product_line", "deal")
    )
    registrations: Any = Deal.objects.visible_to(viewer).filter(customer__in=family)
    direct: Any = DirectOpportunity.objects.visible_to(viewer).filter(customer__in=family)
    return CustomerDeals(
        protected=list(protected),
        registrations=list(registrations.select_related("partner")[:SHOWN]),
        direct=list(direct.select_related("product_line", "owner")[:SHOWN]),
    )
