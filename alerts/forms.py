"""Forms of the alert pages."""

from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from alerts.canaries import CANARIES, Canary
from alerts.models import Alert, AlertPartner
from alerts.verdicts import Limits, Nature, Scope, Severity
from customers.models import Customer
from partners.models import Partner

STATES = (("open", "Open"), ("archived", "Archived"), ("ended", "Ended"))


class AlertFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows a list of alerts; without a state it is the open ones."""

    q = django_filters.CharFilter(
        label="Partner or customer", method="search", widget=forms.SearchInput()
    )
    canary = django_filters.ChoiceFilter(
        label="Canary", choices=[(name, name) for name in CANARIES], empty_label="Any"
    )
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
        """Alerts that concern a partner, or are about a customer, found by the text."""
        concerning = AlertPartner.objects.filter(partner__in=Partner.objects.search(text))
        customers = Customer.objects.filter(name__icontains=text)
        return alerts.filter(
            Q(pk__in=concerning.values("alert"))
            | Q(scope=Scope.CUSTOMER, subject__in=customers.values("pk"))
        )

    def in_state(self, alerts: QuerySet[Alert], _name: str, state: str) -> QuerySet[Alert]:
        """Open, archived or ended: sets that the queryset knows by these names."""
        found: QuerySet[Alert] = getattr(alerts, state)()
        return found


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
