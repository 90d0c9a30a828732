"""Forms of the sales pages."""

import django_filters
from django import forms
from django.db.models import QuerySet

from sales.models import Feed, Product, ProductQuerySet

LONGEST_LAG = 365


class FeedForm(forms.ModelForm[Feed]):
    """What an admin says of a feed."""

    lag_days = forms.IntegerField(
        label="Days from the end of a month to its report",
        min_value=0,
        max_value=LONGEST_LAG,
        help_text="A month is late only after these. Rows loaded as history count as known then.",
    )
    ended_on = forms.DateField(
        label="Ended on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="From this day on no report is due, and the feed holds no window back.",
    )

    class Meta:
        model = Feed
        fields = ("lag_days", "ended_on")


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
