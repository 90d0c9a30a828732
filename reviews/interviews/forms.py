"""Forms of interviews."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model

from accounts.models import Organisation, User
from partners.forms.fields import Acting, DayInput
from reviews.interviews.assigning import HOLDING, assign
from reviews.interviews.editing import keep_guide
from reviews.interviews.guide import MOST_QUESTIONS, QUESTION_MAX, lines_of
from reviews.interviews.opening import open_older
from reviews.interviews.outside import invite_outsider, save_by_link
from reviews.interviews.recording import RECORDED, save_interview
from reviews.interviews.rules import OPENED_FOR
from reviews.models import (
    Cause,
    Interview,
    InterviewAnswer,
    InterviewKind,
    InterviewQuerySet,
    InterviewState,
)
from reviews.models.interviews import TEXT_MAX

STATES = (("unfinished", "To do"), ("overdue", "Overdue"), *InterviewState.choices)
MINE = (("mine", "Mine"),)
TEXTS = ("stated", "found", "change")
# What somebody outside is asked: nothing that names a partner or a product line of ours.
BY_OUTSIDER = tuple(name for name in RECORDED if name not in {"cause_partner", "product_line"})
HELP = {
    "respondent": "Their name and role, as far as they agree to it.",
    "stated": "In their own words.",
    "found": "The root cause, which may be another one.",
    "change": "What we or the partner should do otherwise. It can become an action.",
}


class InterviewFilter(filters.FilterSet):  # type: ignore[misc]
    """What a list of interviews can be narrowed by, on the page and in the API."""

    q = filters.CharFilter(
        method="search", label="Customer, partner or order", widget=forms.SearchInput
    )
    kind = filters.ChoiceFilter(label="Kind", choices=InterviewKind.choices, empty_label="Any")
    state = filters.ChoiceFilter(
        label="State", choices=STATES, method="in_state", empty_label="Any"
    )
    cause = filters.ChoiceFilter(label="Cause", choices=Cause.choices, empty_label="Any")
    whose = filters.ChoiceFilter(
        label="Whose", choices=MINE, method="of_whom", empty_label="Everybody's"
    )

    class Meta:
        model = Interview
        fields: ClassVar[list[str]] = []

    def search(self, rows: InterviewQuerySet, _name: str, text: str) -> InterviewQuerySet:
        return rows.search(text.strip())

    def in_state(self, rows: InterviewQuerySet, _name: str, state: str) -> InterviewQuerySet:
        if state == "overdue":
            return rows.overdue(Organisation.current().today())
        return rows.unfinished() if state == "unfinished" else rows.filter(state=state)

    def of_whom(self, rows: InterviewQuerySet, _name: str, _value: str) -> InterviewQuerySet:
        return rows.filter(interviewer=self.request.user)


class FindingsFilter(filters.FilterSet):  # type: ignore[misc]
    """What findings can be narrowed by."""

    q = filters.CharFilter(
        method="search", label="Customer, partner or order", widget=forms.SearchInput
    )
    kind = filters.ChoiceFilter(label="Kind", choices=InterviewKind.choices, empty_label="Any")
    cause = filters.ChoiceFilter(label="Cause", choices=Cause.choices, empty_label="Any")
    since = filters.DateFilter(
        field_name="happened_on", lookup_expr="gte", label="Happened from", widget=DayInput
    )
    until = filters.DateFilter(
        field_name="happened_on", lookup_expr="lte", label="To", widget=DayInput
    )

    class Meta:
        model = Interview
        fields: ClassVar[list[str]] = []

    def search(self, rows: InterviewQuerySet, _name: str, text: str) -> InterviewQuerySet:
        return rows.search(text.strip())


class WritingForm(Acting, forms.Form):
    """The questions of the guide, then what came of them: `names` are the record's own fields."""

    names: ClassVar[Collection[str]] = RECORDED

    def __init__(self, *args: Any, answers: Iterable[InterviewAnswer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = []
        for each in answers:
            self.positions.append(each.position)
            self.fields[f"answer-{each.position}"] = forms.CharField(
                label=each.question, initial=each.answer, required=False, max_length=TEXT_MAX,
                widget=forms.Textarea(attrs={"rows": 2}),
            )  # fmt: skip
        widgets: dict[str, Any] = {name: forms.Textarea(attrs={"rows": 3}) for name in TEXTS}
        widgets["held_on"] = DayInput
        own = fields_for_model(Interview, self.names, widgets=widgets, help_texts=HELP)
        self.fields.update({name: own[name] for name in self.names if own[name]})

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields of the guide."""
        return [self[f"answer-{position}"] for position in self.positions]

    @property
    def outcome(self) -> list[forms.BoundField]:
        """The fields of the record."""
        return [self[name] for name in self.names]

    def said(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        told = self.cleaned_data
        answers = {position: told[f"answer-{position}"] for position in self.positions}
        return {"answers": answers, **{name: told[name] for name in self.names}}


class RecordForm(WritingForm):
    """What one of our people writes down."""

    def __init__(self, *args: Any, interview: Interview, **kwargs: Any) -> None:
        initial = {name: getattr(interview, name) for name in self.names}
        super().__init__(*args, initial=initial, **kwargs)
        self.interview = interview
        partner: Any = self.fields["cause_partner"]
        partner.queryset = interview.partners.order_by("name")
        partner.label = "Which partner"
        partner.help_text = "Where the cause is the partner."

    def apply(self, user: User, *, finish: bool) -> Interview | None:
        """The interview as it is now, or None: the errors then say why."""
        done: Interview | None = self.act(self._save, finish=finish, acting_user=user)
        return done

    def _save(self, *, finish: bool, acting_user: User, **_typed: Any) -> Interview:
        return save_interview(self.interview, finish=finish, acting_user=acting_user, **self.said())


class OutsideForm(WritingForm):
    """What somebody outside writes down."""

    names = BY_OUTSIDER

    def apply(self, token: str, *, finish: bool) -> Interview | None:
        """The interview as it is now, or None. Raises LinkUnusable."""
        done: Interview | None = self.act(self._save, token, finish=finish)
        return done

    def _save(self, token: str, *, finish: bool, **_typed: Any) -> Interview:
        return save_by_link(token, finish=finish, **self.said())


class AssignForm(Acting, forms.Form):
    """Who holds it from now on."""

    interviewer = forms.ModelChoiceField(
        label="Held by", queryset=User.objects.none(), to_field_name="public_id"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.active().filter(role__in=HOLDING).order_by("name")
        self.fields["interviewer"].queryset = people  # type: ignore[attr-defined]

    def apply(self, interview: Interview, user: User) -> Interview | None:
        """The interview, or None."""
        done: Interview | None = self.act(assign, interview, acting_user=user)
        return done


class LinkForm(Acting, forms.Form):
    """Whom outside to send the link."""

    name = forms.CharField(label="Name", max_length=150)
    email = forms.EmailField(label="E-mail address", max_length=254)

    def apply(self, interview: Interview, user: User) -> Interview | None:
        """The interview, or None."""
        done: Interview | None = self.act(invite_outsider, interview, acting_user=user)
        return done


class ReasonForm(Acting, forms.Form):
    """Why it is cancelled or reopened."""

    reason = forms.CharField(label="Why", max_length=500)


class GuideForm(Acting, forms.Form):
    """The questions of a kind; empty brings the default ones back."""

    text = forms.CharField(
        label="Questions", required=False, max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="One a line. Empty brings the default questions back.",
    )  # fmt: skip

    def clean_text(self) -> str:
        lines = lines_of(self.cleaned_data["text"])
        if len(lines) > MOST_QUESTIONS:
            raise ValidationError(f"At most {MOST_QUESTIONS} questions.")
        if any(len(line) > QUESTION_MAX for line in lines):
            raise ValidationError(f"A question has at most {QUESTION_MAX} letters.")
        return "\n".join(lines)

    def apply(self, kind: str, user: User) -> bool:
        """Whether it is done: if not, the errors say why."""
        return bool(self.act(keep_guide, kind, acting_user=user))


class OlderForm(Acting, forms.Form):
    """From which day on interviews are opened for what is older than 90 days."""

    since = forms.DateField(label="Happened from", widget=DayInput)

    def clean_since(self) -> dt.date:
        since: dt.date = self.cleaned_data["since"]
        if since >= Organisation.current().today() - OPENED_FOR:
            raise ValidationError("Interviews of the last 90 days open by themselves.")
        return since

    def apply(self, user: User) -> int | None:
        """How many were opened, or None: the errors then say why."""
        if not self.is_valid():
            return None
        return open_older(since=self.cleaned_data["since"], acting_user=user)
