"""Fields that several forms about partners have."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy

from accounts.models import Organisation, User
from partners.actions.standing import MANAGING_ROLES
from partners.models import Partner, PartnerQuerySet

FROM_HELP = (
    "The first day it holds. It ends what held before; everything recorded to begin on that day"
    " or later is replaced."
)


class DayInput(forms.DateInput):
    """A day, by the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Suggesting(forms.TextInput):
    """A text with suggestions that the page lists beside it."""

    def __init__(self, suggestions: str, **attrs: object) -> None:
        super().__init__(attrs={"list": suggestions, "autocomplete": "off", **attrs})


class PartnerField(forms.CharField):
    """One of `partners`, by its number; suggestions come as one types."""

    partners: PartnerQuerySet = Partner.objects.none()

    def __init__(self, **options: Any) -> None:
        widget = Suggesting(
            "partner-numbers",
            **{
                "hx-get": reverse_lazy("partners:suggest"),
                "hx-trigger": "input delay:200ms changed",
                "hx-target": "#partner-numbers",
                "hx-sync": "this:replace",
            },
        )
        super().__init__(widget=widget, max_length=100, **options)

    def clean(self, value: Any) -> Partner | None:
        number = super().clean(value)
        if not number:
            return None
        if found := self.partners.filter(number=number).first():
            return found
        raise ValidationError(f"No partner has the number {number}. Choose one of the list.")

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            value = self.partners.filter(pk=value).first()
        return value.number if isinstance(value, Partner) else value


class Acting(forms.BaseForm):
    """A form that ends in one verb."""

    def act(self, verb: Callable[..., Any], *args: Any, **facts: Any) -> Any:
        """What the verb answers for what was typed, or None: the errors then say why."""
        if not self.is_valid():
            return None
        try:
            return verb(*args, **self.cleaned_data, **facts) or True
        except ValidationError as error:
            self.add_error(None, error)
            return None


def since_field() -> forms.DateField:
    """From which day on; today until said otherwise."""
    return forms.DateField(
        label="From",
        widget=DayInput,
        initial=lambda: Organisation.current().today(),
        help_text=FROM_HELP,
    )


class PeopleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of those who may look after partners."""

    def __init__(self, **options: Any) -> None:
        people = User.objects.filter(role__in=MANAGING_ROLES, is_active=True)
        super().__init__(people, empty_label="Nobody", required=False, **options)

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.get_role_display()})"
