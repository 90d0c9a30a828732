"""Pages of registrations for our people: what waits, all of them, and one with its decision."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from customers.models import Customer
from deals.actions import reviewing
from deals.actions.appeals import appeal_until
from deals.actions.files import ATTACHED_TO
from deals.actions.overlaps import Review, review
from deals.actions.proofs import proof_of
from deals.actions.protecting import AlreadyProtected, end_of
from deals.actions.steps import now, today
from deals.attaching import OurFileForm, files_of
from deals.models import Deal, DealLine, LineState, RequestState
from deals.review import lists
from deals.review.forms import (
    AnswerForm,
    AskForm,
    ChangeForm,
    CommentForm,
    DecisionForm,
    IdentifyForm,
    ReassignForm,
)
from deals.rules.states import IllegalStep, State
from deals.tabs import tabs

# The form is fine, and the registration has moved on; or the form is not.
CONFLICT, UNPROCESSABLE = 409, 422


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the least time left first."""
    asked = lists.queue(request)
    page, moment = paginate(request, asked.qs), now()
    for deal in page.object_list:
        deal.left = lists.time_left(deal, moment)
        deal.tone = lists.TONES[State(deal.state)]
    context = {
        "title": "Deal registrations",
        "form": asked.form,
        "page": page,
        "tabs": tabs(request, "deals:queue"),
        "narrowed": any(request.GET.get(name) for name in asked.filters),
        "may_decide": may(request.user, "deals:bulk", "POST"),
    }
    return render(request, "deals/review/queue.html", context)


@require_GET
def every(request: HttpRequest) -> HttpResponse:
    """All registrations that the person sees."""
    asked = lists.every(request)
    page = paginate(request, asked.qs, most=lists.MOST)
    until = lists.protected_until([deal.pk for deal in page.object_list])
    for deal in page.object_list:
        deal.tone = lists.TONES[State(deal.state)]
        deal.until = until.get(deal.pk) if deal.state == State.APPROVED else None
    context = {
        "title": "Deal registrations",
        "form": asked.form,
        "page": page,
        "tabs": tabs(request, "deals:list"),
        "narrowed": any(request.GET.get(name) for name in asked.filters),
    }
    return render(request, "deals/review/list.html", context)


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """Extensions and appeals that wait for an answer."""
    extensions, appeals = lists.open_requests(request.user)
    context = {
        "title": "Deal registrations",
        "tabs": tabs(request, "deals:requests"),
        "extensions": extensions,
        "appeals": appeals,
    }
    return render(request, "deals/review/requests.html", context)


@require_GET
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One registration: the request, what overlaps, who may, and the decision."""
    deal = _deal(request, public_id)
    return _page(request, deal)


@require_POST
def take_up(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin the review, as its reviewer."""
    deal = _deal(request, public_id)
    try:
        reviewing.take_up(deal, acting_user=signed_in(request))
    except IllegalStep as error:
        messages.error(request, " ".join(error.messages))
        return _page(request, _deal(request, public_id), status=CONFLICT)
    return redirect("deals:detail", public_id)


@require_POST
def ask(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask the partner something; the clock stands still."""
    deal, form = _deal(request, public_id), AskForm(request.POST)
    if form.apply(deal, signed_in(request)):
        return _done(request, deal, "The partner is asked. The clock stands still meanwhile.")
    return _page(request, deal, ask=form)


@require_POST
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Approve line by line, or reject."""
    deal = _deal(request, public_id)
    form = DecisionForm(request.POST, deal=deal)
    if decided := form.apply(deal, signed_in(request)):
        told = decided.get_state_display().lower()
        return _done(request, deal, f"The registration is {told}; the partner is told.")
    return _page(request, deal, decision=form)


@require_POST
def decide_change(request: HttpRequest, public_id: uuid.UUID, line: int) -> HttpResponse:
    """Decide about a line that was changed after the approval."""
    deal = _deal(request, public_id)
    changed = get_object_or_404(DealLine, deal=deal, pk=line)
    form = ChangeForm(request.POST)
    if form.apply(deal, changed, signed_in(request)):
        return _done(request, deal, "The change is decided; the partner is told.")
    return _page(request, deal, change=form)


@require_POST
def reassign(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give the review to somebody else."""
    deal, form = _deal(request, public_id), ReassignForm(request.POST)
    if done := form.apply(deal, signed_in(request)):
        messages.success(request, f"{done.reviewer} reviews {done.number} now.")
        gone = not Deal.objects.visible_to(request.user).filter(pk=deal.pk).exists()
        return redirect("deals:queue") if gone else redirect("deals:detail", public_id)
    return _page(request, deal, reassign=form)


@require_POST
def comment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A note among us, or a comment to the partner."""
    deal, form = _deal(request, public_id), CommentForm(request.POST)
    if form.apply(deal, signed_in(request)):
        return _done(request, deal, "Noted.")
    return _page(request, deal, comment=form)


@require_POST
def identify(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say which customer it is."""
    deal = _deal(request, public_id)
    found = review(deal)
    form = IdentifyForm(request.POST, among=[each.customer for each in found.found.candidates])
    if done := form.apply(deal, signed_in(request)):
        return _done(request, deal, f"The customer is {done.customer}.")
    return _page(request, deal, identify=form)


@require_POST
def decide_extension(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Grant or refuse the extension that is asked for."""
    deal, form = _deal(request, public_id), AnswerForm(request.POST)
    asked = getattr(deal, "extension", None)
    if asked is None:
        raise Http404
    if form.extend(asked, signed_in(request)):
        return _done(request, deal, "The extension is decided; the partner is told.")
    return _page(request, deal, extension=form)


@require_POST
def decide_appeal(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Uphold or dismiss the appeal."""
    deal, form = _deal(request, public_id), AnswerForm(request.POST)
    appeal = deal.appeals.first()
    if appeal is None:
        raise Http404
    if form.settle(appeal, signed_in(request)):
        return _done(request, deal, "The appeal is decided; the partner is told.")
    return _page(request, deal, appeal=form)


def _deal(request: HttpRequest, public_id: uuid.UUID) -> Deal:
    visible = Deal.objects.visible_to(request.user).select_related(
        "partner", "customer", "registered_by", "reviewer", "team__arbiter", "rules", "extension"
    )
    found: Deal = get_object_or_404(
        visible.prefetch_related("rules__terms", "protections__product_line"), public_id=public_id
    )
    return found


def _done(request: HttpRequest, deal: Deal, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("deals:detail", deal.public_id)


def _page(request: HttpRequest, deal: Deal, *, status: int = 200, **bound: Any) -> HttpResponse:
    found = review(deal)
    context = {
        "title": deal.account_name,
        "deal": deal,
        "tone": lists.TONES[State(deal.state)],
        "left": lists.time_left(deal, now()) if lists.is_pending(deal) else None,
        "pending": lists.is_pending(deal),
        "found": found,
        "lines": _lines(deal, found),
        "steps": deal.steps.select_related("by")[:200],
        "roles": deal.roles.on(today()).select_related("user"),
        "flag": deal.flags.filter(settled_at=None).select_related("raised_by").first(),
        "protected_until": _last_day(deal),
        "proof": proof_of(deal),
        "may_erase": may(request.user, "erasure:deal", "POST"),
        **_files(request, deal),
        "linked": _linked(request, deal, found),
        "problems": [each for form in bound.values() for each in _errors(form)],
        **_forms(request, deal, found, bound),
    }
    if bound:
        status = CONFLICT if any(map(_conflicts, bound.values())) else UNPROCESSABLE
    return render(request, "deals/review/detail.html", context, status=status)


def _conflicts(form: Any) -> bool:
    """Whether the registration's state, or another's protection, is why it was refused."""
    reasons = (error for errors in form.errors.as_data().values() for error in errors)
    return any(isinstance(error, IllegalStep | AlreadyProtected) for error in reasons)


def _files(request: HttpRequest, deal: Deal) -> dict[str, Any]:
    user = signed_in(request)
    may_attach = deal.state in ATTACHED_TO and may(user, "deals:attach", "POST")
    return {
        "files": files_of(deal, user),
        "attach_form": OurFileForm(auto_id="attach_%s") if may_attach else None,
        "attach": "deals:attach",
        "download": "deals:file",
    }


def _errors(form: Any) -> list[str]:
    """What is wrong, told at the top: the form may be gone from a page that has moved on."""
    return [
        str(error)
        for name, errors in form.errors.items()
        for error in errors
        if name == "__all__" or name not in form.fields or form.fields[name].label is None
    ] or [f"{form.fields[name].label}: {errors[0]}" for name, errors in form.errors.items()]


def _lines(deal: Deal, found: Review) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "eligibility": found.eligibility.get(line.product_line_id),
            "suggestion": found.suggestions.get(line.product_line_id),
            "terms": deal.rules.terms_for(deal.type, line.product_line_id) if deal.rules else None,
            "waits": deal.state == State.APPROVED and line.state == LineState.UNDER_REVIEW,
        }
        for line in deal.lines.select_related("product_line")
    ]


def _last_day(deal: Deal) -> Any:
    end = end_of(deal)
    ends = [row.last_day for row in deal.protections.all() if row.last_day]
    return max(ends) if end and ends else None


def _linked(request: HttpRequest, deal: Deal, found: Review) -> dict[str, Any]:
    """Which other records this person may open: the keys of deals and customers."""
    others = [each.record.pk for each in found.overlaps if not each.is_direct]
    people = [each.customer for each in found.found.candidates]
    people += [deal.customer_id] if deal.customer_id else []
    deals = Deal.objects.visible_to(request.user).filter(pk__in=others)
    customers = Customer.objects.filter(pk__in=people)
    ids = dict(customers.values_list("pk", "public_id"))
    seen = Customer.objects.visible_to(request.user).filter(pk__in=people)
    return {
        "deals": set(deals.values_list("pk", flat=True)),
        "customers": dict(seen.values_list("pk", "public_id")),
        "candidates": [(each, ids.get(each.customer)) for each in found.found.candidates],
    }


def _forms(
    request: HttpRequest, deal: Deal, found: Review, bound: dict[str, Any]
) -> dict[str, Any]:
    may_decide = may(request.user, "deals:decide", "POST")
    appeal = deal.appeals.select_related("filed_by").first()
    extension = getattr(deal, "extension", None)
    chosen = [line.pk for line in deal.lines.all()]
    unbound = {
        "ask": AskForm(),
        "decision": DecisionForm(deal=deal, initial={"lines": chosen}),
        "change": ChangeForm(),
        "reassign": ReassignForm(),
        "comment": CommentForm(),
        "extension": AnswerForm(),
        "appeal": AnswerForm(),
    }
    forms = {**unbound, **bound}
    for name, form in forms.items():
        # Several of them have a field of the same name on this page.
        form.auto_id = f"{name}_%s"
    return {
        "may_decide": may_decide,
        "forms": forms,
        "appeal": appeal,
        "appeal_open": appeal is not None and appeal.state == RequestState.OPEN,
        "appeal_until": appeal_until(deal) if deal.state == State.REJECTED else None,
        "extension": extension,
        "extension_open": extension is not None and extension.state == RequestState.OPEN,
        "may_identify": may_decide and lists.is_pending(deal),
    }
