"""Pages of actions: everything that somebody has to do."""

import uuid
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from partners.actions.commitments import set_action_status
from partners.facts.forms import ActionForm
from partners.models import UNFINISHED, Action, ActionStatus, Origin, Partner

STATES = (("unfinished", "To do"), ("overdue", "Overdue"), ("finished", "Finished"))
WHOSE = (("mine", "Mine"), ("all", "Everybody's"))


class ActionFilter(filters.FilterSet):  # type: ignore[misc]
    """Narrows a list of actions; at first it is one's own that are to be done."""

    q = filters.CharFilter(label="Action or partner", method="search", widget=forms.SearchInput)
    whose = filters.ChoiceFilter(label="Whose", choices=WHOSE, method="of_whom", empty_label=None)
    state = filters.ChoiceFilter(
        label="State", choices=STATES, method="in_state", empty_label="Any"
    )
    origin = filters.ChoiceFilter(label="Asked for by", choices=Origin.choices, empty_label="Any")

    class Meta:
        model = Action
        fields: ClassVar[list[str]] = []

    def search(self, rows: QuerySet[Action], _name: str, text: str) -> QuerySet[Action]:
        """By title or partner."""
        return rows.filter(title__icontains=text) | rows.filter(partner__name__icontains=text)

    def of_whom(self, rows: QuerySet[Action], _name: str, whose: str) -> QuerySet[Action]:
        """One's own, or everybody's that one may see."""
        return rows.filter(owner=self.request.user) if whose == "mine" else rows

    def in_state(self, rows: Any, _name: str, state: str) -> Any:
        """To do, overdue or finished."""
        if state == "overdue":
            return rows.overdue(Organisation.current().today())
        unfinished = state == "unfinished"
        return rows.unfinished() if unfinished else rows.exclude(status__in=UNFINISHED)


def _action(request: HttpRequest, public_id: uuid.UUID) -> Action:
    rows = Action.objects.visible_to(request.user).select_related("partner", "owner")
    found: Action = get_object_or_404(rows, public_id=public_id)
    return found


def actions_asked_for(request: HttpRequest) -> ActionFilter:
    """The actions of a list or an export; at first one's own that are to be done."""
    query = request.GET.copy()
    query.setdefault("whose", "mine")
    query.setdefault("state", "unfinished")
    visible = Action.objects.visible_to(request.user).select_related("partner", "owner")
    return ActionFilter(query, queryset=visible, request=request)


def action_list(request: HttpRequest) -> HttpResponse:
    """Actions that the person may see, what is due first."""
    filtered = actions_asked_for(request)
    context = {
        "title": "Actions",
        "form": filtered.form,
        "page": paginate(request, filtered.qs),
        "today": Organisation.current().today(),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
        "may_write": may(request.user, "actions:create", "GET"),
    }
    return render(request, "partners/facts/actions.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """A new action, about a partner where the address names one."""
    user = signed_in(request)
    partner = _asked_partner(request)
    initial = {"owner": user, "title": request.GET.get("title", "").replace("\0", "")[:200]}
    form = ActionForm(request.POST or None, partner=partner, initial=initial)
    if request.method == "POST" and (made := form.add(user, **_origin(request))):
        messages.success(request, f"Noted: {made}.")
        return redirect("actions:edit", public_id=made.public_id)
    context = {"title": "New action", "form": form, "partner": partner}
    return render(request, "partners/facts/action.html", context)


def _asked_partner(request: HttpRequest) -> Partner | None:
    asked = request.GET.get("partner", "")
    if not asked:
        return None
    try:
        key = uuid.UUID(asked)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=key)


def _origin(request: HttpRequest) -> dict[str, Any]:
    """What asked for it, as the address says; a person where it says nothing that is known."""
    origin, key = request.GET.get("origin", ""), request.GET.get("origin_id", "")
    try:
        known = uuid.UUID(key)
    except ValueError:
        return {}
    return {"origin": origin, "origin_id": known} if origin in Origin.values else {}


def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One action: what it is, how far it is, and what became of it."""
    user, action = signed_in(request), _action(request, public_id)
    may_write = may(user, "actions:create", "GET")
    # The form writes what was typed into its instance: the page keeps its own.
    own = Action.objects.get(pk=action.pk)
    form = ActionForm(request.POST or None, partner=action.partner, instance=own)
    if request.method == "POST" and form.change(own, user):
        messages.success(request, "Saved.")
        return redirect("actions:edit", public_id=public_id)
    context = {
        "title": action.title,
        "action": action,
        "partner": action.partner,
        "form": form if may_write else None,
        "history": entries(action),
        "today": Organisation.current().today(),
    }
    return render(request, "partners/facts/action.html", context)


@require_POST
def status(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Start, finish, drop or reopen; what is finished by mistake is reopened the same way."""
    action = _action(request, public_id)
    wanted, outcome = request.POST.get("status", ""), request.POST.get("outcome", "")
    try:
        row = set_action_status(
            action, status=wanted, outcome=outcome.replace("\0", "")[:500],
            acting_user=signed_in(request),
        )  # fmt: skip
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        label = ActionStatus(row.status).label.lower()
        messages.success(request, f"“{row}” is {label}. Open it to undo this.")
    return redirect("actions:edit", public_id=public_id)
