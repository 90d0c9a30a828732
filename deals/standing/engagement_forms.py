"""What admins fill in about a version of the rules: its text, its day and its figures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory

from deals.actions.engagement import check_figures
from deals.models import DealType, RulesOfEngagement, Terms
from deals.standing.figures import FIGURES
from partners.forms.fields import DayInput

MOST_ROWS = 50
COLUMNS = ("deal_type", "product_line", *FIGURES)


class RulesForm(forms.Form):
    """What partners accept, and from when on."""

    effective_from = forms.DateField(
        label="In force from",
        widget=DayInput,
        help_text="Registrations submitted from this day on are made under it; the others keep"
        " theirs.",
    )
    text = forms.CharField(
        label="Text",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text="What partners read, and accept when they submit.",
    )


class TermsForm(forms.ModelForm[Terms]):
    """Figures for a type of deal, a product line, or both."""

    class Meta:
        model = Terms
        fields: ClassVar[tuple[str, ...]] = COLUMNS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "deal_type" in self.fields:
            self.fields["deal_type"].choices = [  # type: ignore[attr-defined]
                ("", "Every type of deal"),
                *DealType.choices,
            ]
            self.fields["product_line"].empty_label = "Every product line"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where the figures contradict one another."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            check_figures(data)
        if (
            not self.errors
            and self.is_exception
            and not (data["deal_type"] or data["product_line"])
        ):
            raise ValidationError("Choose a type of deal or a product line: the rest stands above.")
        return data

    @property
    def is_exception(self) -> bool:
        """Whether it is for some deals only."""
        return "deal_type" in self.fields

    def validate_constraints(self) -> None:
        """`check_figures` says the same in words."""


class BaseTermsForm(TermsForm):
    """The figures for all deals."""

    class Meta(TermsForm.Meta):
        fields: ClassVar[tuple[str, ...]] = FIGURES


class Exceptions(BaseFormSet[TermsForm]):
    """The rows that differ from those for all deals."""

    def clean(self) -> None:
        """Raises ValidationError where two rows are for the same deals."""
        seen = set()
        for form in self.forms:
            if form.errors or self._should_delete_form(form):  # type: ignore[attr-defined]
                continue
            key = (form.cleaned_data.get("deal_type"), form.cleaned_data.get("product_line"))
            if key in seen:
                raise ValidationError("Two rows are for the same type of deal and product line.")
            seen.add(key)


ExceptionForms = formset_factory(
    TermsForm,
    formset=Exceptions,
    extra=0,
    can_delete=True,
    max_num=MOST_ROWS,
    absolute_max=MOST_ROWS,
)


Typed = Mapping[str, Any]


class VersionForms:
    """A whole version as it is typed: text and day, the figures, and the rows that differ."""

    def __init__(self, data: Any, *, head: Typed, base: Typed, rows: Sequence[Typed]) -> None:
        self.head = RulesForm(data, initial=dict(head))
        self.base = BaseTermsForm(data, prefix="base", initial=dict(base))
        # A row that says nothing new is still a row: it has to say for which deals.
        self.exceptions = ExceptionForms(
            data,
            prefix="terms",
            initial=[dict(row) for row in rows],
            form_kwargs={"empty_permitted": False},
        )

    @classmethod
    def of(cls, data: Any, rules: RulesOfEngagement, first: dt.date) -> Self:
        """A version as it stands, to be in force from a day on; with `data`, as it was sent."""
        rows = list(rules.terms.select_related("product_line"))
        base = next(row for row in rows if not row.deal_type and row.product_line_id is None)
        return cls(
            data,
            head={"effective_from": first, "text": rules.text},
            base=_figures(base),
            rows=[_figures(row) for row in rows if row.pk != base.pk],
        )

    @classmethod
    def with_another_row(cls, sent: Any) -> Self:
        """What was typed so far, with one row more, which begins with the figures for all deals."""
        base = {name: sent.get(f"base-{name}", "") for name in FIGURES}
        count = sent.get("terms-TOTAL_FORMS", "")
        kept = range(min(int(count), MOST_ROWS - 1) if count.isdecimal() else 0)
        rows = [
            {name: sent.get(f"terms-{row}-{name}", "") for name in COLUMNS}
            for row in kept
            if not sent.get(f"terms-{row}-DELETE")
        ]
        head = {name: sent.get(name, "") for name in RulesForm.base_fields}
        return cls(None, head=head, base=base, rows=[*rows, base])

    def is_valid(self) -> bool:
        """Whether all of it can be kept."""
        return all([self.head.is_valid(), self.base.is_valid(), self.exceptions.is_valid()])

    def facts(self) -> dict[str, Any]:
        """What was typed, in the words of the verbs."""
        rows = [
            {name: each[name] for name in COLUMNS}
            for each in self.exceptions.cleaned_data
            if each and not each.get("DELETE")
        ]
        return {**self.head.cleaned_data, "terms": [self.base.cleaned_data, *rows]}

    def refuse(self, error: ValidationError) -> None:
        """Show what a verb said."""
        by_field = error.error_dict if hasattr(error, "error_dict") else {}
        known = set(by_field) <= set(self.head.fields)
        self.head.add_error(None, error if by_field and known else ValidationError(error.messages))


def _figures(row: Terms) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}
