"""Who works on a registration: shared with colleagues, led by one person on each day."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Role, User
from deals.actions.progress import flag_unclear, set_lead, settle_flag, share, withdraw
from deals.models import Deal, DealRole, Notice, RoleKind
from deals.rules.states import IllegalStep, Step
from partners.models import Partner


@pytest.fixture
def deal(submitted: Callable[..., Deal], partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


@pytest.fixture
def colleague(make_user: Callable[..., User], partner: Partner) -> User:
    return make_user("Rita Rep", Role.PARTNER_REP, partner)


def leads_on(deal: Deal, day: dt.date) -> list[User]:
    roles = DealRole.objects.on(day).filter(deal=deal, leads=True)
    return [role.user for role in roles.select_related("user")]


def test_a_colleague_sees_what_is_shared_with_them(
    deal: Deal, partner_rep: User, colleague: User
) -> None:
    assert not Deal.objects.visible_to(colleague).exists()
    share(deal, to=colleague, acting_user=partner_rep)
    assert Deal.objects.visible_to(colleague).get() == deal
    with pytest.raises(ValidationError, match="has a role on it already"):
        share(deal, to=colleague, acting_user=partner_rep)
    assert deal.steps.filter(step=Step.SHARE).count() == 1


def test_nobody_elsewhere_is_let_in(
    deal: Deal, partner_rep: User, other_partner_admin: User, manager: User
) -> None:
    for outsider in (other_partner_admin, manager):
        with pytest.raises(ValidationError, match="Choose a colleague"):
            share(deal, to=outsider, acting_user=partner_rep)
    assert not deal.steps.filter(step=Step.SHARE).exists()


def test_the_lead_goes_from_one_to_the_other_on_a_day(
    deal: Deal, partner_rep: User, colleague: User, clock: Any
) -> None:
    first = clock.now.date()
    clock.turn(days=3)
    set_lead(deal, lead=colleague, acting_user=partner_rep)
    today = clock.now.date()
    assert leads_on(deal, first) == leads_on(deal, today - dt.timedelta(1)) == [partner_rep]
    assert leads_on(deal, today) == [colleague]
    stays = DealRole.objects.on(today).get(deal=deal, user=partner_rep)
    assert not stays.leads


def test_however_often_it_changes_on_a_day_one_leads(
    deal: Deal, partner_rep: User, colleague: User, manager: User, direct: User, clock: Any
) -> None:
    for lead in (colleague, manager, direct, manager, partner_rep, partner_rep, colleague):
        set_lead(deal, lead=lead, acting_user=manager)
        assert leads_on(deal, clock.now.date()) == [lead]
    kinds = dict(DealRole.objects.on(clock.now.date()).values_list("user", "kind"))
    assert kinds == {
        partner_rep.pk: RoleKind.PARTNER_REP,
        colleague.pk: RoleKind.PARTNER_REP,
        manager.pk: RoleKind.MANAGER,
        direct.pk: RoleKind.DIRECT,
    }


def test_whoever_has_nothing_to_do_with_it_does_not_lead(
    deal: Deal, other_partner_admin: User, chief: User, manager: User, partner_rep: User, clock: Any
) -> None:
    for stranger in (other_partner_admin, chief):
        with pytest.raises(ValidationError, match="Choose somebody who works on it"):
            set_lead(deal, lead=stranger, acting_user=manager)
    assert leads_on(deal, clock.now.date()) == [partner_rep]


def test_a_flag_is_raised_once_settled_once_and_may_come_again(
    deal: Deal, partner_rep: User, manager: User
) -> None:
    flag = flag_unclear(deal, text="Rolf or Rita?", acting_user=partner_rep)
    with pytest.raises(IllegalStep, match="flagged already"):
        flag_unclear(deal, text="Who?", acting_user=manager)
    settle_flag(flag, answer="Rolf.", acting_user=manager)
    with pytest.raises(ValidationError, match="settled already"):
        settle_flag(flag, answer="Rita.", acting_user=manager)
    flag_unclear(deal, text="Still not clear.", acting_user=partner_rep)
    assert deal.flags.count() == deal.steps.filter(step=Step.FLAG).count() == 2
    assert Notice.objects.filter(to=manager, subject="Not clear who leads").count() == 2
    assert Notice.objects.filter(to=partner_rep, subject="It is clear now who leads").count() == 1


def test_what_is_closed_has_no_new_lead_and_no_flag(deal: Deal, partner_rep: User) -> None:
    withdraw(deal, acting_user=partner_rep)
    with pytest.raises(IllegalStep):
        set_lead(deal, lead=partner_rep, acting_user=partner_rep)
    with pytest.raises(IllegalStep):
        flag_unclear(deal, text="Who?", acting_user=partner_rep)
