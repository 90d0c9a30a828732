"""What people fill in to invite, to be invited, and to change roles."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from accounts.models import Role, User
from partners.forms.fields import PartnerField
from partners.models import Invitation, Partner
from partners.people.actions import roles_to_invite


def role_choices(roles: list[Role]) -> list[tuple[str, str]]:
    """Roles as a field wants them."""
    return [(role.value, role.label) for role in roles]


class InviteForm(forms.Form):
    """Whom to invite. Admins name the partner of its people; partner admins invite to theirs."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    name = forms.CharField(label="Name", max_length=150, required=False)
    role = forms.ChoiceField(label="Role")
    partner = PartnerField(
        label="Partner",
        required=False,
        help_text="For a partner's people: type its name or number and choose.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        roles = role_choices(roles_to_invite(user))
        self.fields["role"].choices = [("", "Choose one"), *roles]  # type: ignore[attr-defined]
        partners = Partner.objects.visible_to(user).unmerged()
        self.fields["partner"].partners = partners  # type: ignore[attr-defined]
        if user.works_at_partner:
            del self.fields["partner"]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean(self) -> dict[str, Any]:
        """Partner admins invite to their own partner, the vendor's people belong to none."""
        data = super().clean() or self.cleaned_data
        if "role" in data and not data["role"].is_partner:
            data["partner"] = None
        elif self.user.works_at_partner:
            data["partner"] = Partner.objects.visible_to(self.user).get()
        elif "role" in data and not data.get("partner") and "partner" not in self.errors:
            self.add_error("partner", "Say at which partner this person works.")
        return data


class AcceptForm(forms.Form):
    """What an invited person adds: the address and the role are the invitation's."""

    name = forms.CharField(
        label="Your name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters that nobody guesses.",
    )

    def __init__(self, data: Any = None, *, invitation: Invitation) -> None:
        super().__init__(data, initial={"name": invitation.name})
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "password" in data:
            person = User(email=self.invitation.email, name=data.get("name", ""))
            try:
                validate_password(data["password"], person)
            except forms.ValidationError as problem:
                self.add_error("password", problem)
        return data


class RoleForm(forms.Form):
    """Another role for a person, on the side they are on."""

    role = forms.ChoiceField(label="Role")

    def __init__(self, data: Any = None, *, user: User, person: User) -> None:
        super().__init__(data, initial={"role": person.role})
        same_side = [
            role for role in roles_to_invite(user) if role.is_partner == person.works_at_partner
        ]
        self.fields["role"].choices = role_choices(same_side)  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class SearchForm(forms.Form):
    """One box."""

    q = forms.CharField(label="Search", required=False, widget=forms.SearchInput)


class PeopleFilter(SearchForm):
    """What the list of people may be narrowed by."""

    role = forms.ChoiceField(required=False)
    active = forms.ChoiceField(
        label="Account",
        required=False,
        choices=[("", "Any"), ("yes", "Active"), ("no", "Deactivated")],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Any"), *role_choices(roles_to_invite(user))]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]

    def narrow(self, people: Any) -> Any:
        """The people that fit; what cannot be understood narrows nothing."""
        wanted = self.cleaned_data if self.is_valid() else {}
        if wanted.get("q"):
            people = people.search(wanted["q"])
        if wanted.get("role"):
            people = people.filter(role=wanted["role"])
        if wanted.get("active"):
            people = people.filter(is_active=wanted["active"] == "yes")
        return people
