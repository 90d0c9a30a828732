"""Pages of interviews for our people."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation, User
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from imports.exporting import send
from partners.models import Action, Origin, Partner
from reviews.interviews.findings import findings, interviews_table
from reviews.interviews.forms import (
    AssignForm,
    FindingsFilter,
    GuideForm,
    InterviewFilter,
    LinkForm,
    OlderForm,
    ReasonForm,
    RecordForm,
)
from reviews.interviews.guide import answers_of, questions
from reviews.interviews.opening import older as older_events
from reviews.interviews.outside import take_link_back
from reviews.interviews.recording import cancel_interview, reopen_interview
from reviews.models import Cause, Guide, Interview, InterviewKind

TABS = {
    "interviews:list": "Interviews",
    "interviews:findings": "Findings",
    "interviews:older": "Older events",
    "interviews:guide": "Guides",
}


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Those that the person may open."""
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
        if may(request.user, route, "GET")
    ]


def _asked_for(request: HttpRequest) -> InterviewFilter:
    query = request.GET.copy()
    query.setdefault("state", "unfinished")
    rows = Interview.objects.visible_to(request.user).shown()
    return InterviewFilter(query, queryset=rows, request=request)


@require_GET
def interview_list(request: HttpRequest) -> HttpResponse:
    """Interviews that the person may see; at first those to do, what is due first."""
    filtered = _asked_for(request)
    organisation = Organisation.current()
    context = {
        "title": "Interviews",
        "form": filtered.form,
        "page": paginate(request, filtered.qs),
        "today": organisation.today(),
        "currency": organisation.reporting_currency,
        "tabs": tabs(request, "interviews:list"),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
    }
    return render(request, "reviews/interviews/list.html", context)


@require_GET
def interview_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The interviews that the list shows."""
    return send(request, interviews_table(_asked_for(request).qs, name="interviews"), file_format)


def _found(request: HttpRequest) -> FindingsFilter:
    rows = Interview.objects.visible_to(request.user)
    return FindingsFilter(request.GET, queryset=rows)


@require_GET
def findings_page(request: HttpRequest) -> HttpResponse:
    """What interviews found, by cause, partner, product line and quarter."""
    filtered = _found(request)
    context = {
        "title": "Findings of interviews",
        "form": filtered.form,
        "found": findings(filtered.qs),
        "causes": Cause.labels,
        "currency": Organisation.current().reporting_currency,
        "tabs": tabs(request, "interviews:findings"),
    }
    return render(request, "reviews/interviews/findings.html", context)


@require_GET
def findings_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The finished interviews behind the figures, newest event first."""
    rows = _found(request).qs.done().shown().order_by("-happened_on", "-pk")
    return send(request, interviews_table(rows, name="findings"), file_format)


def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One interview; whoever holds it writes it down here."""
    user, interview = signed_in(request), _interview(request, public_id)
    if request.method != "POST":
        return _page(request, interview)
    if not interview.is_recorded_by(user):
        raise Http404
    form = _record_form(interview, request.POST)
    finish = request.POST.get("finish") == "yes"
    if form.apply(user, finish=finish):
        messages.success(request, "The interview is finished." if finish else "Draft saved.")
        return redirect(interview)
    return _page(request, interview, form)


@require_POST
def assign(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let somebody else hold it."""
    interview, form = _interview(request, public_id), AssignForm(request.POST)
    done = form.apply(interview, signed_in(request))
    return _told(request, interview, form, f"{done.interviewer} holds it now." if done else "")


@require_POST
def send_link(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Mail a link to an interviewer from outside."""
    interview, form = _interview(request, public_id), LinkForm(request.POST)
    done = form.apply(interview, signed_in(request))
    told = f"A link is on its way to {done.outsider_email}." if done else ""
    return _told(request, interview, form, told)


@require_POST
def end_link(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a link back."""
    interview = _interview(request, public_id)
    try:
        take_link_back(interview, acting_user=signed_in(request))
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, "The link opens nothing any more.")
    return redirect(interview)


@require_POST
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Hold it no more."""
    interview, form = _interview(request, public_id), ReasonForm(request.POST)
    done = form.act(cancel_interview, interview, acting_user=signed_in(request))
    return _told(request, interview, form, "The interview is cancelled." if done else "")


@require_POST
def reopen(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take up again what was finished or cancelled; for whoever may write it down."""
    interview, form = _interview(request, public_id), ReasonForm(request.POST)
    if not interview.is_recorded_by(signed_in(request)):
        raise Http404
    done = form.act(reopen_interview, interview, acting_user=signed_in(request))
    return _told(request, interview, form, "The interview is open again." if done else "")


def guides(request: HttpRequest) -> HttpResponse:
    """The questions of each kind of interview."""
    sent = request.POST.get("kind", "")
    forms = []
    for kind in InterviewKind:
        form = GuideForm(
            request.POST if sent == kind else None, prefix=kind,
            initial={"text": "\n".join(questions(kind))},
        )  # fmt: skip
        if sent == kind and form.apply(kind, signed_in(request)):
            messages.success(request, "Saved. Interviews begun from now on ask these questions.")
            return redirect("interviews:guide")
        forms.append((kind, form))
    context = {
        "title": "Guides of interviews",
        "forms": forms,
        "tabs": tabs(request, "interviews:guide"),
        "history": entries(Guide.objects.all()),
    }
    return render(request, "reviews/interviews/guides.html", context)


def older(request: HttpRequest) -> HttpResponse:
    """Events before the last 90 days that have no interview: one choice for all."""
    form = OlderForm(request.POST or None)
    if request.method == "POST" and (opened := form.apply(signed_in(request))) is not None:
        messages.success(request, f"Opened interviews: {opened}.")
        return redirect("interviews:older")
    context = {
        "title": "Older losses and transactions",
        "older": older_events(),
        "form": form,
        "tabs": tabs(request, "interviews:older"),
    }
    return render(request, "reviews/interviews/older.html", context)


def _interview(request: HttpRequest, public_id: uuid.UUID) -> Interview:
    rows = Interview.objects.visible_to(request.user).shown().select_related("finished_by")
    found: Interview = get_object_or_404(rows, public_id=public_id)
    return found


def _record_form(interview: Interview, sent: Any = None) -> RecordForm:
    return RecordForm(sent, interview=interview, answers=answers_of(interview))


def _told(request: HttpRequest, interview: Interview, form: Any, done: str) -> HttpResponse:
    if done:
        messages.success(request, done)
    else:
        wrong = [str(each) for every in form.errors.values() for each in every]
        messages.error(request, " ".join(wrong))
    return redirect(interview)


def _page(
    request: HttpRequest, interview: Interview, form: RecordForm | None = None
) -> HttpResponse:
    user, organisation = signed_in(request), Organisation.current()
    by_link = interview.link_until and interview.link_until >= organisation.today()
    writes = interview.is_open and not by_link and interview.is_recorded_by(user)
    if form and not writes:
        messages.error(request, " ".join(str(each) for each in form.non_field_errors()))
    actions = Action.objects.visible_to(user).filter(origin_id=interview.public_id)
    partners = list(interview.partners.all())
    context = {
        "title": interview.customer.name,
        "interview": interview,
        "partners": partners,
        "linked": _linked(partners, user),
        "answers": answers_of(interview),
        "form": (form or _record_form(interview)) if writes else None,
        "by_link": by_link,
        "assign": AssignForm(initial={"interviewer": interview.interviewer}),
        "link": LinkForm(),
        "may_assign": may(user, "interviews:assign", "POST"),
        "may_reopen": not interview.is_open and interview.is_recorded_by(user),
        "actions": actions.select_related("partner", "owner"),
        "new_actions": _new_actions(interview, partners, user),
        "today": organisation.today(),
        "currency": organisation.reporting_currency,
        "history": entries(interview, parts=("reviews.InterviewAnswerEvent",)),
    }
    return render(request, "reviews/interviews/detail.html", context)


def _query(**asked: object) -> str:
    return urlencode({name: str(value) for name, value in asked.items()})


def _linked(partners: list[Partner], user: User) -> set[int]:
    """The partners whose pages the viewer may open; the others are named only."""
    own = Partner.objects.visible_to(user).filter(pk__in=[each.pk for each in partners])
    return set(own.values_list("pk", flat=True))


def _new_actions(
    interview: Interview, partners: list[Partner], user: User
) -> list[tuple[Partner, str]]:
    """Where "what should change" becomes an action, at each partner that the viewer may open."""
    if not may(user, "actions:create", "GET"):
        return []
    seen = _linked(partners, user)
    asked = {
        "title": " ".join(interview.change.split())[:200],
        "origin": Origin.INTERVIEW,
        "origin_id": str(interview.public_id),
    }
    return [
        (each, f"{reverse('actions:create')}?{_query(partner=each.public_id, **asked)}")
        for each in partners
        if each.pk in seen
    ]
