import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from imports.models import Source
from partners.models import (
    Partner,
    PartnerExternalId,
    PartnerManager,
    PartnerStatus,
    PartnerTerritory,
    PartnerTier,
)

LIST = reverse("partners:list")
ALWAYS = DateRange(dt.date(2000, 1, 1), None)

SignIn = Callable[[User], Client]


def names(client: Client, **query: str) -> list[str]:
    return [partner.name for partner in client.get(LIST, query).context["page"].object_list]


@pytest.fixture
def at_desk(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


@pytest.fixture
def channel(partner: Partner, other_partner: Partner) -> None:
    """Two partners that differ in everything."""
    PartnerTier.objects.create(partner=partner, tier="Gold", valid=ALWAYS)
    PartnerTier.objects.create(partner=other_partner, tier="Silver", valid=ALWAYS)
    PartnerTerritory.objects.create(partner=partner, territory="North", valid=ALWAYS)
    other_partner.statuses.update(status="ended")
    Partner.objects.filter(pk=other_partner.pk).update(kinds=["distributor", "service"])
    erp = Source.objects.create(name="erp")
    PartnerExternalId.objects.create(partner=other_partner, source=erp, external_id="X-4711")


@pytest.mark.parametrize("role", ["direct", "partner_admin", "partner_rep"])
def test_others_meet_not_found(
    role: str, request: pytest.FixtureRequest, sign_in: SignIn, partner: Partner
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.get(LIST).status_code == 404


def test_a_manager_sees_their_own_in_the_list(
    channel: None, sign_in: SignIn, manager: User
) -> None:
    page = sign_in(manager).get(LIST)
    assert [row.name for row in page.context["page"].object_list] == ["Alpha Systems"]
    assert "Beta" not in page.content.decode()


def test_every_row_links_to_its_partner_and_shows_its_standing(
    channel: None, at_desk: Client, partner: Partner
) -> None:
    page = at_desk.get(LIST).content.decode()
    assert f'href="{reverse("partners:detail", args=[partner.public_id])}"' in page
    for shown in ("P-1", "Reseller", "Active", "Gold", "North", "Mia Manager"):
        assert shown in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "alpha"}, ["Alpha Systems"]),
        ({"q": "ETA NET"}, ["Beta Networks"]),
        ({"q": "b"}, ["Beta Networks"]),
        ({"q": "p-2"}, ["Beta Networks"]),
        ({"q": "-47"}, ["Beta Networks"]),
        ({"q": "100%"}, []),
        ({"status": "active"}, ["Alpha Systems"]),
        ({"status": "ended"}, ["Beta Networks"]),
        ({"kind": "service"}, ["Beta Networks"]),
        ({"tier": "Gold"}, ["Alpha Systems"]),
        ({"territory": "North"}, ["Alpha Systems"]),
        ({"manager": "otto.manager@example.com"}, ["Beta Networks"]),
        ({"tier": "Gold", "status": "ended"}, []),
        ({"sort": "-name"}, ["Beta Networks", "Alpha Systems"]),
        ({"sort": "-number"}, ["Beta Networks", "Alpha Systems"]),
        ({"sort": "password"}, ["Alpha Systems", "Beta Networks"]),
        ({"status": "no-such"}, ["Alpha Systems", "Beta Networks"]),
        ({"q": "alpha\0"}, ["Alpha Systems", "Beta Networks"]),
        ({"page": "99999999999999999999"}, ["Alpha Systems", "Beta Networks"]),
    ],
)
def test_search_filters_and_sort(
    channel: None, at_desk: Client, query: dict[str, str], found: list[str]
) -> None:
    assert names(at_desk, **query) == found


def test_standing_of_yesterday_is_not_found_today(
    channel: None, at_desk: Client, partner: Partner
) -> None:
    partner.tiers.update(valid=DateRange(dt.date(2000, 1, 1), dt.date(2020, 1, 1)))
    assert names(at_desk, tier="Gold") == []


def test_merged_partners_only_when_asked(
    channel: None, at_desk: Client, partner: Partner, other_partner: Partner
) -> None:
    Partner.objects.filter(pk=other_partner.pk).update(
        merged_into=partner, merged_on=dt.date(2026, 1, 1)
    )
    assert names(at_desk) == ["Alpha Systems"]
    assert names(at_desk, merged="only") == ["Beta Networks"]
    assert names(at_desk, merged="all") == ["Alpha Systems", "Beta Networks"]


def test_counts_stop_where_nobody_turns_pages(
    channel: None, at_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partners.lists.MOST", 1)
    page = at_desk.get(LIST)
    assert len(page.context["page"].object_list) == 1
    assert "of more than" in page.content.decode()


def many(count: int, manager: User) -> None:
    rows = [Partner(number=f"M-{i}", name=f"Many {i:03}") for i in range(count)]
    for row in Partner.objects.bulk_create(rows):
        PartnerStatus.objects.create(partner=row, status="active", valid=ALWAYS)
        PartnerManager.objects.create(partner=row, manager=manager, valid=ALWAYS)


# session, user, organisation, 3 x choices (tiers, territories, managers), count, keys of the page,
# rows with their standing, their health, the sources whose ids an export may tell.
BUDGET = 11


@pytest.mark.parametrize("rows", [25, 200])
def test_the_list_costs_the_same_at_every_size(rows: int, at_desk: Client, manager: User) -> None:
    many(rows, manager)
    with CaptureQueriesContext(connection) as queries:
        page = at_desk.get(LIST, {"per": str(rows)})
    assert len(page.context["page"].object_list) == rows
    assert len(queries) == BUDGET, [query["sql"][:100] for query in queries.captured_queries]


def test_suggestions_name_the_partners_that_one_may_see(
    channel: None, sign_in: SignIn, admin: User, manager: User
) -> None:
    suggest: Any = reverse("partners:suggest")
    assert 'value="P-2"' in sign_in(admin).get(suggest, {"into": "beta"}).content.decode()
    assert sign_in(admin).get(suggest).content.decode().strip() == ""
    page = sign_in(manager).get(suggest, {"into": "beta"})
    assert "P-2" not in page.content.decode()
