"""What lists of answers and of service are narrowed by, and the form of the pulse."""

from typing import Any, ClassVar

import django_filters as filters
from django import forms

from satisfaction.models import (
    PulseAnswer,
    ServiceMonth,
    SurveyAnswer,
    SurveyAnswerQuerySet,
)
from satisfaction.rules.words import Cause, Respondent

WITH_COMMENT = "yes"
LOW, HIGH = "low", "high"


class AnswerFilter(filters.FilterSet):  # type: ignore[misc]
    """What was said: searched and narrowed."""

    q = filters.CharFilter(
        label="Comment, partner or customer", method="search", widget=forms.SearchInput
    )
    partner = filters.CharFilter(label="Partner's number", field_name="partner__number")
    respondent = filters.ChoiceFilter(
        label="Who", choices=Respondent.choices, empty_label="Anybody"
    )
    cause = filters.ChoiceFilter(label="About", choices=Cause.choices, empty_label="Anything")
    score = filters.ChoiceFilter(
        label="Score",
        choices=[(LOW, "Low: 1 or 2, or 0 to 6"), (HIGH, "High: 4 or 5, or 9 or 10")],
        method="scored",
        empty_label="Any",
    )
    comment = filters.ChoiceFilter(
        label="Comment", choices=[(WITH_COMMENT, "With one")], method="with_comment",
        empty_label="With or without",
    )  # fmt: skip

    class Meta:
        model = SurveyAnswer
        fields: ClassVar[list[str]] = []

    def search(self, rows: SurveyAnswerQuerySet, _name: str, text: str) -> SurveyAnswerQuerySet:
        return rows.search(text.strip())

    def scored(self, rows: SurveyAnswerQuerySet, _name: str, which: str) -> SurveyAnswerQuerySet:
        return rows.low() if which == LOW else rows.high()

    def with_comment(self, rows: SurveyAnswerQuerySet, *_: Any) -> SurveyAnswerQuerySet:
        return rows.exclude(comment="")


class ServiceFilter(filters.FilterSet):  # type: ignore[misc]
    """Whose service, and from when on."""

    partner = filters.CharFilter(label="Partner's number", field_name="partner__number")
    since = filters.DateFilter(label="From month", field_name="month", lookup_expr="gte")

    class Meta:
        model = ServiceMonth
        fields: ClassVar[list[str]] = []


class PulseForm(forms.ModelForm[PulseAnswer]):
    """The short form of the half-yearly pulse."""

    class Meta:
        model = PulseAnswer
        fields = ("overall", "product", "support", "recommend", "comment")
        labels: ClassVar = {
            "overall": "How satisfied are you with working with us?",
            "product": "With our products?",
            "support": "With our support?",
            "recommend": "Would you recommend us to a customer?",
            "comment": "What should we do better?",
        }
        help_texts: ClassVar = {
            "overall": "1 is not at all, 5 is very.",
            "recommend": "0 is never, 10 is certainly.",
            "comment": "Our channel chief reads it, your channel manager does not.",
        }
        widgets: ClassVar = {"comment": forms.Textarea(attrs={"rows": 4})}
