"""Who gives partners up, who takes them, which, and from when on."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import Organisation, User
from partners.actions.reassign import Duty, reassign
from partners.actions.standing import MANAGING_ROLES
from partners.forms.fields import Acting, DayInput, PeopleField
from partners.models import Partner, PartnerManager


class LeavingField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of those who look after partners, with an account or shut out."""

    def __init__(self, **options: Any) -> None:
        holders = PartnerManager.objects.values("manager").union(
            PartnerManager.objects.exclude(deputy=None).values("deputy")
        )
        people = User.objects.filter(Q(role__in=MANAGING_ROLES) | Q(pk__in=holders))
        super().__init__(people, to_field_name="public_id", empty_label="Choose one", **options)

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name} ({obj.email})" + ("" if obj.is_active else ", deactivated")


class ReassignForm(Acting, forms.Form):
    """The first step: from whom to whom."""

    leaving = LeavingField(label="From")
    to = PeopleField(label="To")
    duty = forms.ChoiceField(label="As", choices=Duty.choices, initial=Duty.BOTH)
    since = forms.DateField(
        label="From this day on",
        widget=DayInput,
        initial=lambda: Organisation.current().today(),
        help_text="Days before stay as they were; plans for other people stay too.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].required = True

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError for handing over to oneself."""
        data = super().clean() or self.cleaned_data
        if data.get("to") and data.get("to") == data.get("leaving"):
            raise ValidationError({"to": "Choose somebody else than who gives them up."})
        return data


class ChosenForm(ReassignForm):
    """The second step: which partners."""

    partners = forms.ModelMultipleChoiceField(
        Partner.objects.all(),
        to_field_name="public_id",
        error_messages={"required": "Choose at least one partner."},
    )

    def apply(self, acting_user: User) -> int | None:
        """How many partners changed hands, or None: the errors then say why."""
        done: int | None = self.act(reassign, acting_user=acting_user)
        return done
