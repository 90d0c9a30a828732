import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import User
from partners.actions.standing import set_manager, set_status, set_territory, set_tier
from partners.models import Partner, PartnerTier

JAN, MAR, JUN, SEP = (dt.date(2026, month, 1) for month in (1, 3, 6, 9))
AS = dt.date(2026, 2, 1)


def spans(partner: Partner) -> list[tuple[str, dt.date | None, dt.date | None]]:
    rows = partner.tiers.order_by("valid")
    return [(row.tier, row.valid.lower, row.valid.upper) for row in rows]


@pytest.fixture
def tier(partner: Partner, admin: User) -> Any:
    def set_(name: str, since: dt.date) -> list[tuple[str, dt.date | None, dt.date | None]]:
        set_tier(partner, tier=name, since=since, acting_user=admin)
        return spans(partner)

    return set_


def test_the_new_ends_the_old(tier: Any) -> None:
    assert tier("Silver", JAN) == [("Silver", JAN, None)]
    assert tier("Gold", MAR) == [("Silver", JAN, MAR), ("Gold", MAR, None)]


def test_setting_what_holds_changes_nothing(tier: Any) -> None:
    tier("Silver", JAN)
    assert tier("Silver", MAR) == [("Silver", JAN, None)]


def test_a_correction_replaces_what_was_recorded_later(tier: Any) -> None:
    tier("Silver", JAN)
    tier("Gold", MAR)
    tier("Platinum", SEP)
    assert tier("Bronze", JUN) == [
        ("Silver", JAN, MAR),
        ("Gold", MAR, JUN),
        ("Bronze", JUN, None),
    ]


def test_a_correction_on_the_same_day_replaces_the_row(tier: Any) -> None:
    tier("Silver", JAN)
    assert tier("Gold", JAN) == [("Gold", JAN, None)]


def test_an_earlier_day_makes_the_same_fact_longer(tier: Any) -> None:
    tier("Gold", MAR)
    assert tier("Gold", JAN) == [("Gold", JAN, None)]


def test_taking_a_change_back_continues_the_old_row(tier: Any) -> None:
    tier("Silver", JAN)
    tier("Gold", MAR)
    assert tier("Silver", MAR) == [("Silver", JAN, None)]


def test_nothing_from_a_day_on(tier: Any) -> None:
    tier("Silver", JAN)
    assert tier("", MAR) == [("Silver", JAN, MAR)]
    assert tier("Gold", JUN) == [("Silver", JAN, MAR), ("Gold", JUN, None)]
    assert tier("", JAN) == []


def test_days_without_a_beginning_are_kept(partner: Partner, tier: Any) -> None:
    PartnerTier.objects.create(partner=partner, tier="Old", valid=DateRange(None, None))
    assert tier("Gold", MAR) == [("Old", None, MAR), ("Gold", MAR, None)]


def test_the_database_refuses_two_at_once(partner: Partner, tier: Any) -> None:
    tier("Silver", JAN)
    with pytest.raises(IntegrityError, match="one_tier_per_partner"), transaction.atomic():
        PartnerTier.objects.create(partner=partner, tier="Gold", valid=DateRange(MAR, JUN))


def test_status_and_territory_are_dated_too(partner: Partner, admin: User) -> None:
    set_status(partner, status="ended", since=MAR, acting_user=admin)
    set_territory(partner, territory="North", since=MAR, acting_user=admin)
    assert partner.statuses.on(AS).get().status == "active"
    assert partner.statuses.on(MAR).get().status == "ended"
    assert not partner.territories.on(AS).exists()
    with pytest.raises(ValidationError, match="Choose one of"):
        set_status(partner, status="gone", since=MAR, acting_user=admin)


def test_manager_and_deputy(
    partner: Partner, admin: User, manager: User, other_manager: User, direct: User
) -> None:
    def put(who: User | None, deputy: User | None = None) -> None:
        set_manager(partner, manager=who, deputy=deputy, since=MAR, acting_user=admin)

    put(other_manager, manager)
    assert partner.managers.on(AS).get().manager == manager
    assert partner.managers.on(MAR).get().deputy == manager
    for who, deputy, why in (
        (manager, manager, "somebody else"),
        (None, manager, "Choose the manager"),
        (direct, None, "not one of the channel's people"),
    ):
        with pytest.raises(ValidationError, match=why):
            put(who, deputy)
    put(None)
    assert not partner.managers.on(MAR).exists()
