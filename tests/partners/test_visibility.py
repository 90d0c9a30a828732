import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Organisation, User
from partners.models import Partner, PartnerManager

DAY = dt.timedelta(days=1)


def numbers(user: User) -> set[str]:
    return {partner.number for partner in Partner.objects.visible_to(user)}


@pytest.fixture
def both(partner: Partner, other_partner: Partner) -> None:
    pass


@pytest.fixture
def today(organisation: Organisation) -> dt.date:
    return organisation.today()


def test_admin_and_chief_see_all(both: None, admin: User, chief: User) -> None:
    assert numbers(admin) == numbers(chief) == {"P-1", "P-2"}


def test_a_manager_sees_those_assigned_today(
    both: None, manager: User, other_manager: User
) -> None:
    assert numbers(manager) == {"P-1"}
    assert numbers(other_manager) == {"P-2"}


def test_partner_people_see_their_own(
    both: None, partner_admin: User, partner_rep: User, other_partner_admin: User
) -> None:
    assert numbers(partner_admin) == numbers(partner_rep) == {"P-1"}
    assert numbers(other_partner_admin) == {"P-2"}


def test_direct_sales_and_strangers_see_none(both: None, direct: User) -> None:
    assert numbers(direct) == set()
    assert not Partner.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize(
    ("first", "end", "seen"),
    [
        (-30, 1, True),  # today is its last day
        (-30, 0, False),  # ended yesterday
        (0, None, True),  # starts today
        (1, None, False),  # starts tomorrow
    ],
)
def test_an_assignment_counts_on_its_days_only(
    make_partner: Callable[..., Partner],
    manager: User,
    today: dt.date,
    first: int,
    end: int | None,
    seen: bool,  # noqa: FBT001 - the expected answer
) -> None:
    partner = make_partner("P-9", "Dated")
    valid = DateRange(today + first * DAY, None if end is None else today + end * DAY)
    PartnerManager.objects.create(partner=partner, manager=manager, valid=valid)
    assert (numbers(manager) == {"P-9"}) is seen


def test_a_deputy_sees_what_the_manager_sees(
    partner: Partner, manager: User, other_manager: User
) -> None:
    assert numbers(other_manager) == set()
    partner.managers.update(deputy=other_manager)
    assert numbers(other_manager) == {"P-1"}
