"""What people fill in about themselves and their organisation."""

import datetime as dt
import zoneinfo
from typing import Any, ClassVar

from django import forms

from accounts.models import Organisation, User, check_currency

WEEKDAYS = list(
    enumerate(
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], start=1
    )
)
LIFETIMES = [(30, "30 days"), (90, "90 days"), (365, "1 year")]
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def time_zones(first: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """The IANA time zones as choices."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
    return ([first] if first else []) + [(name, name.replace("_", " ")) for name in names]


class ProfileForm(forms.ModelForm[User]):
    """Name and time zone; the address is changed by an admin."""

    time_zone = forms.ChoiceField(
        label="Time zone", required=False, help_text="In which times are shown to you."
    )

    class Meta:
        model = User
        fields: ClassVar = ["name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybodys = ("", f"The organisation's ({Organisation.current().time_zone})")
        self.fields["time_zone"].choices = time_zones(everybodys)  # type: ignore[attr-defined]


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="Name", max_length=100, help_text="What will use it.")
    days = forms.TypedChoiceField(label="Valid for", choices=LIFETIMES, coerce=int, initial=90)

    def lifetime(self) -> dt.timedelta:
        return dt.timedelta(days=self.cleaned_data["days"])


class OrganisationForm(forms.ModelForm[Organisation]):
    """Asks once more before the currency or the time zone changes."""

    reporting_currency = forms.CharField(
        max_length=3, validators=[check_currency], help_text="Sums and thresholds are in it."
    )
    time_zone = forms.ChoiceField(
        choices=time_zones,
        help_text="Days begin and end in it; the nightly run starts at 02:15 in it.",
    )
    working_days = forms.TypedMultipleChoiceField(
        choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    colour = forms.CharField(
        widget=forms.TextInput(attrs={"type": "color", "class": "form-control-color"}),
        help_text="Of buttons and links; it is darkened or lightened until it can be read.",
    )
    understood = forms.BooleanField(required=False, label="I know what this changes")

    WARNINGS: ClassVar = {
        "reporting_currency": (
            "Another reporting currency: amounts that were reported so far stay as they are, plan "
            "rates into the new currency must be loaded, and thresholds in money mean another sum."
        ),
        "time_zone": (
            "Another time zone: today, deadlines and the nightly run move by the difference; "
            "dates that are stored stay."
        ),
    }

    class Meta:
        model = Organisation
        fields: ClassVar = ["name", "reporting_currency", "time_zone", "working_days", "colour"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound or not self._risky():
            del self.fields["understood"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "understood" in self.fields and not data.pop("understood", False):
            for name in self._risky():
                self.add_error(None, self.WARNINGS[name])
            self.add_error("understood", "Tick this to save the change.")
        return data

    def _risky(self) -> list[str]:
        return [name for name in self.WARNINGS if name in self.changed_data]


class HolidayForm(forms.Form):
    day = forms.DateField(label="Day", widget=DAY)
    name = forms.CharField(label="Name", max_length=100)


class DayForm(forms.Form):
    day = forms.DateField()


class YearNameForm(forms.Form):
    name = forms.CharField(max_length=20)


class FiscalYearForm(forms.Form):
    start = forms.DateField(label="First day of the year", widget=DAY)


class LogoForm(forms.Form):
    logo = forms.FileField(
        label="PNG or JPEG, up to 200 kB",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
