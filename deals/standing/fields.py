"""Fields that forms about agreements and teams share."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from customers.models.customers import check_country


class CountriesField(forms.CharField):
    """Two-letter codes of countries, parted by commas or spaces."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1000, **options)

    def clean(self, value: Any) -> list[str]:
        """Raises ValidationError for what is no code."""
        codes = sorted(
            {each.upper() for each in re.split(r"[,;\s]+", super().clean(value)) if each}
        )
        for code in codes:
            check_country(code)
        return codes

    def prepare_value(self, value: Any) -> Any:
        return (
            ", ".join(value)
            if isinstance(value, Iterable) and not isinstance(value, str)
            else value
        )
