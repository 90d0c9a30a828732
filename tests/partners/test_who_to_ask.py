"""Whom direct sales may ask about a territory, without learning which partners are there."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import Organisation, User
from partners.models import Partner, PartnerManager, PartnerTerritory
from partners.people.queries import who_to_ask
from tests.conftest import LONG_AGO

pytestmark = pytest.mark.django_db


def asked() -> list[tuple[str, str, str]]:
    return [(row["territory"], row["name"], row["email"]) for row in who_to_ask()]


def test_every_territory_with_todays_managers_once(
    partner: Partner,
    other_partner: Partner,
    manager: User,
    make_partner: Callable[..., Partner],
) -> None:
    for number in ("P-3", "P-4"):
        third = make_partner(number, number, manager)
        PartnerTerritory.objects.create(partner=third, territory="South", valid=LONG_AGO)
    for each in (partner, other_partner):
        PartnerTerritory.objects.create(partner=each, territory="North", valid=LONG_AGO)
    assert asked() == [
        ("North", "Mia Manager", "mia.manager@example.com"),
        ("North", "Otto Manager", "otto.manager@example.com"),
        ("South", "Mia Manager", "mia.manager@example.com"),
    ]


def test_yesterdays_are_not_named(
    organisation: Organisation, partner: Partner, other_partner: Partner
) -> None:
    past = DateRange(dt.date(2000, 1, 1), organisation.today())
    PartnerTerritory.objects.create(partner=partner, territory="North", valid=past)
    PartnerTerritory.objects.create(partner=other_partner, territory="South", valid=LONG_AGO)
    PartnerManager.objects.filter(partner=other_partner).update(valid=past)
    assert asked() == []
