"""Pages of the breach ledger: what is suspected or filed, and what was decided about it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from deals.direct.forms import BreachFilter, BreachForm, DecideForm, TakeBackForm
from deals.ledger import aftermath, by_partner, by_team, office_calendar, resolution
from deals.models import Breach, BreachState
from deals.tabs import tabs
from imports.exporting import Table, send

TONES = {
    BreachState.SUSPECTED: ("orange", "question-mark"),
    BreachState.CONFIRMED: ("red", "alert-octagon"),
    BreachState.WAIVED: ("", "minus"),
}
HEADER = (
    "Partner number", "Partner", "Customer", "Product line", "Registration", "What", "Direct team",
    "Happened", "Filed", "State", "Decided", "Decided by", "Why", "Working days", "Calendar days",
    "At stake, reporting currency", "Evidence", "Taken back", "Why taken back",
)  # fmt: skip


def _asked_for(request: HttpRequest) -> BreachFilter:
    visible = Breach.objects.visible_to(request.user)
    rows = visible.select_related(
        "partner", "deal", "customer", "product_line", "filed_by", "decided_by"
    )
    return BreachFilter(request.GET, queryset=rows, request=request)


def breach_list(request: HttpRequest) -> HttpResponse:
    """Breaches of the partners that the person sees, newest first, and what they come to."""
    filtered = _asked_for(request)
    page = paginate(request, filtered.qs)
    calendar, now = office_calendar(), Organisation.current().now()
    for each in page.object_list:
        each.tone = TONES[BreachState(each.state)]
        each.resolution = resolution(each, calendar, now)
    visible = Breach.objects.visible_to(request.user)
    context = {
        "title": "Breaches of the rules of engagement",
        "form": filtered.form,
        "page": page,
        "tabs": tabs(request, "breaches:list"),
        "partners": by_partner(visible, now.date()),
        "teams": by_team(visible, now.date()),
        "may_file": may(request.user, "breaches:file", "GET"),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
    }
    return render(request, "deals/direct/breach_list.html", context)


@require_GET
def breach_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The breaches that the list shows."""
    rows = _asked_for(request).qs
    calendar, now = office_calendar(), Organisation.current().now()
    table = Table(
        name="breaches",
        header=HEADER,
        rows=(_cells(each, calendar, now) for each in rows.iterator(chunk_size=500)),
        size=rows.count,
    )
    return send(request, table, file_format)


def _cells(breach: Breach, calendar: Any, now: Any) -> tuple[Any, ...]:
    took = resolution(breach, calendar, now)
    decided = not took.is_open
    return (
        breach.partner.number,
        breach.partner.name,
        breach.customer.name if breach.customer else "",
        str(breach.product_line or ""),
        breach.deal.number if breach.deal else "",
        breach.get_kind_display(),
        breach.direct_team,
        breach.happened_on,
        breach.filed_at,
        breach.get_state_display(),
        breach.decided_at,
        str(breach.decided_by or ""),
        breach.decision,
        str(took.working_days) if decided else None,
        took.days if decided else None,
        breach.amount,
        breach.evidence,
        breach.taken_back_at,
        breach.taken_back,
    )


def file(request: HttpRequest) -> HttpResponse:
    """One of our people files what a partner says."""
    form = BreachForm(request.POST or None, user=signed_in(request), initial=request.GET.dict())
    if request.method == "POST" and (filed := form.file()):
        messages.success(request, "It is in the ledger.")
        return redirect(filed)
    return render(
        request, "deals/direct/breach_file.html", {"title": "File a breach", "form": form}
    )


def breach_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One entry: the evidence, the decision, and what the partner did after."""
    return _page(request, _breach(request, public_id))


@require_POST
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Confirm it, so that it counts, or waive it."""
    breach, form = _breach(request, public_id), DecideForm(request.POST)
    if done := form.apply(breach, signed_in(request)):
        messages.success(request, f"It is {done.get_state_display().lower()}.")
        return redirect(done)
    return _page(request, breach, form=form)


@require_POST
def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a confirmation back, so that it counts no more."""
    breach, form = _breach(request, public_id), TakeBackForm(request.POST)
    if done := form.apply(breach, signed_in(request)):
        messages.success(request, "It is taken back, and counts no more.")
        return redirect(done)
    return _page(request, breach, taking_back=form)


def _breach(request: HttpRequest, public_id: uuid.UUID) -> Breach:
    visible = Breach.objects.visible_to(request.user).select_related(
        "partner", "deal", "customer", "product_line", "filed_by", "decided_by", "taken_back_by",
        "direct_opportunity__owner", "direct_opportunity__product_line",
    )  # fmt: skip
    found: Breach = get_object_or_404(visible, public_id=public_id)
    return found


def _page(
    request: HttpRequest,
    breach: Breach,
    *,
    form: DecideForm | None = None,
    taking_back: TakeBackForm | None = None,
) -> HttpResponse:
    own = Organisation.current()
    is_open = breach.state == BreachState.SUSPECTED
    confirmed = breach.state == BreachState.CONFIRMED
    context = {
        "title": str(breach),
        "breach": breach,
        "tone": TONES[BreachState(breach.state)],
        "resolution": resolution(breach, office_calendar(), own.now()),
        "after": aftermath(breach, own.today()) if confirmed else None,
        "currency": own.reporting_currency,
        "form": form or DecideForm(initial={"direct_team": breach.direct_team}),
        "may_decide": is_open and may(request.user, "breaches:decide", "POST"),
        "taking_back": taking_back or TakeBackForm(auto_id="back_%s"),
        "may_take_back": confirmed and may(request.user, "breaches:take-back", "POST"),
        "history": entries(breach),
    }
    return render(request, "deals/direct/breach_detail.html", context)
