"""Which partner stays when two records are one company."""

from typing import Any

from django import forms

from accounts.models import Organisation, User
from partners.actions.merges import check_merge
from partners.forms.fields import DayInput, PartnerField
from partners.models import Partner


class MergeForm(forms.Form):
    """Into which partner, and from which day on."""

    into = PartnerField(label="Merge into", help_text="The number of the partner that stays.")
    on = forms.DateField(
        label="On",
        widget=DayInput,
        initial=lambda: Organisation.current().today(),
        help_text="From this day on its sales and alerts count with the partner that stays.",
    )

    def __init__(self, *args: Any, partner: Partner, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.fields["into"].partners = Partner.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if into := data.get("into"):
            check_merge(self.partner, into)
        return data
