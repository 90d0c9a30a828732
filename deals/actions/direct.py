"""Direct opportunities, the question whether a customer may be called, and the breach ledger."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.history import decision
from customers.matching import Account, Found, Likeness, Verdict, find
from customers.models import Customer
from deals.actions.overlaps import members
from deals.actions.steps import now, today
from deals.models import (
    Breach,
    BreachKind,
    BreachState,
    Deal,
    DealLine,
    DirectOpportunity,
    DirectState,
    Protection,
)
from deals.rules.states import PENDING, State
from partners.models import Partner, PartnerManager
from sales.models import ProductLine

MOST = 10


# The words of the answer.
PROTECTED, REVIEWED, OPEN_TO_ALL = "protected", "under-review", "open"


@dataclasses.dataclass(frozen=True)
class Standing:
    """May we call this customer? By product line: protected, under review, or open.

    Never the partner's terms: no amount, no partner's name, no contact. `ask` are the channel
    managers who know more.
    """

    likeness: Likeness
    protected: tuple[tuple[str, dt.date], ...]
    reviewed: tuple[str, ...]
    ask: tuple[str, ...]

    @property
    def answer(self) -> str:
        """The word for the whole customer: the strictest of its lines."""
        if self.protected:
            return PROTECTED
        return REVIEWED if self.reviewed else OPEN_TO_ALL


@dataclasses.dataclass(frozen=True)
class MayCall:
    """The answer to one question: customers that it may mean, surest first; none is open to all."""

    found: Found
    standings: tuple[Standing, ...]


def may_we_call(account: Account) -> MayCall:
    """Look a customer up for direct sales, across all partners; a constant number of queries."""
    found = find(account, limit=MOST)
    return MayCall(found, _standings(found.candidates))


def _standings(candidates: Sequence[Likeness]) -> tuple[Standing, ...]:
    roots = members([each.customer for each in candidates])
    day = today()
    protections = (
        Protection.objects.on(day)
        .filter(root_customer__in=list(roots))
        .select_related("product_line")
    )
    # The customer's other lines stay open: what waits is told from its submission on.
    waiting = (
        DealLine.objects.filter(deal__customer__in=list(roots))
        .filter(deal__state__in=(*PENDING, State.NEEDS_INFO))
        .select_related("product_line", "deal")
    )
    held: dict[int, list[Any]] = {each.customer: [] for each in candidates}
    asked: dict[int, list[Any]] = {each.customer: [] for each in candidates}
    for row in protections:
        held[roots[row.root_customer_id]].append(row)
    for line in waiting:
        asked[roots[line.deal.customer_id]].append(line)
    managers = _managers([row.partner_id for row in (*protections, *waiting)], day)
    return tuple(
        Standing(
            likeness=each,
            protected=tuple(
                sorted({(str(row.product_line), row.last_day) for row in held[each.customer]})
            ),
            reviewed=tuple(sorted({str(line.product_line) for line in asked[each.customer]})),
            ask=tuple(
                sorted(
                    {
                        managers[row.partner_id]
                        for row in (*held[each.customer], *asked[each.customer])
                        if row.partner_id in managers
                    }
                )
            ),
        )
        for each in candidates
    )


def _managers(partners: Sequence[int], day: dt.date) -> dict[int, str]:
    rows = PartnerManager.objects.on(day).filter(partner__in=partners).select_related("manager")
    return {row.partner_id: str(row.manager) for row in rows}


def log_direct(
    *, customer: Customer | None, product_line: ProductLine, acting_user: User, **fields: Any
) -> DirectOpportunity:
    """Log an opportunity of our own. Against a protected customer it is warned of, and recorded.

    Args:
        customer: whom the rep chose; None looks the account up, or makes a customer of it.
        product_line: what is to be sold.
        acting_user: its owner.
        fields: of the record, `account_name` at least.
    """
    day = today()
    with decision(acting_user):
        known = customer or _customer_of(fields)
        row: DirectOpportunity = DirectOpportunity(
            customer=known,
            product_line=product_line,
            owner=acting_user,
            logged_at=now(),
            opened_on=fields.pop("opened_on", day),
            active_on=fields.pop("active_on", day),
            **fields,
        )
        row.warned = bool(held_by_partner(row, day))
        row.save()
        suspect(row, day)
    return row


def touch_direct(
    opportunity: DirectOpportunity, *, acting_user: User, **fields: Any
) -> DirectOpportunity:
    """Something happened on it: it stays active, is closed, or its facts change.

    Raises:
        ValidationError: it is closed already.
    """
    day = today()
    with decision(acting_user):
        rows = DirectOpportunity.objects.select_for_update(of=("self",))
        row: DirectOpportunity = rows.select_related("customer").get(pk=opportunity.pk)
        if row.state != DirectState.OPEN:
            raise ValidationError(f"It is {row.get_state_display().lower()} already.")
        for name, value in fields.items():
            setattr(row, name, value)
        row.active_on = day
        row.closed_on = None if row.state == DirectState.OPEN else day
        row.save()
        suspect(row, day)
    return row


def _customer_of(fields: dict[str, Any]) -> Customer:
    account = Account(
        fields["account_name"], fields.get("account_domain", ""), fields.get("account_country", "")
    )
    found = find(account, limit=1)
    if found.best is not None and found.verdict == Verdict.MATCH:
        known: Customer = Customer.objects.get(pk=found.best.customer)
        return known
    created: Customer = Customer.objects.create(name=account.name, country=account.country)
    return created


def held_by_partner(opportunity: DirectOpportunity, day: dt.date) -> list[Protection]:
    """The protections of partners on a day that an opportunity of ours stands against."""
    roots = members([opportunity.customer_id])
    rows = Protection.objects.on(day).filter(
        root_customer__in={*roots, *roots.values()},
        product_line=opportunity.product_line_id,
        exclusive=True,
    )
    return list(rows.select_related("deal", "partner"))


def suspect(opportunity: DirectOpportunity, day: dt.date) -> list[Breach]:
    """Enter into the ledger what an opportunity of ours may have broken; once each.

    Worked or won under a protection whose deal was submitted before the opportunity was logged.
    An opportunity that was provably logged before the submission breaks nothing.
    """
    kind = BreachKind.TAKEN if opportunity.state == DirectState.WON else BreachKind.WORKED
    rows = [
        _suspicion(kind, opportunity, held.deal, day)
        for held in held_by_partner(opportunity, day)
        if held.deal.submitted_at and held.deal.submitted_at < opportunity.logged_at
    ]
    if opportunity.state == DirectState.WON:
        rows += [
            _suspicion(BreachKind.WON_AFTER, opportunity, deal, day)
            for deal in _ended_before(opportunity, day)
        ]
    return list(Breach.objects.bulk_create(rows, ignore_conflicts=True))


def _ended_before(opportunity: DirectOpportunity, day: dt.date) -> list[Deal]:
    """Registrations of the customer and line that were rejected or expired within the days."""
    deals = (
        Deal.objects.filter(
            customer__in=list(members([opportunity.customer_id])),
            lines__product_line=opportunity.product_line_id,
            state__in=(State.REJECTED, State.EXPIRED),
            submitted_at__lt=opportunity.logged_at,
        )
        .select_related("partner", "rules")
        .prefetch_related("protections")
    )
    return [deal for deal in deals if _within(deal, opportunity, day)]


def _within(deal: Deal, opportunity: DirectOpportunity, day: dt.date) -> bool:
    if deal.rules is None or deal.decided_at is None:
        return False
    ends = [row.during.upper for row in deal.protections.all() if not row.during.isempty]
    over = max(ends, default=deal.decided_at.date())
    terms = deal.rules.terms_for(deal.type, opportunity.product_line_id)
    return day <= over + dt.timedelta(days=terms.taken_direct_days)


def _suspicion(
    kind: BreachKind, opportunity: DirectOpportunity, deal: Deal, day: dt.date
) -> Breach:
    told = {
        BreachKind.WORKED: "is worked on by our direct sales under this protection",
        BreachKind.TAKEN: "was won by our direct sales under this protection",
        BreachKind.WON_AFTER: "was won by our direct sales after this registration ended",
    }
    logged = f"{opportunity.logged_at:%-d %b %Y %H:%M} UTC"
    return Breach(
        partner=deal.partner,
        deal=deal,
        direct_opportunity=opportunity,
        customer_id=opportunity.customer_id,
        product_line_id=opportunity.product_line_id,
        kind=kind,
        direct_team=opportunity.direct_team,
        evidence=f"{opportunity} {told[kind]}. Logged {logged} by {opportunity.worked_by}.",
        happened_on=day,
        amount=opportunity.amount,
    )


def file_breach(
    *,
    partner: Partner,
    evidence: str,
    happened_on: dt.date,
    deal: Deal | None = None,
    direct_team: str = "",
    acting_user: User,
) -> Breach:
    """Say that our direct sales broke the rules; a partner may, for its own deals.

    Raises:
        ValidationError: the evidence is missing, or it lies in the future.
    """
    if not evidence.strip():
        raise ValidationError({"evidence": "Say what happened."})
    if happened_on > today():
        raise ValidationError({"happened_on": "This day is still to come."})
    with decision(acting_user):
        row: Breach = Breach.objects.create(
            partner=partner,
            deal=deal,
            customer=deal.customer if deal else None,
            kind=BreachKind.FILED,
            direct_team=direct_team,
            evidence=evidence,
            happened_on=happened_on,
            filed_by=acting_user,
            filed_at=now(),
        )
    return row


def decide_breach(
    breach: Breach, *, confirm: bool, text: str, direct_team: str = "", acting_user: User
) -> Breach:
    """Confirm a suspicion, so that it counts, or waive it; with a reason in either case.

    Raises:
        ValidationError: it is decided already, or the reason is missing.
    """
    if not text.strip():
        raise ValidationError({"text": "Say why."})
    with decision(acting_user):
        row: Breach = Breach.objects.select_for_update().get(pk=breach.pk)
        if row.state != BreachState.SUSPECTED:
            raise ValidationError(f"It is {row.get_state_display().lower()} already.")
        row.state = BreachState.CONFIRMED if confirm else BreachState.WAIVED
        row.decided_by, row.decided_at, row.decision = acting_user, now(), text
        row.direct_team = direct_team or row.direct_team
        row.save(update_fields=["state", "decided_by", "decided_at", "decision", "direct_team"])
    return row
