"""Forms about customers. Each checks, calls one verb, and shows the answer."""

import copy
import uuid
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse_lazy

from accounts.models import Organisation, User
from customers.actions import records
from customers.actions.merges import merge_customer
from customers.models import Customer, CustomerQuerySet, Level, Witness
from customers.rules import looks_like_placeholder
from partners.forms.fields import Acting, DayInput, Suggesting

YES_NO = (("yes", "Yes"), ("no", "No"))


def _today() -> Any:
    return Organisation.current().today()


class CustomerFilter(filters.FilterSet):  # type: ignore[misc]
    """What a list of customers can be narrowed by, on the page and in the API."""

    q = filters.CharFilter(
        label="Name, alias, domain or id", method="search", widget=forms.SearchInput
    )
    level = filters.ChoiceFilter(label="Level", choices=Level.choices, empty_label="Any")
    lost = filters.ChoiceFilter(
        label="Said to be lost", choices=YES_NO, method="is_lost", empty_label="Any"
    )
    placeholder = filters.ChoiceFilter(
        label="Placeholder", choices=YES_NO, method="is_placeholder", empty_label="Any"
    )

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    def search(self, rows: CustomerQuerySet, _name: str, text: str) -> CustomerQuerySet:
        """By what it is called."""
        return rows.search(text.strip())

    def is_lost(self, rows: CustomerQuerySet, _name: str, value: str) -> QuerySet[Customer]:
        """Whether somebody says so."""
        lost = rows.lost()
        return lost if value == "yes" else rows.exclude(pk__in=lost.values("pk"))

    def is_placeholder(self, rows: CustomerQuerySet, _name: str, value: str) -> QuerySet[Customer]:
        """Whether it stands for nobody."""
        return rows.filter(placeholder=value == "yes")


class CustomerField(forms.CharField):
    """A customer, by its exact name or its id; suggestions come as one types."""

    customers: CustomerQuerySet = Customer.objects.none()

    def __init__(self, **options: Any) -> None:
        widget = Suggesting(
            "customer-names",
            **{
                "hx-get": reverse_lazy("customers:suggest"),
                "hx-trigger": "input delay:200ms changed",
                "hx-target": "#customer-names",
                "hx-sync": "this:replace",
            },
        )
        super().__init__(widget=widget, max_length=200, **options)

    def clean(self, value: Any) -> Customer | None:
        """Raises ValidationError unless exactly one customer is meant."""
        text = super().clean(value)
        if not text:
            return None
        found = list(self.customers.filter(**_meant(text))[:2])
        if not found:
            raise ValidationError(f"No customer is called {text}. Choose one of the list.")
        if len(found) > 1:
            raise ValidationError("Several customers are called so. Write the id of its page.")
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        """The name, where a key is known."""
        if isinstance(value, int):
            value = self.customers.filter(pk=value).first()
        return value.name if isinstance(value, Customer) else value


def _meant(text: str) -> dict[str, Any]:
    try:
        return {"public_id": uuid.UUID(text)}
    except ValueError:
        return {"name__iexact": text}


class CustomerForm(Acting, forms.ModelForm[Customer]):
    """Who a customer is."""

    parent = CustomerField(
        label="Part of", required=False, help_text="A group, or for a site its entity."
    )

    class Meta:
        model = Customer
        fields = ("name", "level", "parent", "country", "placeholder")
        help_texts: ClassVar = {"country": "Two letters such as DE."}

    def __init__(self, data: Any = None, *, user: User, instance: Customer | None = None) -> None:
        # The form writes what was typed into its instance: the page keeps its own.
        super().__init__(data, instance=copy.copy(instance))
        self.fields["parent"].customers = Customer.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def create(self, user: User) -> Customer | None:
        """The new customer, or None."""
        if self.is_valid() and looks_like_placeholder(self.cleaned_data["name"]):
            self.cleaned_data["placeholder"] = True
        made: Customer | None = self.act(records.create_customer, acting_user=user)
        return made

    def apply(self, customer: Customer, user: User) -> Customer | None:
        """The changed customer, or None."""
        found: Customer | None = self.act(records.change_customer, customer, acting_user=user)
        return found


class PartForm(Acting, forms.Form):
    """Adds something to a customer by its verb."""

    verb: ClassVar[Any]

    def apply(self, customer: Customer, user: User) -> Any:
        """True when done, or None."""
        return self.act(type(self).verb, customer, acting_user=user)


class AliasForm(PartForm):
    verb = staticmethod(records.add_alias)
    name = forms.CharField(label="Another name", max_length=200)


class DomainForm(PartForm):
    verb = staticmethod(records.add_domain)
    domain = forms.CharField(label="Web domain", max_length=253, help_text="Such as example.com.")


class ContactForm(PartForm):
    verb = staticmethod(records.add_contact)
    name = forms.CharField(label="Name", max_length=150)
    role = forms.CharField(label="Role", max_length=100, required=False)
    email = forms.EmailField(label="E-mail address", required=False)
    phone = forms.CharField(label="Phone", max_length=50, required=False)


class ContractForm(PartForm):
    verb = staticmethod(records.set_contract_end)
    ends_on = forms.DateField(
        label="Contract ends",
        widget=DayInput,
        required=False,
        help_text="Empty: no end is known.",
    )


class LossForm(PartForm):
    verb = staticmethod(records.report_loss)
    lost_on = forms.DateField(label="Lost since", widget=DayInput, initial=_today)
    said_by = forms.ChoiceField(label="Who says so", choices=Witness.choices)
    why = forms.CharField(
        label="Why", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawForm(PartForm):
    verb = staticmethod(records.withdraw_loss)


class MergeForm(Acting, forms.Form):
    """Into which customer, and from which day on."""

    into = CustomerField(label="Merge into", help_text="The customer that stays.")
    on = forms.DateField(label="On", widget=DayInput, initial=_today)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].customers = Customer.objects.visible_to(user)  # type: ignore[attr-defined]

    def apply(self, customer: Customer, user: User) -> Any:
        """The merged customer, or None."""
        return self.act(merge_customer, customer, acting_user=user)


# What is added on a customer's page, by the name that a form sends along.
PARTS: dict[str, type[PartForm]] = {
    "loss": LossForm,
    "withdraw": WithdrawForm,
    "contract": ContractForm,
    "alias": AliasForm,
    "domain": DomainForm,
    "contact": ContactForm,
}
