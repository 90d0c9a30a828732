"""Pages of direct sales: may I call this customer, and the opportunities of our own."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Role, User
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from customers.models import Customer
from deals.actions.direct import may_we_call
from deals.direct.forms import DirectFilter, LogForm, MayCallForm, ProgressForm
from deals.direct.imports import DirectOpportunitiesKind, sources_of_opportunities
from deals.models import Breach, DirectOpportunity, DirectState
from deals.tabs import tabs
from imports.exporting import chosen_source, send, table_of

TONES = {
    DirectState.OPEN: ("blue", "activity"),
    DirectState.WON: ("green", "trophy"),
    DirectState.LOST: ("", "x"),
    DirectState.CLOSED: ("", "minus"),
}
ANSWERS = {
    "protected": ("Protected", "red", "shield-lock"),
    "under-review": ("Under review", "orange", "clock"),
    "open": ("Open", "green", "check"),
}


@require_GET
def may_call(request: HttpRequest) -> HttpResponse:
    """Whether a customer is protected, under review or open, and whom to ask."""
    context = {"title": "May I call this customer?", "tabs": tabs(request, "direct:may-call")}
    return render(request, "deals/direct/may_call.html", {**context, **question(request)})


def question(request: HttpRequest) -> dict[str, Any]:
    """The search box, and the answer where something is asked."""
    asked = "name" in request.GET
    form = MayCallForm(request.GET if asked else None)
    known = {"form": form, "may_log": may(request.user, "direct:create", "GET")}
    if not asked or not form.is_valid():
        return known
    answer = may_we_call(form.account())
    public_ids = _public_ids([each.likeness.customer for each in answer.standings])
    return {
        **known,
        "account": form.account(),
        "found": answer.found,
        "answers": [
            (each, ANSWERS[each.answer], public_ids[each.likeness.customer])
            for each in answer.standings
        ],
    }


def _public_ids(keys: list[int]) -> dict[int, uuid.UUID]:
    return dict(Customer.objects.filter(pk__in=keys).values_list("pk", "public_id"))


def create(request: HttpRequest) -> HttpResponse:
    """Log an opportunity of our own; against a protected customer it has to be confirmed."""
    user = signed_in(request)
    form = LogForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and (logged := form.log(user)):
        if logged.warned:
            messages.warning(request, "Logged. A suspected breach is in the ledger.")
        else:
            messages.success(request, "Logged.")
        return redirect(logged)
    context = {"title": "Log a direct opportunity", "form": form}
    return render(request, "deals/direct/create.html", context)


def _asked_for(request: HttpRequest) -> DirectFilter:
    query = request.GET.copy()
    query.setdefault("state", DirectState.OPEN)
    visible = DirectOpportunity.objects.visible_to(request.user)
    rows = visible.select_related("product_line", "owner", "customer")
    own = ExpressionWrapper(Q(owner=signed_in(request)), output_field=BooleanField())
    ordered = rows.annotate(own=own).order_by(F("own").desc(nulls_last=True), "-active_on", "-pk")
    return DirectFilter(query, queryset=ordered, request=request)


def opportunity_list(request: HttpRequest) -> HttpResponse:
    """Opportunities of our own, the viewer's first."""
    filtered = _asked_for(request)
    page = paginate(request, filtered.qs)
    for each in page.object_list:
        each.tone = TONES[DirectState(each.state)]
    context = {
        "title": "Direct opportunities",
        "form": filtered.form,
        "page": page,
        "tabs": tabs(request, "direct:list"),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
        "may_log": may(request.user, "direct:create", "GET"),
        "export_sources": sources_of_opportunities(),
    }
    return render(request, "deals/direct/list.html", context)


@require_GET
def opportunity_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The opportunities that the list shows, as a file that can be imported."""
    source = chosen_source(request, sources_of_opportunities())
    rows = _asked_for(request).qs
    table = table_of(DirectOpportunitiesKind(), rows, name="direct-opportunities", source=source)
    return send(request, table, file_format)


def opportunity(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One opportunity of our own: how it goes, and what became of it."""
    user = signed_in(request)
    visible = DirectOpportunity.objects.visible_to(user)
    row: DirectOpportunity = get_object_or_404(
        visible.select_related("customer", "product_line", "owner", "source"), public_id=public_id
    )
    writes = row.state == DirectState.OPEN and may_change(user, row)
    if request.method == "POST" and not may_change(user, row):
        raise Http404
    form = ProgressForm(request.POST or None, instance=row)
    if request.method == "POST" and (done := form.apply(user)):
        messages.success(request, f"Saved: {done.get_state_display().lower()}.")
        return redirect(done)
    context = {
        "title": str(row),
        "row": row,
        "tone": TONES[DirectState(row.state)],
        "form": form,
        "may_write": writes,
        "history": entries(row),
        "breaches": Breach.objects.visible_to(user).filter(direct_opportunity=row),
    }
    return render(request, "deals/direct/detail.html", context)


def may_change(user: User, row: DirectOpportunity) -> bool:
    """Its owner and admins."""
    return user.role == Role.ADMIN or row.owner_id == user.pk
