"""Pages of the teams that review registrations."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.forms import WEEKDAYS, DayForm
from accounts.models import Organisation
from accounts.permissions import signed_in
from channelhub.lib.history import entries
from deals.actions import teams as verbs
from deals.actions.steps import today
from deals.models import ReviewTeam, RulesOfEngagement
from deals.standing.team_forms import TeamForm, TeamHolidayForm
from deals.tabs import tabs


def team_list(request: HttpRequest) -> HttpResponse:
    """Every team: what it reviews, when it works, and what its clock means."""
    rows = ReviewTeam.objects.select_related("arbiter").prefetch_related("holidays")
    context = {
        "title": "Review teams",
        "teams": [_told(team) for team in rows],
        "tabs": tabs(request, "teams:list"),
    }
    return render(request, "deals/standing/team_list.html", context)


def team_create(request: HttpRequest) -> HttpResponse:
    """A new team."""
    organisation = Organisation.current()
    usual = {"time_zone": organisation.time_zone, "working_days": organisation.working_days}
    form = TeamForm(request.POST or None, initial=usual)
    if request.method == "POST" and (
        made := form.apply(verbs.create_team, user=signed_in(request))
    ):
        messages.success(request, f"{made} is set up.")
        return redirect("teams:edit", made.public_id)
    context = {"title": "New review team", "form": form}
    return render(request, "deals/standing/team_create.html", context)


def team_edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One team: its record, its holidays, and an example of its clock."""
    team = _team(public_id)
    form = TeamForm(request.POST or None, initial=_facts(team))
    if request.method == "POST" and form.apply(verbs.change_team, team, user=signed_in(request)):
        messages.success(request, "Saved.")
        return redirect("teams:edit", public_id)
    return _page(request, _team(public_id), form, TeamHolidayForm(auto_id="holiday_%s"))


@require_POST
def team_remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A team that was set up by mistake."""
    team = _team(public_id)
    try:
        verbs.remove_team(team, acting_user=signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("teams:edit", public_id)
    messages.success(request, f"{team} is removed.")
    return redirect("teams:list")


@require_POST
def add_holiday(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One more day on which the team does not work."""
    team = _team(public_id)
    form = TeamHolidayForm(request.POST, auto_id="holiday_%s")
    if form.apply(team, signed_in(request)):
        messages.success(request, f"{form.cleaned_data['name']} is a holiday of {team}.")
        return redirect("teams:edit", public_id)
    return _page(request, team, TeamForm(initial=_facts(team)), form)


@require_POST
def remove_holiday(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One such day less."""
    team, form = _team(public_id), DayForm(request.POST)
    if form.is_valid():
        verbs.remove_holiday(team, day=form.cleaned_data["day"], acting_user=signed_in(request))
        messages.success(request, f"{form.cleaned_data['day']:%-d %b %Y} is an ordinary day.")
    return redirect("teams:edit", public_id)


def _team(public_id: uuid.UUID) -> ReviewTeam:
    found: ReviewTeam = get_object_or_404(ReviewTeam.objects.all(), public_id=public_id)
    return found


def _facts(team: ReviewTeam) -> dict[str, Any]:
    return {
        name: getattr(team, name)
        for name in ("name", "countries", "everything_else", "time_zone", "working_days", "arbiter")
    }


def _page(
    request: HttpRequest, team: ReviewTeam, form: TeamForm, holiday: TeamHolidayForm
) -> HttpResponse:
    context = {
        "title": team.name,
        "team": team,
        "example": _example(team),
        "form": form,
        "holiday_form": holiday,
        "holidays": team.holidays.all(),
        "history": entries(team, parts=["deals.TeamHolidayEvent"]),
    }
    return render(request, "deals/standing/team_edit.html", context)


def _told(team: ReviewTeam) -> dict[str, Any]:
    names = dict(WEEKDAYS)
    return {
        "team": team,
        "days": ", ".join(names[day][:3] for day in sorted(team.working_days)),
        "holidays": sum(row.day >= today() for row in team.holidays.all()),
        "example": _example(team),
    }


def _example(team: ReviewTeam) -> str:
    """What its clock means, by the rules in force."""
    rules = RulesOfEngagement.objects.on(today())
    terms = rules.terms_for("", None)
    try:
        submitted, due = verbs.example(team, today(), terms.decision_days)
    except ValueError:
        return "It does not work for more than a year: nothing would ever be due."
    return (
        f"A registration submitted {submitted:%A %-d %b %H:%M} is due {due:%A %-d %b %H:%M}"
        f" ({team.time_zone.replace('_', ' ')})."
    )
