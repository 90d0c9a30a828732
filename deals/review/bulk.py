"""Several registrations of the queue at once: looked through, confirmed, and told one by one."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from accounts.permissions import signed_in
from deals.actions import bulk
from deals.actions.overlaps import review
from deals.actions.reviewing import reassign
from deals.models import Deal
from deals.review import lists
from deals.review.forms import ReassignForm


def confirm(request: HttpRequest) -> HttpResponse:
    """What would be done with those that were chosen, and which are left out; POST does it."""
    sent = request.POST if request.method == "POST" else request.GET
    chosen = _chosen(request, sent)
    if not chosen:
        messages.error(request, "Choose registrations of the list first.")
        return redirect("deals:queue")
    if len(chosen) > bulk.MOST:
        messages.error(request, f"Choose no more than {bulk.MOST} at once.")
        return redirect("deals:queue")
    act = _reassign if sent.get("action") == "reassign" else _approve
    return act(request, chosen)


def _chosen(request: HttpRequest, sent: QueryDict) -> list[Deal]:
    rows = lists.waiting(request.user).filter(public_id__in=list(_ids(sent.getlist("deal"))))
    wanted = rows.select_related("customer", "rules").prefetch_related("rules__terms")
    return list(wanted[: bulk.MOST + 1])


def _ids(sent: Sequence[str]) -> Iterator[uuid.UUID]:
    for each in sent:
        try:
            yield uuid.UUID(each)
        except ValueError:
            continue


def _approve(request: HttpRequest, chosen: Sequence[Deal]) -> HttpResponse:
    if request.method == "POST":
        act = partial(bulk.approve_if_clear, acting_user=signed_in(request))
        return _done(request, chosen, act, "approved")
    looked = [(deal, bulk.why_not(deal, review(deal))) for deal in chosen]
    context = {
        "title": "Approve together",
        "clear": [deal for deal, reasons in looked if not reasons],
        "left_out": [(deal, reasons) for deal, reasons in looked if reasons],
    }
    return render(request, "deals/review/bulk_approve.html", context)


def _reassign(request: HttpRequest, chosen: Sequence[Deal]) -> HttpResponse:
    form = ReassignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        act = partial(reassign, to=to, acting_user=signed_in(request))
        return _done(request, chosen, act, f"given to {to}")
    context = {"title": "Give to somebody else", "chosen": chosen, "form": form}
    status = 422 if form.errors else 200
    return render(request, "deals/review/bulk_reassign.html", context, status=status)


def _done(
    request: HttpRequest, chosen: Sequence[Deal], act: Callable[[Deal], Any], words: str
) -> HttpResponse:
    outcomes = bulk.each(chosen, act)
    for outcome in outcomes:
        if outcome.refusal:
            messages.warning(request, f"{outcome.deal}: not {words}. {outcome.refusal}")
        else:
            messages.success(request, f"{outcome.deal}: {words}.")
    return redirect("deals:queue")
