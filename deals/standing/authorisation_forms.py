"""What admins fill in about agreements."""

from django import forms

from accounts.models import User
from deals.actions.standing import authorise, end_authorisation
from deals.models import Authorisation
from deals.standing.fields import CountriesField
from partners.forms.fields import Acting, DayInput
from partners.models import Partner
from sales.models import ProductLine


class AuthorisationForm(Acting, forms.Form):
    """What a partner may sell, where, and under which agreement."""

    agreement = forms.CharField(label="Agreement", max_length=100, help_text="Its number or name.")
    product_line = forms.ModelChoiceField(ProductLine.objects.all(), label="Product line")
    countries = CountriesField(
        label="Countries",
        required=False,
        help_text="Two-letter codes such as DE, AT, CH. Empty means everywhere.",
    )
    start = forms.DateField(label="First day", widget=DayInput)
    end = forms.DateField(
        label="Last day", widget=DayInput, required=False, help_text="Empty where none is agreed."
    )

    def apply(self, partner: Partner, user: User) -> Authorisation | None:
        """The authorisation, or None: the errors then say why."""
        made: Authorisation | None = self.act(authorise, partner, acting_user=user)
        return made


class EndForm(Acting, forms.Form):
    """The last day of an authorisation."""

    end = forms.DateField(label="Last day", widget=DayInput)

    def apply(self, authorisation: Authorisation, user: User) -> Authorisation | None:
        """The authorisation as it is now, or None."""
        done: Authorisation | None = self.act(end_authorisation, authorisation, acting_user=user)
        return done

    @property
    def problem(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(str(each) for every in self.errors.values() for each in every)
