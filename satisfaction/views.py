"""Pages of satisfaction: a partner's, the channel's, and what people said."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import Organisation, User
from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from imports.exporting import chosen_source, send, table_of
from partners.models import Partner
from satisfaction import charts
from satisfaction.figures import (
    LEAST_TO_JUDGE,
    CauseLine,
    lines_of,
    lines_with_pulse,
    service_of,
    table_of_lines,
)
from satisfaction.forms import AnswerFilter
from satisfaction.imports.answers import SurveyAnswersKind, sources_of_answers
from satisfaction.imports.service import ServiceMetricsKind
from satisfaction.models import PulseAnswer, ServiceMonth, SurveyAnswer
from satisfaction.models.pulse import LEAST_TO_TELL
from satisfaction.rules.words import Respondent

MOST = 10_000
COMMENTS_SHOWN = 5
TABS = {
    "satisfaction:channel": "By cause",
    "satisfaction:said": "What people said",
    "satisfaction:pulse": "Partner pulse",
}


def tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """The pages of satisfaction that the person may open."""
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
        if may(request.user, route, "GET")
    ]


def who_answered(request: HttpRequest) -> Respondent:
    """The respondents asked for by ?who=, or customers."""
    asked = request.GET.get("who", "")
    return Respondent(asked) if asked in Respondent.values else Respondent.CUSTOMER


def who_tabs(request: HttpRequest, who: Respondent) -> list[dict[str, object]]:
    """Whose answers are shown."""
    return [
        {"label": label, "url": f"?who={value}", "active": value == who, "count": None}
        for value, label in ((Respondent.CUSTOMER, "Customers"), (Respondent.PARTNER, "Partners"),
                             (Respondent.PUBLIC, "The public"))
    ]  # fmt: skip


def answered(partners: "QuerySet[Partner] | None", who: Respondent) -> list[CauseLine]:
    """Figures, which name nobody, of some partners or of the whole channel."""
    answers = SurveyAnswer.objects.current().filter(respondent=who)
    pulse = PulseAnswer.objects.all()
    if partners is not None:
        answers, pulse = answers.filter(partner__in=partners), pulse.filter(partner__in=partners)
    today = Organisation.current().today()
    if who is Respondent.PARTNER:
        return lines_with_pulse(answers, pulse, today)
    return lines_of(answers, today)


def drawn(lines: list[CauseLine]) -> list[dict[str, Any]]:
    """Each cause with its chart and the figures behind it."""
    return [
        {
            "line": line,
            "spec": charts.satisfaction(line),
            "name": f"cause-{line.cause}",
            "title": f"{line.cause.label}, {line.scale_label}",
            "columns": ("Quarter", "Mean", "Answers"),
            "rows": charts.rows_of(line),
        }
        for line in lines
    ]


def _said(request: HttpRequest) -> AnswerFilter:
    rows = SurveyAnswer.objects.current().visible_to(request.user)
    ordered = rows.select_related("partner", "customer").order_by("-answered_on", "-pk")
    return AnswerFilter(request.GET, queryset=ordered, request=request)


@require_GET
def said(request: HttpRequest) -> HttpResponse:
    """What people said, searched and narrowed."""
    filtered = _said(request)
    context = {
        "title": "What people said",
        "form": filtered.form,
        "page": paginate(request, filtered.qs, most=MOST),
        "tabs": tabs(request, "satisfaction:said"),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
        "may_open_customers": may(request.user, "customers:detail", "GET"),
        "export_sources": sources_of_answers(),
    }
    return render(request, "satisfaction/said.html", context)


@require_GET
def said_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The answers that the list shows, as a file that can be imported."""
    source = chosen_source(request, sources_of_answers())
    rows = _said(request).qs
    table = table_of(SurveyAnswersKind(), rows, name="survey-answers", source=source)
    return send(request, table, file_format)


@require_GET
def channel(request: HttpRequest) -> HttpResponse:
    """Satisfaction by cause: of the whole channel, or of the partners that the person sees."""
    user, who = signed_in(request), who_answered(request)
    mine = None if user.sees_every_partner else Partner.objects.visible_to(user)
    lines = answered(mine, who)
    context = {
        "title": "Satisfaction",
        "of_all": mine is None,
        "drawn": drawn(lines),
        "table": table_of_lines(lines),
        "lines": lines,
        "least": LEAST_TO_JUDGE,
        "least_to_tell": LEAST_TO_TELL,
        "who_tabs": who_tabs(request, who),
        "tabs": tabs(request, "satisfaction:channel"),
    }
    return render(request, "satisfaction/channel.html", context)


@require_GET
def partner_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Satisfaction at a partner by cause over time, and its first-line service."""
    user, partner, who = signed_in(request), _partner(request, public_id), who_answered(request)
    lines = answered(Partner.objects.filter(pk=partner.pk), who)
    service = service_of(ServiceMonth.objects.current().filter(partner=partner))
    context = {
        "title": f"Satisfaction at {partner.name}",
        "partner": partner,
        "drawn": drawn(lines),
        "table": table_of_lines(lines),
        "lines": lines,
        "least": LEAST_TO_JUDGE,
        "least_to_tell": LEAST_TO_TELL,
        "who_tabs": who_tabs(request, who),
        "comments": _comments(user, partner, who),
        **service_context(service),
    }
    return render(request, "satisfaction/partner.html", context)


def service_context(service: list[ServiceMonth]) -> dict[str, Any]:
    """Months of service and their chart, as `satisfaction/_service.html` shows them."""
    return {"service": list(reversed(service)), "service_chart": charts.service(service)}


def _comments(user: User, partner: Partner, who: Respondent) -> list[SurveyAnswer]:
    rows = SurveyAnswer.objects.current().visible_to(user).filter(partner=partner, respondent=who)
    return list(rows.exclude(comment="").select_related("customer")[:COMMENTS_SHOWN])


@require_GET
def service_export(
    request: HttpRequest, public_id: uuid.UUID, file_format: str
) -> HttpResponseBase:
    """A partner's first-line service, as a file that can be imported."""
    partner = _partner(request, public_id)
    rows = ServiceMonth.objects.current().filter(partner=partner).order_by("-month")
    return send(request, table_of(ServiceMetricsKind(), rows, name="service-metrics"), file_format)


def _partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)
