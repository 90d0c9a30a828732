"""One person's partners go to another: who may, which days, which partners, and who did it."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from partners.actions.reassign import reassign
from partners.history import entries, events_of
from partners.models import Partner, PartnerManager
from tests.conftest import LONG_AGO

SignIn = Callable[[User], Client]
PAGE = "/partners/reassign/"
SINCE = dt.date(2026, 6, 1)


def held(partner: Partner) -> list[tuple[str, str | None, str, str]]:
    """Manager, deputy, first and end day of each row, in the order of days."""
    return [
        (row.manager.name, row.deputy.name if row.deputy else None, str(row.valid.lower),
         str(row.valid.upper))
        for row in partner.managers.order_by("valid")
    ]  # fmt: skip


def sent(leaving: User, to: User, *partners: Partner, duty: str = "both") -> dict[str, object]:
    asked = {"leaving": str(leaving.public_id), "to": to.pk, "duty": duty, "since": str(SINCE)}
    chosen = {"confirmed": "1", "partners": [str(partner.public_id) for partner in partners]}
    return {**asked, **(chosen if partners else {})}


def test_days_before_stay_and_the_history_says_who(
    partner: Partner, manager: User, other_manager: User, admin: User
) -> None:
    count = reassign(
        [partner], leaving=manager, to=other_manager, duty="both", since=SINCE, acting_user=admin
    )

    assert count == 1
    assert held(partner) == [
        ("Mia Manager", None, "2000-01-01", "2026-06-01"),
        ("Otto Manager", None, "2026-06-01", "None"),
    ]
    told = [each for each in entries(events_of(partner)) if each.who == "Ada Admin"]
    assert any("Otto Manager" in change.new for each in told for change in each.changes)


def test_what_was_planned_for_others_stays_and_a_deputy_who_takes_over_has_none(
    partner: Partner, manager: User, other_manager: User, chief: User, admin: User
) -> None:
    partner.managers.all().delete()
    for person, deputy, first, end in (
        (manager, other_manager, dt.date(2026, 1, 1), dt.date(2026, 9, 1)),
        (chief, manager, dt.date(2026, 9, 1), dt.date(2026, 12, 1)),
        (manager, None, dt.date(2026, 12, 1), None),
    ):
        PartnerManager.objects.create(
            partner=partner, manager=person, deputy=deputy, valid=DateRange(first, end)
        )

    reassign(
        [partner], leaving=manager, to=other_manager, duty="manager", since=SINCE,
        acting_user=admin,
    )  # fmt: skip

    assert held(partner) == [
        ("Mia Manager", "Otto Manager", "2026-01-01", "2026-06-01"),
        ("Otto Manager", None, "2026-06-01", "2026-09-01"),
        ("Carl Chief", "Mia Manager", "2026-09-01", "2026-12-01"),
        ("Otto Manager", None, "2026-12-01", "None"),
    ]
    reassign(
        [partner], leaving=manager, to=other_manager, duty="deputy", since=SINCE, acting_user=admin
    )
    assert held(partner)[2] == ("Carl Chief", "Otto Manager", "2026-09-01", "2026-12-01")


def test_the_page_shows_counts_and_hands_a_selection_over(
    partner: Partner, manager: User, other_manager: User, admin: User, sign_in: SignIn,
    make_partner: Callable[..., Partner],
) -> None:  # fmt: skip
    second = make_partner("P-9", "Iota", manager)
    client = sign_in(admin)

    assert "Mia Manager" in client.get(PAGE).content.decode()
    look = client.post(PAGE, sent(manager, other_manager))
    assert (look.context["count"], look.context["as_manager"], look.context["as_deputy"]) == (
        2,
        2,
        0,
    )
    done = client.post(PAGE, sent(manager, other_manager, second), follow=True)

    assert "1 partner of Mia Manager went to Otto Manager." in done.content.decode()
    assert len(held(partner)) == 1
    assert held(second)[-1][0] == "Otto Manager"


def test_a_partner_that_is_not_theirs_changes_nothing_at_all(
    partner: Partner, other_partner: Partner, manager: User, chief: User, admin: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    answer = sign_in(admin).post(PAGE, sent(manager, chief, partner, other_partner))

    assert "changed hands meanwhile" in answer.content.decode()
    assert len(held(partner)) == len(held(other_partner)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("leaving", "nobody"),
        ("to", ""),
        ("to", "0"),
        ("duty", "x"),
        ("since", "soon"),
        ("partners", "none"),
    ],
)
def test_what_cannot_be_is_explained(
    name: str, value: str, partner: Partner, manager: User, other_manager: User, admin: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    answer = sign_in(admin).post(PAGE, {**sent(manager, other_manager, partner), name: value})

    assert answer.status_code == 200
    assert len(held(partner)) == 1


def test_nobody_hands_over_to_oneself_or_to_who_cannot(
    partner: Partner, manager: User, direct: User, admin: User, sign_in: SignIn
) -> None:
    answer = sign_in(admin).post(PAGE, sent(manager, manager, partner))

    assert "somebody else" in answer.content.decode()
    with pytest.raises(ValidationError, match="not one of the channel's people"):
        reassign([partner], leaving=manager, to=direct, duty="both", since=SINCE, acting_user=admin)
    assert len(held(partner)) == 1


def test_without_partners_the_page_says_so(admin: User, chief: User, sign_in: SignIn) -> None:
    answer = sign_in(admin).post(PAGE, sent(chief, admin))

    assert "Nothing to hand over." in answer.content.decode()


def test_deactivating_somebody_with_partners_leads_to_the_page(
    partner: Partner, manager: User, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    person = client.get(reverse("people:person", args=[manager.public_id])).content.decode()
    assert "hand them over" in person

    answer = client.post(reverse("people:deactivate", args=[manager.public_id]), follow=True)

    assert answer.redirect_chain[0][0] == f"{PAGE}?from={manager.public_id}"
    text = answer.content.decode()
    assert "Mia Manager still looks after 1 partner." in text
    assert f'value="{manager.public_id}" selected' in text


def test_deactivating_somebody_without_partners_stays(
    chief: User, admin: User, sign_in: SignIn
) -> None:
    answer = sign_in(admin).post(reverse("people:deactivate", args=[chief.public_id]))

    assert answer["Location"] == reverse("people:person", args=[chief.public_id])


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin", "partner_rep"])
def test_only_admins_hand_over(
    role: str, partner: Partner, sign_in: SignIn, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(role))

    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {}).status_code == 404


def test_a_program_hands_over_all_or_some(
    partner: Partner, manager: User, other_manager: User, admin: User,
    api: Callable[[User], APIClient], make_partner: Callable[..., Partner],
) -> None:  # fmt: skip
    make_partner("P-9", "Iota", manager)
    asked = {"leaving": manager.email, "to": other_manager.email, "since": str(SINCE)}
    door, address = api(admin), reverse("api:partner-reassign")

    assert door.post(address, {**asked, "partners": ["P-404"]}, format="json").status_code == 400
    some = door.post(address, {**asked, "partners": ["P-9"]}, format="json")
    rest = door.post(address, asked, format="json")

    assert (some.json(), rest.json()) == ({"partners": 1}, {"partners": 1})
    assert held(partner)[-1][0] == "Otto Manager"
    assert api(manager).post(address, asked, format="json").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_hand_overs_at_once_one_happens(
    partner: Partner, manager: User, other_manager: User, chief: User, admin: User
) -> None:
    start, results = threading.Barrier(2), []

    def hand_over(to: User) -> None:
        try:
            start.wait(timeout=10)
            reassign([partner], leaving=manager, to=to, duty="both", since=SINCE, acting_user=admin)
            results.append("done")
        except ValidationError:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand_over, args=[to]) for to in (other_manager, chief)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done", "refused"]
    assert len(held(partner)) == 2


@pytest.mark.parametrize("count", [25, 200])
def test_the_cost_does_not_grow_with_the_partners(
    count: int, manager: User, other_manager: User, admin: User, sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    partners = Partner.objects.bulk_create(
        Partner(number=f"N-{n}", name=f"N {n}") for n in range(count)
    )
    PartnerManager.objects.bulk_create(
        PartnerManager(partner=each, manager=manager, valid=LONG_AGO) for each in partners
    )
    client = sign_in(admin)

    # session, user, organisation 2, leaving, to, rows
    with django_assert_max_num_queries(9):
        client.post(PAGE, sent(manager, other_manager))
    # these, both people again, partners chosen, context, savepoints, lock, rows, changes
    with django_assert_max_num_queries(26):
        client.post(PAGE, sent(manager, other_manager, *partners))
    assert PartnerManager.objects.filter(manager=other_manager).count() == count
