"""Pages of disputes: for our people, and for a partner about its own sales."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from partners.models import Partner
from sales.disputes.actions import hindrance, lines_of
from sales.disputes.forms import ClaimForm, DecideForm, DisputeForm, StateForm, TakeBackForm
from sales.models import DisputeState, SalesDispute, SalesLine
from sales.tabs import tabs

TONES = {
    DisputeState.OPEN: ("blue", "clock"),
    DisputeState.ACCEPTED: ("green", "check"),
    DisputeState.REJECTED: ("", "x"),
    DisputeState.TAKEN_BACK: ("orange", "rotate-clockwise"),
}


def dispute_list(request: HttpRequest) -> HttpResponse:
    """Disputes for the partners that the person sees, newest first."""
    form = StateForm(request.GET)
    rows = SalesDispute.objects.visible_to(request.user).select_related("partner", "filed_by")
    if form.is_valid() and form.cleaned_data["state"]:
        rows = rows.filter(state=form.cleaned_data["state"])
    context = {
        "title": "Sales disputes",
        "form": form,
        "page": _with_tones(paginate(request, rows)),
        "tabs": tabs(request, "sales:disputes"),
        "may_file": may(request.user, "sales:file-dispute", "GET"),
        "narrowed": bool(request.GET.get("state")),
    }
    return render(request, "sales/disputes/list.html", context)


def file(request: HttpRequest) -> HttpResponse:
    """Our own people say whose sale it was."""
    user = signed_in(request)
    form = DisputeForm(request.POST or None, user=user, initial=request.GET.dict())
    if request.method == "POST" and (filed := form.file(user)):
        messages.success(request, "The dispute is filed.")
        return redirect("sales:dispute", filed.public_id)
    context = {"title": "File a sales dispute", "form": form}
    return render(request, "sales/disputes/file.html", context)


def dispute_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One dispute: what is claimed, the lines it may be about, what was decided."""
    dispute = _dispute(request, public_id)
    return render(request, "sales/disputes/detail.html", _context(request, dispute))


@require_POST
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Accept it for some lines, or reject it."""
    dispute, user = _dispute(request, public_id), signed_in(request)
    form = DecideForm(request.POST, lines=_choosable(dispute, user))
    if done := form.apply(dispute, user):
        messages.success(request, f"The dispute is {done.get_state_display().lower()}.")
        return redirect("sales:dispute", public_id)
    return render(request, "sales/disputes/detail.html", _context(request, dispute, decide=form))


@require_POST
def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the lines of an accepted dispute back."""
    dispute = _dispute(request, public_id)
    form = TakeBackForm(request.POST)
    if form.apply(dispute, signed_in(request)):
        messages.success(request, "The decision is taken back; the lines count as before.")
        return redirect("sales:dispute", public_id)
    return render(request, "sales/disputes/detail.html", _context(request, dispute, back=form))


def own_disputes(request: HttpRequest) -> HttpResponse:
    """A partner's own claims and how far they are; a new one is filed here."""
    user, partner = signed_in(request), get_object_or_404(Partner.objects.visible_to(request.user))
    form = ClaimForm(request.POST or None)
    if request.method == "POST" and (filed := form.file(partner, user)):
        messages.success(request, f"We look into {filed.invoice} and answer here.")
        return redirect("portal:disputes")
    rows = SalesDispute.objects.visible_to(user).filter(partner=partner)
    context = {
        "title": "Sales that are yours",
        "form": form,
        "page": _with_tones(paginate(request, rows)),
        "may_write": may(user, "portal:disputes", "POST"),
    }
    return render(request, "portal/disputes.html", context)


def _dispute(request: HttpRequest, public_id: uuid.UUID) -> SalesDispute:
    visible = SalesDispute.objects.visible_to(request.user)
    found: SalesDispute = get_object_or_404(
        visible.select_related("partner", "filed_by", "decided_by"), public_id=public_id
    )
    return found


def _choosable(dispute: SalesDispute, viewer: User) -> dict[str, SalesLine]:
    """The lines that can be given to the partner, by what the form calls them."""
    lines = lines_of(dispute, viewer)
    return {_key(line): line for line in lines if not hindrance(line, dispute.partner)}


def _key(line: SalesLine) -> str:
    return f"{line.source.name} {line.line}"


def _context(
    request: HttpRequest,
    dispute: SalesDispute,
    decide: DecideForm | None = None,
    back: TakeBackForm | None = None,
) -> dict[str, Any]:
    viewer = signed_in(request)
    lines = lines_of(dispute, viewer)
    moved = dispute.reattributions.select_related("source", "partner", "replaced")
    is_open = dispute.state == DisputeState.OPEN
    return {
        "title": f"Dispute about {dispute}",
        "dispute": dispute,
        "tone": TONES[DisputeState(dispute.state)],
        "lines": [(_key(line), line, hindrance(line, dispute.partner)) for line in lines],
        "moved": moved,
        "sees_all": viewer.sees_every_partner,
        "history": entries(dispute, parts=["sales.ReattributionEvent"]),
        "may_decide": is_open and may(request.user, "sales:decide-dispute", "POST"),
        "may_take_back": dispute.state == DisputeState.ACCEPTED
        and may(request.user, "sales:take-back-dispute", "POST"),
        "decide": decide or DecideForm(lines={}),
        "chosen": decide.data.getlist("lines") if decide else None,  # type: ignore[attr-defined]
        "back": back or TakeBackForm(),
    }


def _with_tones(page: Any) -> Any:
    for dispute in page.object_list:
        dispute.tone = TONES[DisputeState(dispute.state)]
    return page
