"""Pages of "who works it": the list, the weekly call list, and one registration's people."""

import itertools
import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.pages import page_size, paginate
from deals.direct.forms import LeadForm, ReviewerForm, SettleForm, WorkForm
from deals.models import Deal, DirectOpportunity
from deals.tabs import tabs
from deals.unclear import Question, facts
from deals.working import Working, WorkingList, described, question_of

# A call list is talked through in a week: what is beyond it is filtered for.
MOST_CALLS = 500


def work_list(request: HttpRequest) -> HttpResponse:
    """Every open opportunity with who leads it, what is unclear first."""
    user = signed_in(request)
    form = WorkForm(request.GET, user=user)
    asked = form.asked()
    size = page_size(request)
    number = request.GET.get("page", "")
    start = (int(number) - 1) * size if number.isdecimal() and 0 < int(number) < 100_000 else 0
    rows = WorkingList(
        question_of(user, asked),
        unclear_only=asked.unclear_only,
        likely=slice(start, start + size),
    )
    page: Page[Working] = paginate(request, rows)
    context = {
        "title": "Who works it",
        "form": form,
        "page": page,
        "tabs": tabs(request, "work:list"),
        "unclear": rows.unclear,
        "narrowed": bool(set(request.GET) - {"page", "per"}),
        "query": request.GET.urlencode(),
    }
    return render(request, "deals/direct/work_list.html", context)


@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    """What the weekly call goes through: by partner, what is unclear first; to be printed."""
    user = signed_in(request)
    form = WorkForm(request.GET, user=user)
    asked = form.asked()
    rows = WorkingList(
        question_of(user, asked), unclear_only=asked.unclear_only, likely=slice(0, MOST_CALLS)
    )
    every = rows[slice(0, MOST_CALLS)]
    context = {
        "title": "Call list",
        "today": Organisation.current().today(),
        "groups": _by_partner(every),
        "shown": len(every),
        "count": rows.count(),
        "unclear": rows.unclear,
        "viewer": user,
        "query": request.GET.urlencode(),
    }
    return render(request, "deals/direct/call_list.html", context)


def _by_partner(every: list[Working]) -> list[tuple[Any, list[Working]]]:
    """Partners with something unclear come first; our own opportunities are a group of theirs."""

    def partner(each: Working) -> Any:
        return None if each.is_direct else each.record.partner

    def key(each: Working) -> tuple[str, int]:
        own = partner(each)
        return (own.name, own.pk) if own else ("", 0)

    groups = [
        (partner(rows[0]), rows)
        for _, group in itertools.groupby(sorted(every, key=key), key)
        for rows in [list(group)]
    ]
    return sorted(groups, key=lambda group: -sum(bool(each.why) for each in group[1]))


def work_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who works one registration: exact dated roles, and what makes it clear again."""
    user = signed_in(request)
    visible = Deal.objects.visible_to(user).select_related("partner", "customer", "reviewer")
    deal: Deal = get_object_or_404(visible, public_id=public_id)
    flag = deal.flags.filter(settled_at=None).select_related("raised_by").first()
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    forms: dict[str, Any] = {
        "lead": LeadForm(_sent(request, sent, "lead"), deal=deal),
        "settle": SettleForm(_sent(request, sent, "settle"), flag=flag),
        "reassign": ReviewerForm(_sent(request, sent, "reassign"), deal=deal),
    }
    if sent in forms and forms[sent].apply(user):
        messages.success(request, "Saved.")
        return redirect("work:detail", public_id=public_id)
    now = _now(deal)
    context = {
        "title": f"Who works {deal}",
        "deal": deal,
        "row": now,
        "roles": deal.roles.select_related("user").order_by("valid", "pk"),
        "today": Organisation.current().today(),
        "flag": flag,
        "forms": forms,
        "may_write": deal.is_open and may(user, "work:detail", "POST"),
    }
    return render(request, "deals/direct/work_detail.html", context)


def _sent(request: HttpRequest, sent: str, name: str) -> Any:
    return request.POST if sent == name else None


def _now(deal: Deal) -> Working | None:
    """How it stands; nothing where it is closed."""
    one = Deal.objects.filter(pk=deal.pk)
    question = Question.about_now(registrations=one, directs=DirectOpportunity.objects.none())
    return next(iter(described(list(facts(question)))), None)
