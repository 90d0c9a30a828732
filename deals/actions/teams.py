"""Teams that review registrations: which countries, when they work, who arbitrates."""

import datetime as dt
import zoneinfo
from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.history import decision
from channelhub.lib.promises import in_words
from deals.models import Deal, ReviewTeam, TeamHoliday

PROMISES = {
    "deals_reviewteam_name_key": ("name", "Another team has this name."),
    "team_works_on_a_day": ("working_days", "Choose a working day at least."),
    "one_holiday_per_team_and_day": ("day", "This day is a holiday already."),
}
LAST_FRIDAY_HOUR = 17
FRIDAY = 5


def create_team(*, acting_user: User, **facts: Any) -> ReviewTeam:
    """A new team; where it reviews everything else, another one does no more.

    Args:
        acting_user: who sets it up.
        facts: name, countries, everything_else, time_zone, working_days, arbiter.

    Raises:
        ValidationError: by field; another team has the name or one of the countries, or it would
            review nothing.
    """
    return _save(ReviewTeam(), facts, acting_user)


def change_team(team: ReviewTeam, *, acting_user: User, **facts: Any) -> ReviewTeam:
    """Change a team. Registrations that wait already keep their times.

    Raises:
        ValidationError: as for a new one, or nobody would review everything else.
    """
    return _save(team, facts, acting_user)


def remove_team(team: ReviewTeam, *, acting_user: User) -> None:
    """Remove a team that has reviewed nothing.

    Raises:
        ValidationError: registrations rest on it, or it reviews everything else.
    """
    with decision(acting_user):
        row = _locked(team)
        if row.everything_else:
            raise ValidationError("Say first which other team reviews everything else.")
        if Deal.objects.filter(team=row).exists():
            raise ValidationError(
                f"{row} has reviewed registrations: it stays. Give its countries to another team."
            )
        row.delete()


def add_holiday(team: ReviewTeam, *, day: dt.date, name: str, acting_user: User) -> TeamHoliday:
    """A day on which the team does not work; what is due already stays due then.

    Raises:
        ValidationError: it is one already.
    """
    with decision(acting_user), in_words(PROMISES):
        return TeamHoliday.objects.create(team=team, day=day, name=name)


def remove_holiday(team: ReviewTeam, *, day: dt.date, acting_user: User) -> None:
    """The team works on that day."""
    with decision(acting_user):
        for row in TeamHoliday.objects.filter(team=team, day=day):
            row.delete()


def example(team: ReviewTeam, day: dt.date, working_days: int) -> tuple[dt.datetime, dt.datetime]:
    """When a registration of the next Friday, 17:00, is due; both on the team's clocks.

    Raises:
        ValueError: the team does not work for more than a year.
    """
    zone = zoneinfo.ZoneInfo(team.time_zone)
    friday = day + dt.timedelta(days=(FRIDAY - day.isoweekday()) % 7)
    submitted = dt.datetime.combine(friday, dt.time(LAST_FRIDAY_HOUR), zone)
    return submitted, team.calendar().after_days(submitted, working_days).astimezone(zone)


def _save(team: ReviewTeam, facts: dict[str, Any], acting_user: User) -> ReviewTeam:
    with decision(acting_user), in_words(PROMISES):
        row = _locked(team)
        for name, value in facts.items():
            setattr(row, name, value)
        others = ReviewTeam.objects.exclude(pk=row.pk)
        _check_countries(row.countries, others)
        _check_everything_else(row, others)
        row.full_clean(validate_unique=False, validate_constraints=False)
        if row.everything_else:
            _take_over(others)
        row.save()
    return row


def _locked(team: ReviewTeam) -> ReviewTeam:
    """The team as it is now; all of them are locked, for what holds among them."""
    rows = {row.pk: row for row in ReviewTeam.objects.select_for_update().order_by("pk")}
    return rows[team.pk] if team.pk else team


def _check_countries(countries: Collection[str], others: Any) -> None:
    taken = others.filter(countries__overlap=list(countries)) if countries else others.none()
    for other in taken:
        shared = ", ".join(sorted(set(countries) & set(other.countries)))
        raise ValidationError({"countries": f"{other} reviews {shared} already."})


def _check_everything_else(row: ReviewTeam, others: Any) -> None:
    if row.everything_else:
        return
    if not others.filter(everything_else=True).exists():
        told = "One team has to review everything else. Choose it on that team's page."
        raise ValidationError({"everything_else": told})
    if not row.countries:
        told = "Name the countries that it reviews, or let it review everything else."
        raise ValidationError({"countries": told})


def _take_over(others: Any) -> None:
    for other in others.filter(everything_else=True):
        other.everything_else = False
        other.save(update_fields=["everything_else"])
