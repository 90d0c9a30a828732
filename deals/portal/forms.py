"""What a partner's people fill in to register a deal."""

import copy
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.urls import reverse_lazy

from accounts.models import Organisation
from channelhub.lib import countries
from deals.models import Deal
from deals.rules.accounts import clean_domain
from deals.rules.states import State
from partners.forms.fields import DayInput
from sales.models import ProductLine

FIRST_STEP = ("account_name", "account_domain", "account_country", "currency", "expected_close",
              "effort", "tender")  # fmt: skip
SECOND_STEP = ("type", "contact_name", "contact_email", "contact_phone", "competitor", "incumbent",
               "distributor", "need", "external_reference")  # fmt: skip
# Rows for product lines: as many as most registrations have, and always two that are free.
ROWS, FREE_ROWS = 4, 2


def amount_field(**options: Any) -> forms.DecimalField:
    """An amount of money above zero."""
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.DecimalField(
        min_value=Decimal("0.01"), max_digits=18, decimal_places=4, widget=widget, **options
    )


def plain(amount: Decimal | None) -> str:
    """An amount as it is typed: 50000 or 1234.50."""
    if amount is None:
        return ""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount.normalize():f}"


def product_lines(**options: Any) -> "forms.ModelChoiceField[ProductLine]":
    """The lines that deals are registered for."""
    return forms.ModelChoiceField(
        ProductLine.objects.all(),
        to_field_name="public_id",
        empty_label="Choose a product line",
        **options,
    )


class LineForm(forms.Form):
    """A product line and its amount."""

    product_line = product_lines(label="Product line", required=False)
    amount = amount_field(label="Amount", required=False)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # One query for all rows of the page.
        self.fields["product_line"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("product_line") and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", "Write the amount of this product line.")
        if data.get("amount") and not data.get("product_line"):
            self.add_error("product_line", "Choose the product line of this amount.")
        return data


def line_choices() -> list[tuple[str, str]]:
    """Every product line, nothing chosen first."""
    lines = [(str(line.public_id), line.name) for line in ProductLine.objects.all()]
    return [("", "Choose a product line"), *lines]


class DealForm(forms.ModelForm[Deal]):
    """A registration as it is typed: what is valid is kept, whatever else is wrong.

    With `complete` the fields of the first step have to be there.
    """

    # As long as an address may be: its domain is what is kept.
    account_domain = forms.CharField(
        label="Web domain",
        max_length=300,
        help_text="Such as example.com; an address or e-mail will do.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    account_country = forms.ChoiceField(label="Country", choices=countries.choices)

    class Meta:
        model = Deal
        fields = (*FIRST_STEP, *SECOND_STEP)
        labels: ClassVar = {
            "account_name": "Customer",
            "currency": "Currency",
            "tender": "This is a public tender",
            "type": "Type",
            "contact_name": "Contact at the customer",
            "contact_phone": "Contact phone",
            "contact_email": "Contact e-mail",
        }
        help_texts: ClassVar = {
            "account_name": "The company that will use it, as it calls itself.",
            "effort": "Meetings, demos, quotes: with whom and when.",
        }
        widgets: ClassVar = {
            "effort": forms.Textarea(attrs={"rows": 4}),
            "need": forms.Textarea(attrs={"rows": 3}),
            "currency": forms.TextInput(attrs={"maxlength": 3, "autocapitalize": "characters"}),
            "account_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "expected_close": DayInput(),
        }

    def __init__(self, data: Any = None, *, instance: Deal, complete: bool = False) -> None:
        # The form writes what was typed into its instance: the page keeps its own.
        super().__init__(data, instance=copy.copy(instance))
        self.fields["type"].required = False
        for name in ("account_name", "account_domain"):
            self.fields[name].widget.attrs |= SIMILAR
        self.rows = list(self._rows(data, instance))
        self._need(needed=complete or not self.is_bound)

    def _need(self, *, needed: bool) -> None:
        """Whether the fields of the first step have to be there."""
        for name in FIRST_STEP:
            self.fields[name].required = needed and name != "tender"
        for field in self.rows[0].fields.values():
            field.required = needed

    def _rows(self, data: Any, instance: Deal) -> Iterator[LineForm]:
        known = list(instance.lines.select_related("product_line")) if instance.pk else []
        choices, sent = line_choices(), _rows_sent(data)
        self.known = {line.product_line: line.amount for line in known}
        for place in range(max(ROWS, len(known) + FREE_ROWS, sent)):
            line = known[place] if place < len(known) else None
            initial = line and {
                "product_line": line.product_line.public_id,
                "amount": plain(line.amount),
            }
            yield LineForm(data, prefix=f"line-{place}", initial=initial, choices=choices)

    @property
    def first_step(self) -> list[BoundField]:
        """The fields without which it is not complete, in the order of the page."""
        return [self[name] for name in FIRST_STEP]

    @property
    def second_step(self) -> list[BoundField]:
        """What can follow later."""
        return [self[name] for name in SECOND_STEP]

    @property
    def second_step_is_open(self) -> bool:
        """Whether something of it is wrong or filled in."""
        return any(self[name].errors for name in SECOND_STEP) or any(
            self[name].value() for name in SECOND_STEP if name != "type"
        )

    @property
    def more_rows_are_open(self) -> bool:
        """Whether there is something in a row beyond the first."""
        return any(row.errors or row["product_line"].value() for row in self.rows[1:])

    def clean_account_domain(self) -> str:
        return clean_domain(self.cleaned_data["account_domain"])

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean_type(self) -> str:
        return self.cleaned_data["type"] or self.instance.type

    def clean_expected_close(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["expected_close"]
        if day and day < Organisation.current().today():
            raise ValidationError("This day is over.")
        return day

    def is_valid(self) -> bool:
        valid = [super().is_valid(), *(row.is_valid() for row in self.rows), not self._twice()]
        # Shown again, a field of the first step is not called optional.
        self._need(needed=True)
        return all(valid)

    def _twice(self) -> bool:
        """Whether a product line stands in two rows; the second one says so."""
        seen = set()
        for row in self.rows:
            line = row.cleaned_data.get("product_line")
            if line in seen:
                row.add_error("product_line", "This product line stands above already.")
                return True
            seen |= {line} if line else set()
        return False

    def lines(self) -> dict[ProductLine, Decimal]:
        """The rows that say a product line and its amount; where it is wrong, as it was kept."""
        said = [
            (row.cleaned_data.get("product_line"), row.cleaned_data.get("amount"))
            for row in self.rows
        ]
        kept = {line: amount or self.known.get(line) for line, amount in said if line}
        return {line: amount for line, amount in kept.items() if amount}

    def facts(self) -> dict[str, Any]:
        """What is valid, to be kept."""
        return {**self.cleaned_data, "lines": self.lines()}

    def is_blank(self) -> bool:
        """Whether nothing was typed that would be worth a draft."""
        typed = {name: self.cleaned_data.get(name) for name in (*FIRST_STEP, *SECOND_STEP)}
        del typed["currency"], typed["type"]
        return not any(typed.values()) and not self.lines()

    @property
    def is_wrong(self) -> bool:
        """Whether anything that was typed is refused."""
        return bool(self.errors) or any(row.errors for row in self.rows)

    def wrong(self) -> list[tuple[str, str]]:
        """What is not kept: (label, what is wrong with it)."""
        forms_ = [self, *self.rows]
        return [
            (str(form[name].label), " ".join(map(str, problems)))
            for form in forms_
            for name, problems in form.errors.items()
            if name in form.fields
        ]


def _rows_sent(data: Any) -> int:
    """How many rows the browser sent; a page of another day may have had more."""
    places = [
        int(part)
        for name in data or ()
        if name.startswith("line-") and (part := name.split("-")[1]).isdigit() and len(part) < 3
    ]
    return max(places, default=-1) + 1


# The partner's own registrations of such a customer are looked up while its name is typed.
SIMILAR = {
    "hx-get": reverse_lazy("portal:deal-similar"),
    "hx-trigger": "input delay:500ms",
    "hx-include": "#id_account_name, #id_account_domain, #id_draft",
    "hx-target": "#similar",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
}

TOLD_STATES = [
    ("", "Any"),
    ("open", "Not decided, or approved"),
    ("draft", "Draft"),
    ("under-review", "Received, under review"),
    *(
        (state.value, state.label)
        for state in State
        if state not in {State.DRAFT, State.SUBMITTED, State.UNDER_REVIEW}
    ),
]


class DealsFilter(forms.Form):
    """What the list is narrowed by."""

    q = forms.CharField(
        label="Number, customer or contact", required=False, widget=forms.SearchInput
    )
    state = forms.ChoiceField(label="State", required=False, choices=TOLD_STATES)


class SimilarForm(forms.Form):
    """A customer whose name or domain is being typed."""

    account_name = forms.CharField(required=False, max_length=200)
    account_domain = forms.CharField(required=False, max_length=300)

    def clean_account_domain(self) -> str:
        return clean_domain(self.cleaned_data["account_domain"])

    def told(self) -> dict[str, str]:
        """What makes sense of it so far."""
        data = self.cleaned_data
        return {"name": data.get("account_name", ""), "domain": data.get("account_domain", "")}
