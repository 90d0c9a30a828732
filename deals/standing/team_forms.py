"""What admins fill in about the teams that review."""

from collections.abc import Callable
from typing import Any

from django import forms

from accounts.forms import WEEKDAYS, HolidayForm, time_zones
from accounts.models import Role, User
from deals.actions.teams import add_holiday
from deals.models import ReviewTeam
from deals.standing.fields import CountriesField
from partners.forms.fields import Acting

ARBITERS = (Role.ADMIN, Role.MANAGER, Role.CHIEF)


class TeamForm(Acting, forms.Form):
    """Who a team is, what it reviews and when it works."""

    name = forms.CharField(label="Name", max_length=100)
    countries = CountriesField(
        label="Countries",
        required=False,
        help_text="Registrations for customers there: two-letter codes such as DE, AT, CH.",
    )
    everything_else = forms.BooleanField(
        label="Reviews everything else",
        required=False,
        help_text="Exactly one team does: choosing it here takes it from the other one.",
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=time_zones)
    working_days = forms.TypedMultipleChoiceField(
        label="Working days",
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose a working day at least."},
    )
    arbiter = forms.ModelChoiceField(
        User.objects.filter(role__in=ARBITERS, is_active=True).order_by("name"),
        label="Arbiter",
        required=False,
        empty_label="Nobody",
        help_text="Decides where the rules do not.",
    )

    def apply(self, verb: Callable[..., ReviewTeam], *of: Any, user: User) -> ReviewTeam | None:
        """The team as it was kept, or None: the errors then say why."""
        kept: ReviewTeam | None = self.act(verb, *of, acting_user=user)
        return kept


class TeamHolidayForm(Acting, HolidayForm):
    """A day on which the team does not work."""

    def apply(self, team: ReviewTeam, user: User) -> Any:
        """The holiday, or None."""
        return self.act(add_holiday, team, acting_user=user)
