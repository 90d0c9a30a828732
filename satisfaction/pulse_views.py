"""Pages of the half-yearly pulse: asking, answering by link, and reading."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Avg, Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from channelhub.lib.roles import acting_as_app
from partners.models import Partner
from satisfaction.actions.pulse import Asked, LinkUnusable, answer_pulse, ask_partner, asked_by
from satisfaction.forms import PulseForm
from satisfaction.models import PulseAnswer
from satisfaction.models.pulse import LEAST_TO_TELL
from satisfaction.rules.quarters import half_name, half_of
from satisfaction.views import tabs


@require_GET
def pulse(request: HttpRequest) -> HttpResponse:
    """Partners with how many answered in this half-year and what they said on average."""
    user, half = signed_in(request), half_of(Organisation.current().today())
    mine = Q(pulse_answers__half=half)
    partners = (
        Partner.objects.visible_to(user)
        .unmerged()
        .annotate(
            answers=Count("pulse_answers", filter=mine),
            overall=Avg("pulse_answers__overall", filter=mine),
            recommend=Avg("pulse_answers__recommend", filter=mine),
        )
        .order_by("-answers", "name", "pk")
    )
    context = {
        "title": "Partner pulse",
        "half": half_name(half),
        "page": paginate(request, partners),
        # Who reads the answers may see the figures of few.
        "least": 1 if may(user, "satisfaction:pulse-answers", "GET") else LEAST_TO_TELL,
        "may_read": may(user, "satisfaction:pulse-answers", "GET"),
        "may_ask": may(user, "satisfaction:pulse-ask", "POST"),
        "tabs": tabs(request, "satisfaction:pulse"),
    }
    return render(request, "satisfaction/pulse.html", context)


@require_GET
def answers(request: HttpRequest) -> HttpResponse:
    """Every answer, for the channel chief."""
    rows = PulseAnswer.objects.readable_by(signed_in(request)).select_related("partner")
    context = {
        "title": "Answers to the pulse",
        "page": paginate(request, rows),
        "tabs": tabs(request, "satisfaction:pulse"),
    }
    return render(request, "satisfaction/pulse_answers.html", context)


@require_POST
def ask(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Mail the link to a partner's people."""
    user = signed_in(request)
    partner = get_object_or_404(Partner.objects.visible_to(user), public_id=public_id)
    try:
        count = ask_partner(partner, acting_user=user)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, f"Asked {count} at {partner}.")
    return redirect("satisfaction:pulse")


@login_not_required
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The form behind a link; every link that opens nothing looks the same."""
    try:
        asked = asked_by(token)
    except LinkUnusable:
        context = {"title": "This link does not work any more"}
        return render(request, "satisfaction/link_unusable.html", context, status=410)
    return _form(request, asked, "satisfaction/pulse_by_link.html")


def in_portal(request: HttpRequest) -> HttpResponse:
    """The form for somebody with an account."""
    user = signed_in(request)
    partner = get_object_or_404(Partner.objects.visible_to(user))
    return _form(request, Asked.of_user(user, partner), "portal/pulse.html")


def _form(request: HttpRequest, asked: Asked, template: str) -> HttpResponse:
    try:
        # Answers are closed to partners' people, their own among them.
        with acting_as_app(asked.partner):
            return _answered(request, asked, template)
    except ObjectDoesNotExist:
        raise Http404 from None


def _answered(request: HttpRequest, asked: Asked, template: str) -> HttpResponse:
    form = PulseForm(request.POST or None)
    done = asked.has_answered()
    if request.method == "POST" and not done and form.is_valid():
        try:
            answer_pulse(asked, **form.cleaned_data)
        except ValidationError as problem:
            messages.error(request, " ".join(problem.messages))
        done = True
    context = {
        "title": "How is working with us?",
        "form": form,
        "asked": asked,
        "half": half_name(asked.half),
        "done": done,
        "may_write": may(request.user, "portal:pulse", "POST"),
    }
    return render(request, template, context)
