"""Who a partner is."""

import copy
from typing import Any, ClassVar

from django import forms

from accounts.models import Organisation, User
from partners.actions.promises import NUMBER_TAKEN
from partners.actions.records import create_partner, update_partner
from partners.actions.standing import check_manager
from partners.forms.fields import Acting, DayInput, PartnerField, PeopleField, Suggesting
from partners.models import Partner, PartnerKind, Status


class RecordForm(Acting, forms.ModelForm[Partner]):
    """Who the partner is."""

    kinds = forms.MultipleChoiceField(
        label="Kinds",
        choices=PartnerKind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind."},
    )
    company = PartnerField(
        label="Company",
        required=False,
        help_text="For a branch: the number of the company that it belongs to.",
    )
    website = forms.URLField(label="Website", required=False, assume_scheme="https")

    class Meta:
        model = Partner
        fields = ("number", "name", "kinds", "type", "company", "currency", "website")
        error_messages: ClassVar = {"number": {"unique": NUMBER_TAKEN}}

    def __init__(self, data: Any = None, *, user: User, instance: Partner | None = None) -> None:
        # The form writes what was typed into its instance: the page keeps its own.
        super().__init__(data, instance=copy.copy(instance))
        company = self.fields["company"]
        company.partners = Partner.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def apply(self, partner: Partner, acting_user: User) -> Partner | None:
        """The changed partner, or None."""
        return self.act(update_partner, partner, acting_user=acting_user)  # type: ignore[no-any-return]


class CreateForm(RecordForm):
    """A new partner and what holds for it from a day on."""

    status = forms.ChoiceField(label="Status", choices=Status.choices, initial=Status.ACTIVE)
    tier = forms.CharField(label="Tier", max_length=50, required=False, widget=Suggesting("tiers"))
    territory = forms.CharField(
        label="Territory", max_length=100, required=False, widget=Suggesting("territories")
    )
    manager = PeopleField(label="Channel manager")
    deputy = PeopleField(label="Deputy")
    since = forms.DateField(
        label="From",
        widget=DayInput,
        initial=lambda: Organisation.current().today(),
        help_text="The first day on which status, tier, territory and manager hold.",
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        check_manager(data.get("manager"), data.get("deputy"))
        return data

    def create(self, acting_user: User) -> Partner | None:
        """The new partner, or None."""
        return self.act(create_partner, acting_user=acting_user)  # type: ignore[no-any-return]
