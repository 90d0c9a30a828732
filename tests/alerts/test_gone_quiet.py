"""Partners whose people sign in, register and update less than they did."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Organisation, SignIn, User
from alerts import actions
from alerts.canaries.gone_quiet import Activity, Class, GoneQuiet, chance_of, classify
from alerts.models import Alert
from partners.models import OwnResult, Partner

CANARY = GoneQuiet()
AS_OF = dt.date(2025, 12, 31)


def activity(recent: int, before: int) -> Activity:
    return Activity(partner=1, recent=recent, before=before, kinds={}, size=None)


@pytest.mark.parametrize(
    ("recent", "before", "kind"),
    [
        (0, 52, Class.QUIET),
        (3, 52, Class.QUIET),
        (4, 52, Class.AS_BEFORE),
        (12, 52, Class.AS_BEFORE),
        # A fall of everything that chance would make in 7 of 100 cases.
        (0, 12, Class.AS_BEFORE),
        (0, 11, Class.TOO_LITTLE),
    ],
)
def test_a_fall_that_chance_would_hardly_make(recent: int, before: int, kind: Class) -> None:
    assert classify(activity(recent, before), CANARY.limits) == kind


@given(st.integers(0, 90), st.integers(0, 365))
def test_chance_is_a_probability_and_grows_with_what_is_done(recent: int, before: int) -> None:
    assert 0 <= chance_of(recent, before) <= 1.000001
    assert chance_of(recent, before + 1) <= chance_of(recent, before) + 1e-9


def test_signing_in_is_noted_once_a_day(
    partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    for _ in range(2):
        sign_in(partner_rep)
    (noted,) = SignIn.objects.all()
    assert (noted.user, noted.day) == (partner_rep, Organisation.current().today())


def test_it_opens_and_ends_when_they_come_back(partner_rep: User, partner: Partner) -> None:
    weekly = [AS_OF - dt.timedelta(days=100 + 7 * week) for week in range(50)]
    SignIn.objects.bulk_create(SignIn(user=partner_rep, day=day) for day in weekly)
    actions.recompute(AS_OF)
    alert = Alert.objects.get(canary=CANARY.name)
    assert alert.partners.get() == partner
    assert "0 of the last 90 days" in alert.evidence["reason"]
    recent = [AS_OF - dt.timedelta(days=5 * step) for step in range(14)]
    SignIn.objects.bulk_create(SignIn(user=partner_rep, day=day) for day in recent)
    actions.recompute(AS_OF + dt.timedelta(days=1))
    alert.refresh_from_db()
    assert alert.ended_on == AS_OF + dt.timedelta(days=1)


def test_who_never_did_much_is_not_told(partner: Partner) -> None:
    OwnResult.objects.create(
        partner=partner, start=dt.date(2024, 1, 1), end=dt.date(2024, 12, 31), amount=1,
        currency="USD", source="The partner", known_on=dt.date(2025, 3, 1),
    )  # fmt: skip
    actions.recompute(AS_OF)
    assert not Alert.objects.filter(canary=CANARY.name).exists()
