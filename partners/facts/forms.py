"""Forms for what is learnt of a partner: people, results, line cards, notes, actions."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from accounts.models import Organisation, User, check_currency
from partners.actions.commitments import change_action, create_action
from partners.actions.line_cards import observe_line_card
from partners.actions.notes import add_note
from partners.actions.persons import (
    add_person,
    change_person,
    record_departure,
    record_return,
)
from partners.actions.results import record_result
from partners.facts.results import next_year
from partners.forms.fields import Acting, DayInput, PartnerField, Suggesting
from partners.models import (
    Action,
    Confidence,
    LineCard,
    LineCardBasis,
    LineCardObservation,
    OwnResult,
    Partner,
    PartnerNote,
    Person,
    ResultBasis,
)


def _today() -> Any:
    return Organisation.current().today()


class PersonForm(Acting, forms.ModelForm[Person]):
    """Who somebody at a partner is."""

    class Meta:
        model = Person
        fields: ClassVar[tuple[str, ...]] = (
            "name",
            "role",
            "email",
            "phone",
            "joined_on",
            "key",
            "certifications",
        )
        widgets: ClassVar = {"joined_on": DayInput()}
        help_texts: ClassVar = {"key": "Their leaving would hurt. The partner never sees this."}

    def add(self, partner: Partner, user: User) -> Person | None:
        """The new person, or None."""
        found: Person | None = self.act(add_person, partner, acting_user=user)
        return found

    def change(self, person: Person, user: User) -> Person | None:
        """The changed person, or None."""
        found: Person | None = self.act(change_person, person, acting_user=user)
        return found


class DepartureForm(Acting, forms.Form):
    """That a person has left."""

    left_on = forms.DateField(label="Left on", widget=DayInput, initial=_today)
    where_to = forms.CharField(label="Where to", max_length=200, required=False)
    to_partner = PartnerField(
        label="To a partner of ours",
        required=False,
        help_text="Its number, if they went to another partner: it is an opportunity there.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_partner"].partners = Partner.objects.visible_to(user)  # type: ignore[attr-defined]

    def apply(self, person: Person, user: User) -> Any:
        """True when done, or None."""
        return self.act(record_departure, person, acting_user=user)


class ReturnForm(Acting, forms.Form):
    """That somebody who had left works there again."""

    returned_on = forms.DateField(label="Came back on", widget=DayInput, initial=_today)

    def apply(self, person: Person, user: User) -> Any:
        """True when done, or None."""
        return self.act(record_return, person, acting_user=user)


class ResultForm(Acting, forms.Form):
    """A partner's own total sales over a fiscal year."""

    start = forms.DateField(label="First day of the year", widget=DayInput)
    end = forms.DateField(label="Last day of the year", widget=DayInput)
    amount = forms.DecimalField(
        label="Own total sales", min_value=0, max_digits=18, decimal_places=4
    )
    currency = forms.CharField(label="Currency", max_length=3, help_text="Such as USD.")
    basis = forms.ChoiceField(
        label="Basis",
        choices=ResultBasis.choices,
        help_text="Estimates are never compared with reported figures.",
    )
    inorganic = forms.BooleanField(
        label="An acquisition or a disposal moved the figure", required=False
    )
    source = forms.CharField(
        label="Source", max_length=200, required=False, help_text="Such as Annual report."
    )

    def __init__(self, data: Any = None, *, partner: Partner) -> None:
        super().__init__(data, initial=next_year(partner))
        self.partner = partner

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        check_currency(currency)
        return currency

    def apply(self, user: User) -> OwnResult | None:
        """The figure as recorded, or None."""
        found: OwnResult | None = self.act(record_result, self.partner, acting_user=user)
        return found


class ObservationForm(Acting, forms.Form):
    """What somebody sees or hears of a line card: quick enough for a call."""

    category = forms.CharField(label="Category", max_length=100, widget=Suggesting("categories"))
    suppliers = forms.CharField(
        label="Suppliers, the first one first",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One on each line. Write us for ourselves; leave us out if our rank is unknown.",
    )
    source = forms.CharField(
        label="Source", max_length=100, initial="Call", widget=Suggesting("card-sources")
    )
    basis = forms.ChoiceField(
        label="Ranked by",
        choices=LineCardBasis.choices,
        help_text="A listing only says who is on it; the order means nothing.",
    )
    confidence = forms.ChoiceField(
        label="Confidence", choices=Confidence.choices, initial=Confidence.MEDIUM
    )
    observed_on = forms.DateField(label="Seen on", widget=DayInput, initial=_today)
    note = forms.CharField(label="Note", max_length=500, required=False)

    def clean_suppliers(self) -> list[str]:
        text = str(self.cleaned_data["suppliers"])
        return [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]

    def apply(self, partner: Partner, user: User) -> LineCardObservation | None:
        """What was written down, or None."""
        found: LineCardObservation | None = self.act(observe_line_card, partner, acting_user=user)
        return found

    @staticmethod
    def suggestions() -> dict[str, list[str]]:
        """Categories and sources in use, by the id of their list."""
        categories = LineCard.objects.order_by("category").values_list("category", flat=True)
        sources = LineCardObservation.objects.order_by("source").values_list("source", flat=True)
        return {
            "categories": list(categories.distinct()[:100]),
            "card-sources": list(sources.distinct()[:50]),
        }


class NoteForm(Acting, forms.ModelForm[PartnerNote]):
    """A note, or a contact."""

    day = forms.DateField(label="Day", widget=DayInput, initial=_today)

    class Meta:
        model = PartnerNote
        fields = ("kind", "day", "text")
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 3})}

    def apply(self, partner: Partner, user: User) -> PartnerNote | None:
        """The note, or None."""
        found: PartnerNote | None = self.act(add_note, partner, acting_user=user)
        return found


class OwnerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody of ours, or of the partner's."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name or obj.email} ({obj.get_role_display()})"


class ActionForm(Acting, forms.ModelForm[Action]):
    """What is to be done, by whom and until when."""

    owner = OwnerField(queryset=User.objects.none(), label="Owner")
    due_on = forms.DateField(label="Due", widget=DayInput)

    class Meta:
        model = Action
        fields = ("title", "owner", "due_on", "details", "figure", "shared")
        widgets: ClassVar = {"details": forms.Textarea(attrs={"rows": 3})}
        help_texts: ClassVar = {
            "figure": "Such as first response time, or our sales with it.",
            "shared": "The partner's people see it in their portal.",
        }

    def __init__(self, *args: Any, partner: Partner | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = ~Q(role__startswith="partner-")
        theirs = Q(membership__partner=partner) if partner else Q(pk=None)
        people = User.objects.filter(ours | theirs, is_active=True).order_by("name", "email")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.partner = partner

    def add(self, user: User, **origin: Any) -> Action | None:
        """The new action, or None."""
        made: Action | None = self.act(
            create_action, partner=self.partner, acting_user=user, **origin
        )
        return made

    def change(self, action: Action, user: User) -> Action | None:
        """The changed action, or None."""
        found: Action | None = self.act(change_action, action, acting_user=user)
        return found
