"""What reviewers fill in."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from accounts.models import User
from customers.models import Customer
from deals.actions import appeals, deciding, progress, reviewing
from deals.models import Appeal, Deal, DealLine, ExtensionRequest, RejectionCode
from deals.review.lists import reviewers
from partners.forms.fields import Acting

CODES = [("", "Choose why"), *RejectionCode.choices]


def sentence(label: str, *, required: bool = True, rows: int = 3) -> forms.CharField:
    """A text that somebody reads."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=5000, widget=widget)


class AskForm(Acting, forms.Form):
    """A question to the partner."""

    question = sentence("What do you need to know?")

    def apply(self, deal: Deal, user: User) -> Any:
        """The registration, or None: the errors then say why."""
        return self.act(reviewing.ask, deal, acting_user=user)


class DecisionForm(Acting, forms.Form):
    """Which lines are approved, why others are not, and what the partner reads."""

    lines = forms.ModelMultipleChoiceField(
        queryset=DealLine.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    code = forms.ChoiceField(
        label="Why not, for what is not approved", choices=CODES, required=False
    )
    text = sentence("A sentence for the partner", required=False)
    answer = forms.ChoiceField(choices=[("approve", "Approve"), ("reject", "Reject")])

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].queryset = deal.lines.select_related("product_line")  # type: ignore[attr-defined]

    def apply(self, deal: Deal, user: User) -> Any:
        """The decided registration, or None: the errors then say why."""
        return self.act(self._decide, deal, acting_user=user)

    @staticmethod
    def _decide(
        deal: Deal,
        *,
        lines: Collection[DealLine],
        code: str,
        text: str,
        answer: str,
        acting_user: User,
    ) -> Deal:
        if answer == "reject":
            return deciding.reject(deal, code=code, text=text, acting_user=acting_user)
        return deciding.approve(
            deal, lines=list(lines), code=code, text=text, acting_user=acting_user
        )


class ReassignForm(Acting, forms.Form):
    """Who is to review it."""

    to = forms.ModelChoiceField(
        label="Give the review to", queryset=User.objects.none(), empty_label="Choose"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = reviewers()  # type: ignore[attr-defined]

    def apply(self, deal: Deal, user: User) -> Any:
        """The registration, or None: the errors then say why."""
        return self.act(reviewing.reassign, deal, acting_user=user)


class CommentForm(Acting, forms.Form):
    """A note among us, or a comment that the partner reads."""

    text = sentence("Note or comment")
    audience = forms.ChoiceField(
        label="Who reads it",
        choices=[("us", "Only we"), ("partner", "The partner too")],
        initial="us",
        widget=forms.RadioSelect,
    )

    def apply(self, deal: Deal, user: User) -> Any:
        """True, or None: the errors then say why."""
        return self.act(self._say, deal, acting_user=user)

    @staticmethod
    def _say(deal: Deal, *, text: str, audience: str, acting_user: User) -> None:
        internal = audience == "us"
        reviewing.comment(deal, text=text, internal=internal, acting_user=acting_user)


class IdentifyForm(Acting, forms.Form):
    """Which of the customers that were found it is."""

    customer = forms.ModelChoiceField(queryset=Customer.objects.none(), to_field_name="public_id")

    def __init__(self, *args: Any, among: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].queryset = Customer.objects.filter(pk__in=among)  # type: ignore[attr-defined]

    def apply(self, deal: Deal, user: User) -> Any:
        """The registration, or None: the errors then say why."""
        return self.act(reviewing.identify, deal, acting_user=user)


class ChangeForm(Acting, forms.Form):
    """Whether a line that was changed after the approval stays so."""

    code = forms.ChoiceField(label="Why not", choices=CODES, required=False)
    text = sentence("A sentence for the partner", required=False, rows=2)
    answer = forms.ChoiceField(choices=[("approve", "Approve"), ("reject", "Reject")])

    def apply(self, deal: Deal, line: DealLine, user: User) -> Any:
        """The registration, or None: the errors then say why."""
        return self.act(self._decide, deal, line=line, acting_user=user)

    @staticmethod
    def _decide(
        deal: Deal, *, line: DealLine, code: str, text: str, answer: str, acting_user: User
    ) -> Deal:
        return reviewing.decide_change(
            deal,
            line=line,
            approve=answer == "approve",
            code=code,
            text=text,
            acting_user=acting_user,
        )


class AnswerForm(Acting, forms.Form):
    """Yes or no to an extension or an appeal, with words for the partner."""

    text = sentence("A sentence for the partner", required=False, rows=2)
    answer = forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")])

    def extend(self, request: ExtensionRequest, user: User) -> Any:
        """The decided request, or None: the errors then say why."""
        return self.act(self._extend, request, acting_user=user)

    def settle(self, appeal: Appeal, user: User) -> Any:
        """The decided appeal, or None: the errors then say why."""
        return self.act(self._settle, appeal, acting_user=user)

    @staticmethod
    def _extend(
        request: ExtensionRequest, *, text: str, answer: str, acting_user: User
    ) -> ExtensionRequest:
        return progress.decide_extension(
            request, grant=answer == "yes", text=text, acting_user=acting_user
        )

    @staticmethod
    def _settle(appeal: Appeal, *, text: str, answer: str, acting_user: User) -> Appeal:
        return appeals.decide_appeal(
            appeal, uphold=answer == "yes", text=text, acting_user=acting_user
        )
