"""Review teams: who reviews which countries, and what their clock means."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from deals.actions.teams import example
from deals.models import Deal, ReviewTeam, TeamHoliday
from partners.models import Partner

from .conftest import Clock

SignIn = Callable[[User], Client]


@pytest.fixture
def desk(admin: User, sign_in: SignIn, clock: Clock) -> Client:
    return sign_in(admin)


def typed(**changed: Any) -> dict[str, Any]:
    facts = {
        "name": "EMEA desk", "countries": "de, at", "time_zone": "Europe/Berlin",
        "working_days": ["1", "2", "3", "4", "5"],
    }  # fmt: skip
    return {**facts, **changed}


def test_a_team_is_set_up_and_reviews_its_countries(
    desk: Client, submitted: Callable[..., Deal], partner: Partner, partner_rep: User
) -> None:
    desk.post("/teams/new/", typed())
    made = ReviewTeam.objects.get(name="EMEA desk")
    assert made.countries == ["AT", "DE"]
    assert submitted(partner, partner_rep, account_country="AT").team == made
    assert submitted(partner, partner_rep, name="B", account_country="FR").team != made


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"name": "Deal desk"}, "Another team has this name."),
        ({"countries": ""}, "Name the countries that it reviews"),
        ({"countries": "Austria"}, "Write the two capital letters"),
        ({"working_days": []}, "Choose a working day at least."),
        ({"time_zone": "Mars/Crater"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    changed: dict[str, Any], told: str, desk: Client
) -> None:
    assert told in desk.post("/teams/new/", typed(**changed)).content.decode()
    assert ReviewTeam.objects.count() == 1


def test_a_country_is_one_team_s(desk: Client) -> None:
    desk.post("/teams/new/", typed())
    second = desk.post("/teams/new/", typed(name="DACH desk", countries="CH, DE"))
    assert "EMEA desk reviews DE already." in second.content.decode()


def test_exactly_one_team_reviews_everything_else(desk: Client, team: ReviewTeam) -> None:
    only = desk.post(
        f"/teams/{team.public_id}/", typed(name="Deal desk", countries="FR", everything_else="")
    )
    assert "One team has to review everything else." in only.content.decode()
    desk.post("/teams/new/", typed(countries="", everything_else="on"))
    assert ReviewTeam.objects.get(everything_else=True).name == "EMEA desk"
    team.refresh_from_db()
    assert not team.everything_else
    assert "Nothing" in desk.get("/teams/").content.decode()


def test_a_team_that_reviewed_something_stays(
    desk: Client, submitted: Callable[..., Deal], partner: Partner, partner_rep: User,
    team: ReviewTeam,
) -> None:  # fmt: skip
    desk.post("/teams/new/", typed())
    new = ReviewTeam.objects.get(name="EMEA desk")
    only = desk.post(f"/teams/{team.public_id}/remove/", follow=True).content.decode()
    assert "Say first which other team reviews everything else." in only
    submitted(partner, partner_rep, account_country="DE")
    used = desk.post(f"/teams/{new.public_id}/remove/", follow=True).content.decode()
    assert "EMEA desk has reviewed registrations: it stays." in used
    desk.post("/teams/new/", typed(name="Other", countries="FR"))
    other = ReviewTeam.objects.get(name="Other")
    desk.post(f"/teams/{other.public_id}/remove/")
    assert ReviewTeam.objects.count() == 2


def test_the_example_follows_holidays_and_the_clocks_of_the_team(
    desk: Client, team: ReviewTeam
) -> None:
    # Of a Monday, the next Friday is the 6th.
    page = f"/teams/{team.public_id}/"
    told = desk.get(page).content.decode()
    assert "A registration submitted Friday 6 Mar 17:00 is due Tuesday 10 Mar 17:00" in told
    desk.post(f"{page}holidays/add/", {"day": "2026-03-09", "name": "Spring day"})
    assert "is due Wednesday 11 Mar 17:00" in desk.get(page).content.decode()
    twice = desk.post(f"{page}holidays/add/", {"day": "2026-03-09", "name": "Again"})
    assert "This day is a holiday already." in twice.content.decode()
    desk.post(f"{page}holidays/remove/", {"day": "2026-03-09"})
    assert not TeamHoliday.objects.exists()
    team.time_zone = "America/New_York"
    submitted, due = example(team, dt.date(2026, 3, 2), 2)
    # The clocks change on the 8th: the deadline does not move by an hour.
    assert (submitted.hour, due.hour, due.day) == (17, 17, 10)
    assert due - submitted == dt.timedelta(days=4)


def test_a_team_that_never_works_is_said_to(team: ReviewTeam, desk: Client) -> None:
    team.working_days = [1]
    team.save()
    day = dt.date(2026, 3, 2)
    TeamHoliday.objects.bulk_create(
        TeamHoliday(team=team, day=day + dt.timedelta(days=7 * week), name="Away")
        for week in range(80)
    )
    assert "nothing would ever be due" in desk.get("/teams/").content.decode()


def test_only_admins_open_them(sign_in: SignIn, manager: User, chief: User) -> None:
    for other in (manager, chief):
        assert sign_in(other).get("/teams/").status_code == 404


def test_the_arbiter_is_one_of_ours(
    desk: Client, chief: User, partner_admin: User, team: ReviewTeam
) -> None:
    page, facts = f"/teams/{team.public_id}/", typed(everything_else="on")
    assert (
        "Select a valid choice"
        in desk.post(page, {**facts, "arbiter": partner_admin.pk}).content.decode()
    )
    desk.post(page, {**facts, "arbiter": chief.pk})
    team.refresh_from_db()
    assert team.arbiter == chief
