"""Direct opportunities, the question whether a customer may be called, and the breach ledger."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.history import decision
from channelhub.lib.roles import acting_as_app
from customers.matching import Account, Found, Likeness, find
from customers.models import Customer, CustomerPartner
from deals.actions.accounts import customer_of
from deals.actions.overlaps import members
from deals.actions.protecting import protected_customers
from deals.actions.steps import check_submitted, now, today
from deals.actions.suspecting import held_by_partner, suspect
from deals.models import (
    Breach,
    BreachKind,
    BreachState,
    Deal,
    DealLine,
    DirectOpportunity,
    DirectState,
    LineState,
    Protection,
)
from deals.rules.states import OPEN
from partners.models import Partner, PartnerManager
from sales.models import ProductLine

MOST = 10


# The words of the answer.
PROTECTED, REVIEWED, OPEN_TO_ALL = "protected", "under-review", "open"


@dataclasses.dataclass(frozen=True)
class Standing:
    """May we call this customer? By product line: protected, under review, or open.

    Never the partner's terms: no amount, no partner's name, no contact. `ask` are the channel
    managers who know more: of those who hold or want it, else of those who have sold there.
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
    return MayCall(found, standings(found.candidates))


def standings(candidates: Sequence[Likeness]) -> tuple[Standing, ...]:
    """Of each customer in their order whether it is free; a constant number of queries."""
    roots = protected_customers([each.customer for each in candidates])
    family = members(sorted(set(roots.values())))
    day = today()
    # An extension that begins later makes "until when" later.
    protections = (
        Protection.objects.not_over(day)
        .filter(root_customer__in=list(roots.values()), exclusive=True)
        .select_related("product_line")
    )
    # The customer's other lines stay open: what waits is told from its submission on.
    waiting = (
        DealLine.objects.filter(deal__customer__in=list(family), state=LineState.UNDER_REVIEW)
        .filter(deal__state__in=OPEN)
        .select_related("product_line", "deal")
    )
    sellers = CustomerPartner.objects.filter(customer__in=list(family))
    held, asked, sold = _by_root(protections), _by_root(waiting, family), _by_root(sellers, family)
    managers = _managers([row.partner_id for row in (*protections, *waiting, *sellers)], day)
    return tuple(
        _standing(each, held[root], asked[root], sold[root], managers)
        for each in candidates
        for root in [roots[each.customer]]
    )


def _by_root(rows: Iterable[Any], family: Mapping[int, int] | None = None) -> dict[int, list[Any]]:
    """Rows by the legal entity that they concern."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if family is None:
            found[row.root_customer_id].append(row)
        else:
            about: Any = row.deal if isinstance(row, DealLine) else row
            found[family[about.customer_id]].append(row)
    return found


def _standing(
    likeness: Likeness,
    held: Sequence[Any],
    asked: Sequence[Any],
    sold: Sequence[Any],
    managers: Mapping[int, str],
) -> Standing:
    until: dict[str, dt.date] = {}
    for row in held:
        line = str(row.product_line)
        until[line] = max(until.get(line, row.last_day), row.last_day)
    know = (*held, *asked) or sold
    return Standing(
        likeness=likeness,
        protected=tuple(sorted(until.items())),
        reviewed=tuple(sorted({str(row.product_line) for row in asked} - set(until))),
        ask=tuple(sorted({managers[row.partner_id] for row in know if row.partner_id in managers})),
    )


def _managers(partners: Sequence[int], day: dt.date) -> dict[int, str]:
    rows = PartnerManager.objects.on(day).filter(partner__in=partners, manager__is_active=True)
    return {row.partner_id: str(row.manager) for row in rows.select_related("manager")}


def log_direct(
    *,
    customer: Customer | None,
    product_line: ProductLine,
    acting_user: User,
    confirmed: bool = False,
    **fields: Any,
) -> DirectOpportunity:
    """Log an opportunity of our own. Against a protected customer it is warned of, and recorded.

    Args:
        customer: whom the rep chose; None looks the account up, or makes a customer of it.
        product_line: what is to be sold.
        acting_user: its owner.
        confirmed: logged in spite of the warning; a breach is then suspected.
        fields: of the record, `account_name` at least.

    Raises:
        ValidationError: it is protected for a partner, and nobody has confirmed it.
    """
    day = today()
    with decision(acting_user):
        row: DirectOpportunity = DirectOpportunity(
            customer=customer or customer_of(_account(fields)),
            product_line=product_line,
            owner=acting_user,
            logged_at=now(),
            opened_on=fields.pop("opened_on", day),
            active_on=fields.pop("active_on", day),
            **fields,
        )
        held = held_by_partner(row, day)
        if held and not confirmed:
            raise ValidationError({"confirmed": _warning(held, day)})
        row.warned = bool(held)
        row.save()
        suspect([row], day)
    return row


def _account(fields: Mapping[str, Any]) -> Account:
    return Account(
        fields["account_name"], fields.get("account_domain", ""), fields.get("account_country", "")
    )


def _warning(held: Sequence[Protection], day: dt.date) -> str:
    """What a rep reads who is about to work against a protection: never the partner."""
    until = max(row.last_day for row in held if row.last_day)
    ask = sorted(set(_managers([row.partner_id for row in held], day).values()))
    told = f"{held[0].product_line} is protected at this customer until {until:%-d %B %Y}."
    first = f" Ask {' or '.join(ask)} first." if ask else ""
    return f"{told}{first} To log it all the same, confirm it: a suspected breach is recorded."


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
        suspect([row], day)
    return row


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
        IllegalStep: the deal is a draft.
    """
    if deal is not None:
        check_submitted(deal)
    if not evidence.strip():
        raise ValidationError({"evidence": "Say what happened."})
    if happened_on > today():
        raise ValidationError({"happened_on": "This day is still to come."})
    with decision(acting_user), acting_as_app(partner):
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


def take_back_breach(breach: Breach, *, text: str, acting_user: User) -> Breach:
    """Take a confirmation back, with a reason: it counts no more. Who confirmed it stays known.

    Raises:
        ValidationError: it is not confirmed, or the reason is missing.
    """
    if not text.strip():
        raise ValidationError({"text": "Say why."})
    with decision(acting_user):
        row: Breach = Breach.objects.select_for_update().get(pk=breach.pk)
        if row.state != BreachState.CONFIRMED:
            raise ValidationError("Only a confirmed breach is taken back.")
        row.state = BreachState.WAIVED
        row.taken_back_by, row.taken_back_at, row.taken_back = acting_user, now(), text
        row.save(update_fields=["state", "taken_back_by", "taken_back_at", "taken_back"])
    return row
