"""Drafts: begun, saved as they are typed, thrown away, submitted."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from channelhub.lib.roles import acting_as_app
from deals.actions.accounts import account_of, customer_of
from deals.actions.files import drop_contents
from deals.actions.steps import locked, now, step, today
from deals.models import (
    Deal,
    DealLine,
    DealRole,
    ReviewTeam,
    RoleKind,
    RulesOfEngagement,
)
from deals.rules.states import IllegalStep, State, Step
from partners.models import Partner, PartnerManager
from sales.models import ProductLine

# The fields of the first step: complete with these.
COMPLETE = ("account_name", "account_domain", "account_country", "currency", "expected_close",
            "effort")  # fmt: skip


def begin_draft(
    partner: Partner, *, acting_user: User, lines: Mapping[ProductLine, Decimal], **fields: Any
) -> Deal:
    """A draft that only the partner sees, with what is known of it so far."""
    with decision(acting_user), acting_as_app(partner):
        deal = Deal(partner=partner, registered_by=acting_user, **fields)
        if not deal.currency:
            deal.currency = partner.currency or Organisation.current().reporting_currency
        _save(deal)
        _set_lines(deal, lines)
    return deal


def save_draft(
    deal: Deal,
    *,
    acting_user: User,
    lines: Mapping[ProductLine, Decimal] | None = None,
    **fields: Any,
) -> Deal:
    """Keep what was typed; lines that are not given any more go, where lines are given.

    Raises:
        ValidationError: it is submitted already, or the reference is another registration's.
    """
    with locked(deal, acting_user) as mine:
        _check_draft(mine)
        for name, value in fields.items():
            setattr(mine, name, value)
        _save(mine, update_fields=list(fields))
        if lines is not None:
            _set_lines(mine, lines)
    return mine


def discard_draft(deal: Deal, *, acting_user: User) -> None:
    """Throw a draft away.

    Raises:
        ValidationError: it is submitted already: it can be withdrawn.
    """
    with locked(deal, acting_user) as mine:
        _check_draft(mine)
        drop_contents(mine.files.all())
        mine.delete()


def submit_deal(deal: Deal, *, accepts: int | None = None, acting_user: User) -> Deal:
    """Hand a complete draft in: the clock starts, and the partner's rep leads from today.

    The answer is the same whatever we know of the customer.

    Args:
        deal: the draft.
        accepts: the version of the rules that was read; the one in force where nobody says.
        acting_user: who hands it in.

    Raises:
        ValidationError: by field, what is missing for it to be complete, or that other rules
            are in force than those that were read.
        IllegalStep: it is submitted already.
    """
    with locked(deal, acting_user) as mine:
        rules = RulesOfEngagement.objects.on(today())
        if mine.state == State.DRAFT:
            _check_rules(rules, accepts)
            check_complete(mine)
        at = now()
        team = ReviewTeam.for_country(mine.account_country)
        step(
            mine,
            Step.SUBMIT,
            by=acting_user,
            at=at,
            fields={
                "customer": customer_of(account_of(mine)),
                "rules": rules,
                "team": team,
                "submitted_at": at,
                "complete_at": at,
                "active_at": at,
                **clock(team, rules, mine, at),
            },
        )
        _give_roles(mine)
    return mine


def clock(
    team: ReviewTeam, rules: RulesOfEngagement, deal: Deal, start: dt.datetime
) -> dict[str, dt.datetime]:
    """When a decision is escalated, due and missed, by the strictest terms of the lines."""
    calendar = team.calendar()
    terms = [rules.terms_for(deal.type, line.product_line_id) for line in deal.lines.all()]
    return {
        "escalates_at": calendar.after_days(start, min(t.escalation_days for t in terms)),
        "due_at": calendar.after_days(start, min(t.decision_days for t in terms)),
        "misses_at": calendar.after_days(start, min(t.miss_days for t in terms)),
    }


def check_complete(deal: Deal) -> None:
    """Raises ValidationError by field, saying what the first step still needs."""
    missing: dict[str, str] = {
        name: "Fill this in." for name in COMPLETE if not getattr(deal, name)
    }
    if not deal.lines.exists():
        missing["product_line"] = "Choose a product line and its amount."
    if missing:
        raise ValidationError(missing)


def _check_rules(rules: RulesOfEngagement, accepts: int | None) -> None:
    if accepts is not None and accepts != rules.version:
        message = f"Version {rules.version} of the rules is in force. Read it, and submit again."
        raise ValidationError({"rules": message})


def _check_draft(deal: Deal) -> None:
    if deal.state != State.DRAFT:
        raise IllegalStep("This registration is submitted already.")


def _save(deal: Deal, **options: Any) -> None:
    try:
        with transaction.atomic():
            deal.save(**options)
    except IntegrityError as error:
        if "one_registration_per_external_reference" not in str(error):
            raise
        message = "Another registration of yours has this number."
        raise ValidationError({"external_reference": message}) from error


def _set_lines(deal: Deal, lines: Mapping[ProductLine, Decimal]) -> None:
    deal.lines.exclude(product_line__in=lines).delete()
    DealLine.objects.bulk_create(
        [
            DealLine(deal=deal, partner=deal.partner, product_line=line, amount=amount)
            for line, amount in lines.items()
        ],
        update_conflicts=True,
        unique_fields=["deal", "product_line"],
        update_fields=["amount"],
    )


def _give_roles(deal: Deal) -> None:
    """Whoever registered it leads; the partner's channel manager stands beside."""
    day = today()
    valid = DateRange(day, None)
    people = [(RoleKind.PARTNER_REP, deal.registered_by, True)]
    assigned = PartnerManager.objects.on(day).filter(partner=deal.partner)
    people += [(RoleKind.MANAGER, row.manager, False) for row in assigned.select_related("manager")]
    for kind, user, leads in people:
        DealRole.objects.create(
            deal=deal, partner=deal.partner, kind=kind, user=user, leads=leads, valid=valid
        )
