"""Forms of the alert pages."""

from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from alerts.canaries import Canary
from alerts.models import Alert
from alerts.verdicts import Limits, Nature, Severity
from partners.models import Partner

STATES = (("open", "Open"), ("ended", "Ended"))


class AlertFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows a list of alerts; without a state it is the open ones."""

    q = django_filters.CharFilter(label="Partner", method="search", widget=forms.SearchInput())
    nature = django_filters.ChoiceFilter(label="Nature", choices=Nature.choices, empty_label="Any")
    severity = django_filters.ChoiceFilter(
        label="Severity", choices=Severity.choices, empty_label="Any"
    )
    state = django_filters.ChoiceFilter(
        label="State", choices=STATES, method="in_state", empty_label=None
    )

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()

    def search(self, alerts: QuerySet[Alert], _name: str, text: str) -> QuerySet[Alert]:
        """Alerts that concern a partner found by the text."""
        return alerts.filter(partners__in=Partner.objects.search(text)).distinct()

    def in_state(self, alerts: QuerySet[Alert], _name: str, state: str) -> QuerySet[Alert]:
        """Open or ended."""
        return alerts.filter(ended_on=None) if state == "open" else alerts.exclude(ended_on=None)


class ThresholdsForm(forms.Form):
    """Every threshold of one canary."""

    def __init__(self, canary: Canary, limits: Limits, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, default in canary.limits.items():
            self.fields[name] = forms.DecimalField(
                label=canary.limit_labels[name],
                initial=limits[name].normalize(),
                min_value=Decimal(0),
                max_value=Decimal(1000),
                max_digits=10,
                decimal_places=6,
                help_text=f"Default: {default.normalize():f}",
            )

    def clean(self) -> dict[str, Any] | None:
        """Raises ValidationError where critical would begin below warning."""
        cleaned = super().clean()
        warning = self.cleaned_data.get("warning_share")
        critical = self.cleaned_data.get("critical_share")
        if warning is not None and critical is not None and critical < warning:
            self.add_error("critical_share", "Critical must not begin below warning.")
        return cleaned
