"""Forms of the sales pages."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from accounts.models import Organisation, User
from imports.options import parse_covers
from partners.forms.fields import Acting, DayInput
from sales.actions import add_line, merge_product, rename_line
from sales.models import Feed, Product, ProductLine, ProductQuerySet

LONGEST_LAG = 365


class FeedForm(forms.ModelForm[Feed]):
    """What an admin says of a feed."""

    due_day = forms.IntegerField(
        label="Due on this day of the month after",
        required=False,
        min_value=1,
        max_value=31,
        help_text="5: the report of May is due on 5 June, a quarter's on the 5th after it. Without"
        " it, the days below count.",
    )
    lag_days = forms.IntegerField(
        label="Days from the end of a month to its report",
        min_value=0,
        max_value=LONGEST_LAG,
        help_text="Without a due day, a report is late only after these. Rows loaded as history"
        " count as known then.",
    )
    ended_on = forms.DateField(
        label="Ended on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="From this day on no report is due, and the feed holds no window back.",
    )

    class Meta:
        model = Feed
        fields = ("rhythm", "due_day", "lag_days", "ended_on")


class NoSalesForm(forms.Form):
    """Months in which nothing was sold, from the first one that is not covered on."""

    first = forms.ChoiceField(label="From")
    last = forms.ChoiceField(label="To")

    def __init__(self, *args: Any, open_months: list[dt.date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{month:%Y-%m}", f"{month:%B %Y}") for month in open_months]
        for name in self.fields:
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Adds the period that both make up."""
        data = super().clean() or self.cleaned_data
        if "first" in data and "last" in data:
            try:
                data["covers"] = parse_covers(f"{data['first']}..{data['last']}")
            except ValueError as problem:
                raise forms.ValidationError(str(problem)) from None
        return data


class ProductMergeForm(Acting, forms.Form):
    """Into which product, and from which day on."""

    into = forms.CharField(
        label="Merge into", max_length=100, help_text="The number of the product that stays."
    )
    on = forms.DateField(
        label="On",
        widget=DayInput,
        initial=lambda: Organisation.current().today(),
        help_text="From this day on it counts in the family and line of the one that stays.",
    )

    def clean_into(self) -> Product:
        """Raises ValidationError for a number that no product has."""
        number = self.cleaned_data["into"]
        if found := Product.objects.filter(sku=number).first():
            return found
        raise forms.ValidationError(f"No product has the number {number}.")

    def apply(self, product: Product, user: User) -> Product | None:
        """The merged product, or None: the errors then say why."""
        done: Product | None = self.act(merge_product, product, acting_user=user)
        return done


class LineForm(Acting, forms.Form):
    """What a product line is called."""

    name = forms.CharField(label="Name", max_length=100)

    def add(self, user: User) -> ProductLine | None:
        """The new line, or None: the errors then say why."""
        made: ProductLine | None = self.act(add_line, acting_user=user)
        return made

    def rename(self, line: ProductLine, user: User) -> ProductLine | None:
        """The line by its new name, or None."""
        done: ProductLine | None = self.act(rename_line, line, acting_user=user)
        return done


class ProductFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows the list of products."""

    q = django_filters.CharFilter(
        label="Name, number, family or line",
        method="search",
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()

    def search(self, products: ProductQuerySet, _name: str, text: str) -> QuerySet[Product]:
        """Products found by the text."""
        return products.search(text)
