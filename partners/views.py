"""Pages of partners as records. Their list and each one's own page are composed in channelhub."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.models import Organisation, User
from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from partners.actions.merges import merge_partners, unmerge_partner
from partners.forms.merge import MergeForm
from partners.forms.parts import PARTS, PartForm, standing_on, suggestions
from partners.forms.record import CreateForm, RecordForm
from partners.history import entries, events_of
from partners.models import Partner

SUGGESTED = 12
# The fields that ask for a partner by number.
ASKING = ("company", "into", "partner")


def _partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    partners = Partner.objects.visible_to(request.user).select_related("company", "merged_into")
    return get_object_or_404(partners, public_id=public_id)


def suggest(request: HttpRequest) -> HttpResponse:
    """Options for a field that asks for a partner by number, as one types."""
    text = next((request.GET[name] for name in ASKING if request.GET.get(name)), "").strip()
    visible = Partner.objects.visible_to(request.user).unmerged()
    found = visible.search(text)[:SUGGESTED] if text else []
    return render(request, "partners/_suggestions.html", {"partners": found})


def create(request: HttpRequest) -> HttpResponse:
    """A new partner."""
    user = signed_in(request)
    form = CreateForm(request.POST or None, user=user)
    if request.method == "POST" and (partner := form.create(user)):
        messages.success(request, f"{partner.name} is a partner now.")
        return redirect("partners:detail", public_id=partner.public_id)
    context = {"title": "New partner", "form": form, "suggestions": suggestions()}
    return render(request, "partners/create.html", context)


def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change a partner: its record, or one of its parts, each a form of its own."""
    user, partner = signed_in(request), _partner(request, public_id)
    sent = request.POST.get("form") if request.method == "POST" else None
    record = RecordForm(_data(request, sent, "record"), instance=partner, user=user)
    parts = _parts(request, partner, sent)
    forms: dict[str, RecordForm | PartForm] = {"record": record, **parts}
    if sent in forms and forms[sent].apply(partner, user):
        messages.success(request, "Saved.")
        return redirect("partners:edit", public_id=partner.public_id)
    return render(request, "partners/edit.html", _edit_context(partner, record, parts, user))


def _data(request: HttpRequest, sent: str | None, name: str) -> Any:
    return request.POST if sent == name else None


def _parts(request: HttpRequest, partner: Partner, sent: str | None) -> dict[str, PartForm]:
    today = standing_on(partner, Organisation.current().today())
    return {
        name: form(
            _data(request, sent, name), partner=partner, prefix=name, initial=today.get(name)
        )
        for name, form in PARTS.items()
    }


def _edit_context(
    partner: Partner, record: RecordForm, parts: dict[str, PartForm], user: User
) -> dict[str, Any]:
    return {
        "title": f"Edit {partner.name}",
        "partner": partner,
        "record": record,
        "facts": [
            ("Status", parts["status"], partner.statuses.order_by("-valid")),
            ("Tier", parts["tier"], partner.tiers.order_by("-valid")),
            ("Territory", parts["territory"], partner.territories.order_by("-valid")),
            (
                "Channel manager",
                parts["manager"],
                partner.managers.select_related("manager", "deputy").order_by("-valid"),
            ),
        ],
        "period_form": parts["fiscal-period"],
        "id_form": parts["external-id"],
        "periods": partner.fiscal_periods.all(),
        "external_ids": partner.external_ids.select_related("source"),
        "suggestions": suggestions(),
        "may_merge": may(user, "partners:merge", "GET"),
    }


def merge(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Merge a partner into another: first which, then a look at what will happen."""
    user, partner = signed_in(request), _partner(request, public_id)
    form = MergeForm(request.POST or None, partner=partner, user=user)
    if request.method == "POST" and form.is_valid() and "confirmed" in request.POST:
        try:
            merge_partners(partner, **form.cleaned_data, acting_user=user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            into = form.cleaned_data["into"]
            messages.success(request, f"{partner.name} is merged into {into.name}.")
            return redirect("partners:detail", public_id=partner.public_id)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else None
    context = {"title": f"Merge {partner.name}", "partner": partner, "form": form, "asked": asked}
    return render(request, "partners/merge.html", context)


@require_POST
def unmerge(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a merged partner stand for itself again."""
    user, partner = signed_in(request), _partner(request, public_id)
    try:
        unmerge_partner(partner, acting_user=user)
        messages.success(request, f"{partner.name} stands for itself again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("partners:detail", public_id=partner.public_id)


def history(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who changed what of a partner, newest first."""
    partner = _partner(request, public_id)
    page = paginate(request, events_of(partner))
    context = {
        "title": f"History of {partner.name}",
        "partner": partner,
        "page": page,
        "entries": entries(page.object_list),
    }
    return render(request, "partners/history.html", context)
