"""What a partner sees: its own first-line service, and what was said of working with it."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from channelhub.lib.pages import paginate
from imports.exporting import Table, send
from partners.models import Partner
from satisfaction.figures import service_of
from satisfaction.models import ServiceMonth, SurveyAnswer
from satisfaction.rules.words import RANGES
from satisfaction.views import service_context

# All that a partner reads of an answer: who said it is ours alone.
TOLD = ("answered_on", "respondent", "scale", "score", "comment")
SERVICE = {
    "Month": "month",
    "Tickets": "tickets",
    "First response, median": "first_response_median",
    "First response, p90": "first_response_p90",
    "Resolution, median": "resolution_median",
    "Resolution, p90": "resolution_p90",
    "Reopened": "reopened",
    "Escalated to us": "escalated",
    "CSAT": "csat",
    "CSAT answers": "csat_answers",
}


@require_GET
def service(request: HttpRequest) -> HttpResponse:
    """Its own service by month, and what was said of working with it."""
    partner = _own(request)
    said = SurveyAnswer.objects.current().visible_to(request.user).values(*TOLD)
    page = paginate(request, said.order_by("-answered_on", "-pk"))
    for row in page.object_list:
        row["best"] = RANGES[row["scale"]][1]
    months = ServiceMonth.objects.current().filter(partner=partner).only(*SERVICE.values())
    context = {"title": "Your service", "page": page, **service_context(service_of(months))}
    return render(request, "portal/service.html", context)


@require_GET
def service_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """Its own service by month."""
    rows = ServiceMonth.objects.current().filter(partner=_own(request)).order_by("-month")
    told = rows.values_list(*SERVICE.values())
    table = Table(name="service", header=tuple(SERVICE), rows=told.iterator(), size=rows.count)
    return send(request, table, file_format)


def _own(request: HttpRequest) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user))
