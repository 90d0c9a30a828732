"""What a partner's people tell us of themselves: the same verbs, fewer fields."""

from typing import Any, ClassVar

from partners.facts.forms import DepartureForm, PersonForm, ResultForm
from partners.models import ResultBasis


class OwnPersonForm(PersonForm):
    """Somebody of theirs, without what is ours to say."""

    class Meta(PersonForm.Meta):
        fields: ClassVar[tuple[str, ...]] = ("name", "role", "email", "phone", "joined_on")


class OwnDepartureForm(DepartureForm):
    """That somebody of theirs has left: only when."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["where_to"], self.fields["to_partner"]


class OwnResultForm(ResultForm):
    """A figure that they report."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["basis"], self.fields["source"]

    def clean(self) -> dict[str, Any]:
        """What a partner says of itself is reported, by the partner."""
        data = super().clean() or self.cleaned_data
        return {**data, "basis": ResultBasis.REPORTED, "source": "The partner"}
