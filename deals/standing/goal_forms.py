"""What our people fill in about certifications and targets."""

from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Organisation, User, check_currency
from deals.actions.goals import agree_target, certify, change_target, expire_certification
from deals.models import Certification, Target
from partners.forms.fields import Acting, DayInput
from partners.models import Partner, Person
from sales.models import ProductLine


class CertificationForm(Acting, forms.Form):
    """Who is certified for what, and until when."""

    name = forms.CharField(label="Certification", max_length=150)
    person = forms.ModelChoiceField(
        Person.objects.none(), to_field_name="public_id", required=False, label="Person",
        empty_label="The partner itself",
    )  # fmt: skip
    number = forms.CharField(label="Number", max_length=100, required=False)
    start = forms.DateField(label="First day", widget=DayInput)
    end = forms.DateField(
        label="Expires", widget=DayInput, required=False,
        help_text="The last day it holds. Empty where it does not expire.",
    )  # fmt: skip

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        people: Any = Person.objects.present().filter(partner=partner).order_by("name")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def apply(self, user: User) -> Certification | None:
        """The certification, or None: the errors then say why."""
        made: Certification | None = self.act(certify, self.partner, acting_user=user)
        return made


class ExpiryForm(Acting, forms.Form):
    """The last day of a certification."""

    end = forms.DateField(label="Expires", widget=DayInput)

    def apply(self, row: Certification, user: User) -> Certification | None:
        """The certification as it is now, or None."""
        done: Certification | None = self.act(expire_certification, row, acting_user=user)
        return done


class TargetForm(Acting, forms.Form):
    """What is to be reached, of what, and in which period."""

    product_line = forms.ModelChoiceField(
        ProductLine.objects.all(), required=False, label="Product line",
        empty_label="All product lines",
    )  # fmt: skip
    start = forms.DateField(label="First day", widget=DayInput)
    end = forms.DateField(label="Last day", widget=DayInput)
    amount = forms.DecimalField(
        label="Amount", max_digits=18, decimal_places=4, min_value=Decimal(0), required=False
    )
    currency = forms.CharField(
        label="Currency", max_length=3, required=False, validators=[check_currency],
        initial=lambda: Organisation.current().reporting_currency,
    )  # fmt: skip
    units = forms.DecimalField(
        label="Or units", max_digits=18, decimal_places=4, min_value=Decimal(0), required=False
    )

    def apply(self, partner: Partner, user: User) -> Target | None:
        """The target, or None: the errors then say why."""
        made: Target | None = self.act(agree_target, partner, acting_user=user)
        return made


class ValueForm(Acting, forms.Form):
    """Another value for a target."""

    value = forms.DecimalField(
        label="Target", max_digits=18, decimal_places=4, min_value=Decimal(0)
    )

    def apply(self, row: Target, user: User) -> Target | None:
        """The target as it is now, or None."""
        done: Target | None = self.act(change_target, row, acting_user=user)
        return done


def problem_of(form: forms.Form) -> str:
    """What is wrong, in one sentence."""
    return " ".join(str(each) for every in form.errors.values() for each in every)
