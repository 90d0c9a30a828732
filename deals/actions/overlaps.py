"""What else touches a registration's customer: registrations, protections, direct opportunities.

Looked at across all partners and our direct sales; only our own people are ever shown it.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Organisation
from customers.matching import Found, Likeness, Verdict, find
from customers.models import Customer, CustomerPartner
from deals.actions.accounts import account_of
from deals.actions.protecting import protected_customer
from deals.actions.steps import now, today
from deals.models import (
    Authorisation,
    Deal,
    DealLine,
    DealType,
    DirectOpportunity,
    Protection,
)
from deals.rules.conflict import Claim, Eligibility, Suggestion, suggest
from deals.rules.states import OPEN
from partners.models import Partner
from sales.models import PlanRate, ProductLine

MOST = 50
LOOKED_BACK = dt.timedelta(days=180)


@dataclasses.dataclass(frozen=True)
class Overlap:
    """Another record at what is, or may be, the same customer; `lines` are those in common."""

    record: "Deal | DirectOpportunity"
    likeness: Likeness | None
    lines: tuple[ProductLine, ...]
    protected: bool = False
    sibling: bool = False

    @property
    def is_direct(self) -> bool:
        """Our own direct sales works on it."""
        return isinstance(self.record, DirectOpportunity)

    @property
    def certain(self) -> bool:
        """Whether both are known to be one customer."""
        return not self.sibling and (
            self.likeness is None or self.likeness.verdict == Verdict.MATCH
        )

    @property
    def reason(self) -> str:
        """Why it is shown, in words."""
        if self.sibling:
            return "another legal entity of the same group"
        return self.likeness.reason if self.likeness else "the same customer"


@dataclasses.dataclass(frozen=True)
class Review:
    """Everything that a reviewer looks at beside the registration itself."""

    found: Found
    overlaps: tuple[Overlap, ...]
    eligibility: dict[int, Eligibility]
    suggestions: dict[int, Suggestion]
    sold_by: tuple[Partner, ...]

    @property
    def suggested(self) -> Suggestion | None:
        """Of all lines: the most careful one."""
        order = {"reject": 0, "arbiter": 1, "approve": 2}
        every = list(self.suggestions.values())
        return min(every, key=lambda each: order[each.decision], default=None)


def review(deal: Deal) -> Review:
    """Gather it; a constant number of queries."""
    found = find(account_of(deal), limit=10)
    lines = list(deal.lines.select_related("product_line"))
    overlaps = overlaps_of(deal, found, [line.product_line for line in lines])
    eligibility = eligibility_of(deal, lines)
    sold_by = _sold_by(deal)
    return Review(
        found=found,
        overlaps=overlaps,
        eligibility=eligibility,
        suggestions=_suggestions(deal, lines, overlaps, eligibility, sold_by),
        sold_by=sold_by,
    )


def stands_alone(deal: Deal) -> bool:
    """Whether nothing else that lives touches its customer and lines, surely or possibly."""
    found = find(account_of(deal), limit=10)
    lines = [line.product_line for line in deal.lines.select_related("product_line")]
    return not any(each.lines for each in overlaps_of(deal, found, lines))


def overlaps_of(deal: Deal, found: Found, lines: Sequence[ProductLine]) -> tuple[Overlap, ...]:
    """Live or recently ended registrations, and direct opportunities, surest first."""
    if deal.customer_id is None:
        return ()
    own = protected_customer(deal.customer_id)
    alike: dict[int, Likeness | None] = {each.customer: each for each in found.candidates}
    for key in (own, deal.customer_id):
        # Whom a person took it for needs no likeness; where there is one, it is the reason.
        if (known := alike.get(key)) is None or known.verdict != Verdict.MATCH:
            alike[key] = None
    siblings = _siblings(own) - set(alike)
    people = members([*alike, *siblings])
    wanted = {line.pk for line in lines}
    rows = [
        *_deals(deal, people, alike, siblings, wanted),
        *_direct(people, alike, siblings, wanted),
    ]
    return tuple(sorted(rows, key=lambda each: (not each.certain, not each.lines, each.sibling)))


def members(roots: Sequence[int]) -> dict[int, int]:
    """The customers that count with these ones, sites and merged ones included: {key: root}."""
    rows = Customer.objects.filter(
        Q(pk__in=roots) | Q(merged_into__in=roots) | Q(parent__in=roots, level="site")
    )
    known = set(roots)
    return {
        row.pk: next(
            (key for key in (row.pk, row.merged_into_id, row.parent_id) if key in known), row.pk
        )
        for row in rows.only("pk", "merged_into", "parent")
    }


def _siblings(customer: int) -> set[int]:
    row = Customer.objects.filter(pk=customer).values("parent", "level").first()
    if not row or row["parent"] is None:
        return set(Customer.objects.filter(parent=customer).values_list("pk", flat=True)[:MOST])
    family = Customer.objects.filter(parent=row["parent"]).exclude(pk=customer)
    return {row["parent"], *family.values_list("pk", flat=True)[:MOST]}


def _deals(
    deal: Deal,
    people: dict[int, int],
    alike: dict[int, Likeness | None],
    siblings: set[int],
    wanted: set[int],
) -> Iterable[Overlap]:
    day = today()
    live = Protection.objects.on(day).filter(deal=OuterRef("pk"))
    recently = now() - LOOKED_BACK
    rows = (
        Deal.objects.filter(customer__in=list(people))
        .exclude(pk=deal.pk)
        .filter(Q(state__in=OPEN) | Q(submitted_at__gte=recently))
        .annotate(protected=Exists(live))
        .select_related("partner", "customer", "registered_by")
        .prefetch_related("lines__product_line")
        .order_by("complete_at", "pk")[:MOST]
    )
    row: Any
    for row in rows:
        root = people[row.customer_id]
        yield Overlap(
            record=row,
            likeness=alike.get(root),
            lines=tuple(
                line.product_line for line in row.lines.all() if line.product_line_id in wanted
            ),
            protected=row.protected,
            sibling=root in siblings,
        )


def _direct(
    people: dict[int, int],
    alike: dict[int, Likeness | None],
    siblings: set[int],
    wanted: set[int],
) -> Iterable[Overlap]:
    rows = (
        DirectOpportunity.objects.filter(customer__in=list(people))
        .select_related("customer", "product_line", "owner")
        .order_by("logged_at", "pk")[:MOST]
    )
    for row in rows:
        root = people[row.customer_id]
        yield Overlap(
            record=row,
            likeness=alike.get(root),
            lines=(row.product_line,) if row.product_line_id in wanted else (),
            sibling=root in siblings,
        )


def eligibility_of(deal: Deal, lines: Iterable[DealLine]) -> dict[int, Eligibility]:
    """By product line: whether the partner may sell it in the customer's country, and why not.

    A partner without any authorisation is not judged: nobody has entered its agreements yet.
    """
    rows = list(
        Authorisation.objects.filter(partner=deal.partner_id).select_related("product_line")
    )
    day = today()
    return {
        line.product_line_id: _eligible(rows, line.product_line, deal.account_country, day)
        for line in lines
    }


def _eligible(
    rows: list[Authorisation], line: ProductLine, country: str, day: dt.date
) -> Eligibility:
    if not rows:
        return Eligibility(eligible=True, reason="No agreement of this partner is on record.")
    current = [row for row in rows if row.product_line_id == line.pk and row.holds_on(day)]
    if not current:
        return Eligibility(
            eligible=False, code="not-authorised", reason=f"Not authorised for {line} today."
        )
    for row in current:
        if not row.countries or country in row.countries:
            return Eligibility(eligible=True, reason=f"Authorised for {line} by {row.agreement}.")
    where = ", ".join(sorted({code for row in current for code in row.countries}))
    return Eligibility(
        eligible=False,
        code="outside-territory",
        reason=f"Authorised for {line} in {where} only, not in {country}.",
    )


def _sold_by(deal: Deal) -> tuple[Partner, ...]:
    """The partners that have sold to the customer."""
    if deal.customer_id is None:
        return ()
    sold = CustomerPartner.objects.filter(customer__in=list(members([deal.customer_id])))
    return tuple(Partner.objects.filter(pk__in=sold.values("partner"))[:MOST])


def _suggestions(
    deal: Deal,
    lines: Sequence[DealLine],
    overlaps: Sequence[Overlap],
    eligibility: dict[int, Eligibility],
    sold_by: Sequence[Partner],
) -> dict[int, Suggestion]:
    if deal.complete_at is None or deal.rules is None:
        return {}
    others = [str(partner) for partner in sold_by if partner.pk != deal.partner_id]
    serves = any(partner.pk == deal.partner_id for partner in sold_by)
    own = Organisation.current().reporting_currency
    rate = PlanRate.objects.of(deal.currency, today(), own)
    of_another = others[0] if deal.type == DealType.RENEWAL and others and not serves else ""
    told = {}
    for line in lines:
        terms = deal.rules.terms_for(deal.type, line.product_line_id)
        told[line.product_line_id] = suggest(
            complete_at=deal.complete_at,
            effort=deal.effort,
            tender=deal.tender,
            renewal_of_another=of_another,
            eligibility=eligibility[line.product_line_id],
            below_minimum=_below(line.amount * rate if rate else None, terms.minimum_amount),
            claims=_claims(overlaps, line.product_line_id, terms.look_back_days),
        )
    return told


def _claims(overlaps: Sequence[Overlap], line: int, look_back_days: int) -> list[Claim]:
    since = today() - dt.timedelta(days=look_back_days)
    return [
        _claim(each, since)
        for each in overlaps
        if not each.sibling and any(own.pk == line for own in each.lines)
    ]


def _claim(overlap: Overlap, since: dt.date) -> Claim:
    record: Any = overlap.record
    if isinstance(record, DirectOpportunity):
        return Claim(
            kind="direct",
            who=record.worked_by or "Direct sales",
            since=record.logged_at,
            active=record.state == "open" and record.active_on >= since,
            certain=overlap.certain,
        )
    return Claim(
        kind="protection" if overlap.protected else "registration",
        who=str(record.partner),
        since=record.complete_at,
        active=overlap.protected or record.is_open,
        certain=overlap.certain,
    )


def _below(amount: Decimal | None, minimum: Decimal | None) -> bool:
    return amount is not None and minimum is not None and amount < minimum
