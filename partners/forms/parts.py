"""The parts of a partner that the edit page changes one by one."""

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms

from accounts.models import User
from imports.models import Source
from partners.actions.records import (
    add_external_id,
    add_fiscal_period,
    remove_external_id,
    remove_fiscal_period,
)
from partners.actions.standing import set_manager, set_status, set_territory, set_tier
from partners.forms.fields import Acting, DayInput, PeopleField, Suggesting, since_field
from partners.lists import territories, tiers
from partners.models import Partner, Status


class PartForm(Acting, forms.Form):
    """Changes one part of a partner by its verb."""

    verb: ClassVar[Callable[..., Any]]

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner

    def apply(self, partner: Partner, acting_user: User) -> Any:
        """True when done, or None."""
        return self.act(type(self).verb, partner, acting_user=acting_user)


class StatusForm(PartForm):
    verb = staticmethod(set_status)
    status = forms.ChoiceField(label="Status", choices=Status.choices)
    since = since_field()


class TierForm(PartForm):
    verb = staticmethod(set_tier)
    tier = forms.CharField(
        label="Tier",
        max_length=50,
        required=False,
        widget=Suggesting("tiers"),
        help_text="Empty: no tier from that day on.",
    )
    since = since_field()


class TerritoryForm(PartForm):
    verb = staticmethod(set_territory)
    territory = forms.CharField(
        label="Territory",
        max_length=100,
        required=False,
        widget=Suggesting("territories"),
        help_text="Empty: unknown from that day on.",
    )
    since = since_field()


class ManagerForm(PartForm):
    verb = staticmethod(set_manager)
    manager = PeopleField(label="Channel manager")
    deputy = PeopleField(label="Deputy", help_text="Sees the partner and stands in.")
    since = since_field()


class FiscalPeriodForm(PartForm):
    verb = staticmethod(add_fiscal_period)
    name = forms.CharField(label="Name", max_length=20, help_text="For example FY2026.")
    start = forms.DateField(label="First day", widget=DayInput)
    end = forms.DateField(label="Last day", widget=DayInput)


class ExternalIdForm(PartForm):
    verb = staticmethod(add_external_id)
    source = forms.SlugField(
        label="Source",
        max_length=50,
        widget=Suggesting("sources"),
        help_text="The system or company that uses the id, for example erp.",
    )
    external_id = forms.CharField(label="Id", max_length=100)


class RemovePeriodForm(PartForm):
    def apply(self, partner: Partner, acting_user: User) -> Any:
        return self.act(remove_fiscal_period, acting_user=acting_user)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"] = forms.ModelChoiceField(self.partner.fiscal_periods.all())


class RemoveExternalIdForm(PartForm):
    def apply(self, partner: Partner, acting_user: User) -> Any:
        return self.act(remove_external_id, acting_user=acting_user)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["external_id"] = forms.ModelChoiceField(self.partner.external_ids.all())


# The parts of the edit page, by the name that a form sends along.
PARTS: dict[str, type[PartForm]] = {
    "status": StatusForm,
    "tier": TierForm,
    "territory": TerritoryForm,
    "manager": ManagerForm,
    "fiscal-period": FiscalPeriodForm,
    "external-id": ExternalIdForm,
    "remove-fiscal-period": RemovePeriodForm,
    "remove-external-id": RemoveExternalIdForm,
}


def suggestions() -> dict[str, list[str]]:
    """What the texts with suggestions offer, by the id of their list."""
    return {
        "tiers": [value for value, _ in tiers()],
        "territories": [value for value, _ in territories()],
        "sources": list(Source.objects.values_list("name", flat=True)),
    }


def standing_on(partner: Partner, day: dt.date) -> dict[str, dict[str, Any]]:
    """What the dated parts show before anything is typed: what holds on a day."""
    status = partner.statuses.on(day).first()
    tier = partner.tiers.on(day).first()
    territory = partner.territories.on(day).first()
    people = partner.managers.on(day).first()
    return {
        "status": {"status": status.status if status else Status.ACTIVE},
        "tier": {"tier": tier.tier if tier else ""},
        "territory": {"territory": territory.territory if territory else ""},
        "manager": {"manager": people.manager_id, "deputy": people.deputy_id} if people else {},
    }
