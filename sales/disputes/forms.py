"""What people fill in about disputes."""

from typing import Any, ClassVar

from django import forms

from accounts.models import User
from partners.forms.fields import Acting, PartnerField
from partners.models import Partner
from sales.disputes.actions import accept_dispute, file_dispute, reject_dispute, take_back
from sales.models import DisputeState, SalesDispute, SalesLine


class ClaimForm(Acting, forms.ModelForm[SalesDispute]):
    """What a partner says: this sale is ours."""

    class Meta:
        model = SalesDispute
        fields = ("invoice", "reason")
        widgets: ClassVar = {"reason": forms.Textarea(attrs={"rows": 4})}
        help_texts: ClassVar = {"invoice": "As it stands on the invoice or order.", "reason": ""}
        labels: ClassVar = {"reason": "Why this sale is yours"}

    def file(self, partner: Partner, user: User) -> SalesDispute | None:
        """The dispute, or None: the errors then say why."""
        filed: SalesDispute | None = self.act(
            file_dispute, partner, by_partner=True, acting_user=user
        )
        return filed


class DisputeForm(Acting, forms.ModelForm[SalesDispute]):
    """What our own people file for a partner."""

    partner = PartnerField(label="Partner", help_text="Whose sale it was: its number.")

    class Meta:
        model = SalesDispute
        fields = ("partner", "invoice", "line", "reason")
        widgets: ClassVar = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].partners = Partner.objects.visible_to(user).unmerged()  # type: ignore[attr-defined]

    def file(self, user: User) -> SalesDispute | None:
        """The dispute, or None: the errors then say why."""
        filed: SalesDispute | None = self.act(file_dispute, acting_user=user)
        return filed


class DecideForm(Acting, forms.Form):
    """Whether the sale is the partner's, which lines, and why."""

    lines = forms.MultipleChoiceField(required=False)
    why = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    answer = forms.ChoiceField(
        choices=[(DisputeState.ACCEPTED, "Accept"), (DisputeState.REJECTED, "Reject")]
    )

    def __init__(self, *args: Any, lines: dict[str, SalesLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = lines
        self.fields["lines"].choices = [(key, key) for key in lines]  # type: ignore[attr-defined]

    def apply(self, dispute: SalesDispute, user: User) -> SalesDispute | None:
        """The decided dispute, or None: the errors then say why."""
        done: SalesDispute | None = self.act(self._decide, dispute, acting_user=user)
        return done

    def _decide(
        self, dispute: SalesDispute, *, lines: list[str], why: str, answer: str, acting_user: User
    ) -> SalesDispute:
        if answer == DisputeState.REJECTED:
            return reject_dispute(dispute, why=why, acting_user=acting_user)
        chosen = [self.known[key] for key in lines]
        return accept_dispute(dispute, lines=chosen, why=why, acting_user=acting_user)


class TakeBackForm(Acting, forms.Form):
    """Why a decision is taken back."""

    why = forms.CharField(label="Why it is taken back", max_length=2000)

    def apply(self, dispute: SalesDispute, user: User) -> SalesDispute | None:
        """The dispute, or None: the errors then say why."""
        done: SalesDispute | None = self.act(take_back, dispute, acting_user=user)
        return done


class StateForm(forms.Form):
    """What the list of disputes is narrowed by."""

    state = forms.ChoiceField(required=False, choices=[("", "Any"), *DisputeState.choices])
