"""What people fill in about our own opportunities, who works what, and breaches."""

import uuid
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Role, User, check_currency
from customers.matching import Account
from customers.models import Customer
from customers.models.customers import check_country
from deals.actions.direct import (
    decide_breach,
    file_breach,
    log_direct,
    take_back_breach,
    touch_direct,
)
from deals.actions.progress import set_lead, settle_flag
from deals.actions.reviewing import REVIEWERS, reassign
from deals.models import (
    Breach,
    BreachKind,
    BreachQuerySet,
    BreachState,
    Deal,
    DirectOpportunity,
    DirectQuerySet,
    DirectState,
    UnclearFlag,
)
from deals.working import Asked
from partners.forms.fields import Acting, DayInput, PartnerField
from partners.lists import managers
from partners.models import Partner
from sales.models import ProductLine

YES = "yes"


class CodeField(forms.CharField):
    """A code in capitals, however it is typed."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").upper()


def country_field() -> CodeField:
    """A country by its two letters."""
    return CodeField(
        label="Country",
        max_length=2,
        required=False,
        validators=[check_country],
        widget=forms.TextInput(attrs={"size": 2}),
        help_text="Two letters such as DE.",
    )


def currency_field() -> CodeField:
    """A currency by its three letters."""
    return CodeField(
        label="Currency",
        max_length=3,
        required=False,
        validators=[check_currency],
        widget=forms.TextInput(attrs={"size": 3}),
    )


# --- May I call this customer? -----------------------------------------------------------------


class MayCallForm(forms.Form):
    """A customer as the rep knows it."""

    name = forms.CharField(label="Customer", max_length=200, widget=forms.SearchInput)
    domain = forms.CharField(label="Web domain", max_length=253, required=False)
    country = country_field()

    def account(self) -> Account:
        """What is asked about, once the form is valid."""
        asked = self.cleaned_data
        return Account(asked["name"], asked["domain"].lower(), asked["country"])


# --- Direct opportunities ----------------------------------------------------------------------


class LogForm(Acting, forms.ModelForm[DirectOpportunity]):
    """An opportunity that our direct sales begins to work on."""

    customer = forms.UUIDField(required=False, widget=forms.HiddenInput)
    account_country = country_field()
    currency = currency_field()
    product_line = forms.ModelChoiceField(ProductLine.objects.all(), to_field_name="public_id")
    confirmed = forms.BooleanField(label="I have asked, and log it all the same", required=False)

    class Meta:
        model = DirectOpportunity
        fields = (
            "account_name",
            "account_domain",
            "account_country",
            "product_line",
            "amount",
            "currency",
            "direct_team",
            "note",
        )
        widgets: ClassVar = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked only of somebody who has read the warning.
        self.warning = ""
        self.fields["confirmed"].widget = forms.HiddenInput()

    def clean_customer(self) -> Customer | None:
        chosen: uuid.UUID | None = self.cleaned_data["customer"]
        if chosen is None:
            return None
        found: Customer | None = Customer.objects.unmerged().filter(public_id=chosen).first()
        if found is None:
            raise ValidationError("There is no such customer. Ask again.")
        return found

    def log(self, user: User) -> DirectOpportunity | None:
        """The opportunity, or None: the errors, or the warning, then say why."""
        logged: DirectOpportunity | None = self.act(log_direct, acting_user=user)
        if warned := self.errors.pop("confirmed", None):
            self.warning = " ".join(str(each) for each in warned)
            self.fields["confirmed"].widget = forms.CheckboxInput()
        return logged


class ProgressForm(Acting, forms.ModelForm[DirectOpportunity]):
    """How it goes, or how it ended."""

    state = forms.ChoiceField(choices=DirectState.choices, required=False)
    currency = currency_field()

    class Meta:
        model = DirectOpportunity
        fields = ("amount", "currency", "direct_team", "note")
        widgets: ClassVar = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean_state(self) -> str:
        return self.cleaned_data["state"] or DirectState.OPEN

    def apply(self, user: User) -> DirectOpportunity | None:
        """The opportunity, or None: the errors then say why."""
        done: DirectOpportunity | None = self.act(touch_direct, self.instance, acting_user=user)
        return done


class DirectFilter(filters.FilterSet):  # type: ignore[misc]
    """What the list of direct opportunities is narrowed by."""

    q = filters.CharFilter(label="Customer, owner, team or id", method="search",
                           widget=forms.SearchInput)  # fmt: skip
    state = filters.ChoiceFilter(label="State", choices=DirectState.choices, empty_label="Any")
    product_line = filters.ModelChoiceFilter(
        label="Product line",
        queryset=ProductLine.objects.all(),
        to_field_name="public_id",
        empty_label="Any",
    )
    mine = filters.ChoiceFilter(
        label="Owner", choices=[(YES, "Mine")], method="own", empty_label="Anybody"
    )
    warned = filters.ChoiceFilter(
        label="Logged", choices=[(YES, "In spite of a warning")], method="against",
        empty_label="Any",
    )  # fmt: skip

    class Meta:
        model = DirectOpportunity
        fields: ClassVar[list[str]] = []

    def search(self, rows: DirectQuerySet, _name: str, text: str) -> DirectQuerySet:
        return rows.search(text.strip())

    def own(self, rows: DirectQuerySet, _name: str, _value: str) -> DirectQuerySet:
        return rows.filter(owner=self.request.user)

    def against(self, rows: DirectQuerySet, _name: str, _value: str) -> DirectQuerySet:
        return rows.filter(warned=True)


# --- Who works it ------------------------------------------------------------------------------


class WorkForm(forms.Form):
    """What "who works it" is narrowed by."""

    q = forms.CharField(
        label="Customer or number", max_length=200, required=False, widget=forms.SearchInput
    )
    show = forms.ChoiceField(
        label="Show", required=False, choices=[("", "Everything open"), ("unclear", "Unclear only")]
    )
    mine = forms.ChoiceField(
        label="Works it", required=False, choices=[("", "Anybody"), (YES, "I do")]
    )
    partner = forms.CharField(label="Partner's number", max_length=100, required=False)
    manager = forms.ModelChoiceField(
        label="Channel manager",
        queryset=User.objects.none(),
        to_field_name="email",
        required=False,
        empty_label="Anybody",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["manager"].queryset = managers()  # type: ignore[attr-defined]

    def clean_partner(self) -> Partner | None:
        number = self.cleaned_data["partner"]
        if not number:
            return None
        found: Partner | None = Partner.objects.visible_to(self.user).filter(number=number).first()
        if found is None:
            raise ValidationError("No partner of yours has this number.")
        return found

    def asked(self) -> Asked:
        """What is asked for; what cannot be read narrows nothing."""
        self.is_valid()
        told = self.cleaned_data
        return Asked(
            text=told.get("q", "").strip(),
            mine=told.get("mine") == YES,
            unclear_only=told.get("show") == "unclear",
            partner=told.get("partner"),
            manager=told.get("manager"),
        )


class LeadForm(Acting, forms.Form):
    """Who leads from today on: somebody at the partner, or one of ours who works on it."""

    lead = forms.ModelChoiceField(
        label="Leads from today", queryset=User.objects.none(), to_field_name="public_id"
    )

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal = deal
        at_partner = User.objects.filter(membership__partner=deal.partner_id)
        ours = User.objects.filter(role__in=[Role.MANAGER, Role.DIRECT])
        people: Any = (at_partner | ours).filter(is_active=True).order_by("name")
        self.fields["lead"].queryset = people  # type: ignore[attr-defined]

    def apply(self, user: User) -> bool:
        """Whether it is done: if not, the errors say why."""
        return bool(self.act(set_lead, self.deal, acting_user=user))


class ReviewerForm(Acting, forms.Form):
    """Who of ours reviews it from now on."""

    to = forms.ModelChoiceField(
        label="Reviewed by", queryset=User.objects.none(), to_field_name="public_id"
    )

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal = deal
        people = User.objects.active().filter(role__in=REVIEWERS)
        self.fields["to"].queryset = people  # type: ignore[attr-defined]

    def apply(self, user: User) -> bool:
        """Whether it is done: if not, the errors say why."""
        return bool(self.act(reassign, self.deal, acting_user=user))


class SettleForm(Acting, forms.Form):
    """How it was made clear who leads."""

    answer = forms.CharField(
        label="How it was made clear",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The partner reads it.",
    )

    def __init__(self, *args: Any, flag: UnclearFlag | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.flag = flag

    def apply(self, user: User) -> bool:
        """Whether it is done: if not, the errors say why."""
        if self.flag is None:
            self.is_valid()
            self.add_error(None, "Nobody has flagged it, or it is settled already.")
            return False
        return bool(self.act(settle_flag, self.flag, acting_user=user))


# --- Breaches ----------------------------------------------------------------------------------


class BreachFilter(filters.FilterSet):  # type: ignore[misc]
    """What the ledger is narrowed by."""

    q = filters.CharFilter(
        label="Partner, customer or team", method="search", widget=forms.SearchInput
    )
    state = filters.ChoiceFilter(label="State", choices=BreachState.choices, empty_label="Any")
    kind = filters.ChoiceFilter(label="What", choices=BreachKind.choices, empty_label="Anything")

    class Meta:
        model = Breach
        fields: ClassVar[list[str]] = []

    def search(self, rows: BreachQuerySet, _name: str, text: str) -> BreachQuerySet:
        return rows.search(text.strip())


class BreachForm(Acting, forms.ModelForm[Breach]):
    """What one of our people files for a partner."""

    partner = PartnerField(label="Partner", help_text="Whose deal it was: its number.")
    deal = forms.CharField(
        label="Registration", max_length=20, required=False,
        help_text="Its number, where it is about one.",
    )  # fmt: skip

    class Meta:
        model = Breach
        fields = ("partner", "deal", "happened_on", "direct_team", "evidence")
        widgets: ClassVar = {"evidence": forms.Textarea(attrs={"rows": 5}), "happened_on": DayInput}
        labels: ClassVar = {"evidence": "What happened", "happened_on": "When"}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["partner"].partners = Partner.objects.visible_to(user).unmerged()  # type: ignore[attr-defined]

    def clean_deal(self) -> Deal | None:
        number = str(self.cleaned_data["deal"]).strip()
        if not number:
            return None
        visible = Deal.objects.visible_to(self.user).filter(
            partner=self.cleaned_data.get("partner")
        )
        found: Deal | None = visible.select_related("customer").filter(number=number).first()
        if found is None:
            raise ValidationError("This partner has no registration of this number.")
        return found

    def file(self) -> Breach | None:
        """The entry, or None: the errors then say why."""
        filed: Breach | None = self.act(file_breach, acting_user=self.user)
        return filed


class DecideForm(Acting, forms.Form):
    """Whether it counts, and why."""

    text = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    direct_team = forms.CharField(
        label="Direct team", max_length=100, required=False, help_text="Whose breach it was."
    )
    answer = forms.ChoiceField(choices=[(BreachState.CONFIRMED, "Confirm"),
                                        (BreachState.WAIVED, "Waive")])  # fmt: skip

    def apply(self, breach: Breach, user: User) -> Breach | None:
        """The decided entry, or None: the errors then say why."""
        done: Breach | None = self.act(self._decide, breach, acting_user=user)
        return done

    def _decide(
        self, breach: Breach, *, text: str, direct_team: str, answer: str, acting_user: User
    ) -> Breach:
        return decide_breach(
            breach,
            confirm=answer == BreachState.CONFIRMED,
            text=text,
            direct_team=direct_team,
            acting_user=acting_user,
        )


class TakeBackForm(Acting, forms.Form):
    """Why a confirmed breach counts no more."""

    text = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def apply(self, breach: Breach, user: User) -> Breach | None:
        """The entry, or None: the errors then say why."""
        done: Breach | None = self.act(take_back_breach, breach, acting_user=user)
        return done
