"""What people fill in about reviews."""

import zoneinfo
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.db.models import QuerySet

from accounts.models import Organisation, User, check_time_zone
from partners.facts.forms import ActionForm
from partners.forms.fields import Acting, DayInput, PartnerField, Suggesting
from partners.models import Action, Partner
from reviews.models import (
    COMMENT_MAX,
    CommentKind,
    Review,
    ReviewComment,
    ReviewRule,
    ReviewState,
)
from reviews.packets.batches import begin_batch
from reviews.packets.files import FORMATS, PAPERS
from reviews.packets.sections import TITLES
from reviews.quarterly.meeting import MEETING, change_meeting, commit, hold, say
from reviews.quarterly.quarters import organisation_quarters, quarter_named
from reviews.quarterly.rules import Quarter
from reviews.quarterly.scheduling import keep_rule, review_of

PAPER_NAMES = {"a4": "A4", "letter": "US Letter"}
FORMAT_NAMES = {"pdf": "PDF", "pptx": "PowerPoint", "xlsx": "Excel"}
SECTION_CHOICES = [*TITLES.items(), (MEETING, "In the meeting")]


def _today() -> Any:
    return Organisation.current().today()


class ReviewFilter(filters.FilterSet):  # type: ignore[misc]
    """Narrows the list of a quarter's reviews."""

    q = filters.CharFilter(label="Partner", method="search", widget=forms.SearchInput)
    quarter = filters.ChoiceFilter(label="Quarter", method="of_quarter", empty_label="All")
    state = filters.ChoiceFilter(
        label="State", choices=ReviewState.choices, method="in_state", empty_label="Any"
    )

    class Meta:
        model = Review
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, quarters: list[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quarters = {quarter.name: quarter for quarter in quarters}
        self.filters["quarter"].extra["choices"] = [(name, name) for name in self.quarters]

    def search(self, rows: QuerySet[Review], _name: str, text: str) -> QuerySet[Review]:
        """By the partner's name or number."""
        named = Partner.objects.search(text).values("pk")
        return rows.filter(partner__in=named)

    def of_quarter(self, rows: Any, _name: str, name: str) -> Any:
        """Those whose quarter, ours or the partner's own, ends in one of ours."""
        quarter = self.quarters[name]
        return rows.ending(quarter.start, quarter.end)

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        """Those that are so far."""
        return rows.in_state(state)


class CreateForm(Acting, forms.Form):
    """A review beyond those that the rules schedule."""

    partner = PartnerField(label="Partner", help_text="Its number.")
    quarter = forms.CharField(
        max_length=30,
        widget=Suggesting("quarters"),
        help_text="Ours, or the partner's own: such as FY2026-Q3.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].partners = Partner.objects.visible_to(user).unmerged()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The quarter by its name, which may be the partner's own."""
        cleaned: dict[str, Any] = super().clean() or {}
        name, partner = cleaned.get("quarter"), cleaned.get("partner")
        if name and partner:
            cleaned["quarter"] = quarter_named(name, partner)
            if cleaned["quarter"] is None:
                self.add_error("quarter", "There is no such quarter. Choose one of the list.")
        return cleaned

    def create(self, user: User) -> Review | None:
        """The review, or None: the errors then say why."""
        made: Review | None = self.act(review_of, acting_user=user)
        return made

    @staticmethod
    def suggestions() -> list[str]:
        """Our quarters."""
        return [quarter.name for quarter in organisation_quarters()]


class MeetingForm(Acting, forms.Form):
    """When and where a review meets, and what about."""

    day = forms.DateField(label="Day", widget=DayInput)
    time = forms.TimeField(
        label="Time", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    time_zone = forms.CharField(
        label="Time zone", max_length=64, validators=[check_time_zone],
        widget=Suggesting("time-zones"),
    )  # fmt: skip
    minutes = forms.IntegerField(label="Length in minutes", min_value=15, max_value=480)
    place = forms.CharField(label="Place or link", max_length=300, required=False)
    cut_off = forms.DateField(
        label="Data cut-off",
        widget=DayInput,
        help_text="What becomes known later is left to the next packet.",
    )
    agenda = forms.CharField(
        max_length=COMMENT_MAX, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The partner reads it.",
    )  # fmt: skip
    asks = forms.CharField(
        label="Asked of the partner", max_length=COMMENT_MAX, required=False,
        widget=forms.Textarea(attrs={"rows": 3}), help_text="What it should bring or prepare.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, review: Review) -> None:
        starts = review.meets_at
        if starts:
            starts = starts.astimezone(zoneinfo.ZoneInfo(review.time_zone))
        names = ("time_zone", "minutes", "place", "cut_off", "agenda", "asks")
        known = {name: getattr(review, name) for name in names}
        day, time = (starts.date(), starts.time()) if starts else (None, None)
        super().__init__(data, initial={**known, "day": day, "time": time})
        self.review = review

    def apply(self, user: User) -> Review | None:
        """The changed review, or None: the errors then say why."""
        done: Review | None = self.act(change_meeting, self.review, acting_user=user)
        return done


class CommentForm(Acting, forms.Form):
    """What is said of a section; an empty text takes it back."""

    section = forms.ChoiceField(choices=SECTION_CHOICES)
    kind = forms.ChoiceField(choices=CommentKind.choices)
    text = forms.CharField(max_length=COMMENT_MAX, required=False)

    def apply(self, review: Review, user: User) -> ReviewComment | None:
        """Truthy when done, or None: the errors then say why."""
        said: ReviewComment | None = self.act(say, review, acting_user=user)
        return said


class CommitmentForm(ActionForm):
    """What somebody on either side promises."""

    class Meta(ActionForm.Meta):
        fields = ("title", "owner", "due_on", "figure")  # type: ignore[assignment]

    def commit(self, review: Review, user: User) -> Action | None:
        """The promise, or None: the errors then say why."""
        made: Action | None = self.act(commit, review, acting_user=user)
        return made


class HoldForm(Acting, forms.Form):
    """On which day a review was held."""

    held_on = forms.DateField(label="Held on", widget=DayInput, initial=_today)

    def apply(self, review: Review, user: User) -> Review | None:
        """The review, or None: the errors then say why."""
        done: Review | None = self.act(hold, review, acting_user=user)
        return done


class BatchForm(Acting, forms.Form):
    """Which files of a whole quarter are made."""

    formats = forms.MultipleChoiceField(
        choices=FORMAT_NAMES.items(), initial=list(FORMATS), widget=forms.CheckboxSelectMultiple
    )
    paper = forms.ChoiceField(choices=PAPER_NAMES.items(), initial=PAPERS[0])
    partner_safe = forms.BooleanField(label="Only what partners may read", required=False)

    def begin(self, reviews: Any, quarter: str, user: User) -> Any:
        """The batch, or None: the errors then say why."""
        return self.act(begin_batch, reviews, quarter=quarter, acting_user=user)


class RuleForm(Acting, forms.ModelForm[ReviewRule]):
    """That a tier is reviewed, and how."""

    class Meta:
        model = ReviewRule
        fields = ("tier", "days_after", "minutes", "own_quarters")
        widgets: ClassVar = {"tier": Suggesting("tiers")}

    def keep(self, user: User) -> ReviewRule | None:
        """The rule, or None: the errors then say why."""
        kept: ReviewRule | None = self.act(keep_rule, acting_user=user)
        return kept
