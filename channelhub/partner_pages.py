"""Pages about partners that are composed of every room's panels."""

import datetime as dt
import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from alerts.panels import health_of, partner_alerts, past_alerts
from channelhub.lib.pages import paginate
from deals.panels import deals_of
from deals.standing.panels import standing_of
from imports.exporting import chosen_source, send, table_of
from partners.exports import sources_of_partners
from partners.facts.panels import facts
from partners.imports import PartnersKind
from partners.lists import SORTS, PartnerFilter, page_of, sort_of
from partners.models import Partner
from partners.panels import record, status_badge
from reviews.interviews.panels import interviews_of_partner
from sales.charts import our_sales
from sales.customer_panels import customers_of, share_of_own_sales
from sales.exports import sources_of_lines
from sales.imports.lines import lines_table
from sales.panels import (
    LINE_COLUMNS,
    lines_behind,
    partner_lines,
    partner_sales,
    rows_behind,
)
from satisfaction.panels import satisfaction_of


def _asked_for(request: HttpRequest) -> PartnerFilter:
    visible = Partner.objects.visible_to(request.user)
    return PartnerFilter(request.GET, queryset=visible, request=request)


@require_GET
def partner_list_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The partners that the list shows, in its order, as a file that can be imported."""
    partners = _asked_for(request).qs.order_by(*SORTS[sort_of(request)])
    table = table_of(
        PartnersKind(),
        partners.with_standing(Organisation.current().today()),
        name="partners",
        source=chosen_source(request, sources_of_partners()),
    )
    return send(request, table, file_format)


def partner_list(request: HttpRequest) -> HttpResponse:
    """Partners that the person may see with their health, searched, narrowed and sorted."""
    filtered = _asked_for(request)
    page = page_of(request, filtered.qs)
    health = health_of([partner.pk for partner in page.object_list])
    for partner in page.object_list:
        partner.badge = status_badge(partner.status)
        partner.health_now = health.get(partner.pk)
    context = {
        "title": "Partners",
        "form": filtered.form,
        "page": page,
        "sort": sort_of(request),
        "narrowed": any(request.GET.get(name) for name in filtered.filters),
        "may_create": may(request.user, "partners:create", "GET"),
        "export_sources": sources_of_partners(),
        "may_reassign": may(request.user, "partners:reassign", "GET"),
    }
    return render(request, "partners/list.html", context)


def partner_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One partner: health, open alerts with their explanation, sales, people, what we know."""
    partner, viewer = _visible_partner(request, public_id), signed_in(request)
    today = Organisation.current().today()
    known = facts(partner, today, viewer)
    shown = sales_context(partner, today)
    sales = shown["sales"]
    year = known.last_year.result if known.last_year else None
    context = {
        "title": partner.name,
        "partner": partner,
        "today": today,
        "record": record(partner, today, viewer=viewer),
        "health": health_of([partner.pk]).get(partner.pk),
        "alerts": partner_alerts(partner, viewer),
        "past": past_alerts(partner, viewer),
        "facts": known,
        "standing": standing_of(partner, today),
        "wallet": share_of_own_sales(partner, year, today),
        "customers": customers_of(partner, today, end=sales.end, total=sales.last_12),
        "lines": partner_lines(partner, today).values(*LINE_COLUMNS)[:10],
        "deals": deals_of(partner, viewer),
        "satisfaction": satisfaction_of(partner, today),
        "interviews": interviews_of_partner(partner, viewer),
        "can_view_as": may(viewer, "partners:view-as", "POST"),
        "can_edit": may(viewer, "partners:edit", "GET"),
        "may_open_customers": may(viewer, "customers:detail", "GET"),
        **shown,
    }
    return render(request, "partners/detail.html", context)


def partner_lines_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The sales lines of a partner; between two days, the rows behind a figure as of a day."""
    partner = _visible_partner(request, public_id)
    period, as_of = _period(request), _as_of(request)
    if period:
        rows = rows_behind(partner, first=period[0], last=period[1], as_of=as_of)
    else:
        rows = partner_lines(partner, as_of).values(*LINE_COLUMNS)
    context = {
        "title": f"Sales lines of {partner.name}",
        "partner": partner,
        "period": period,
        "as_of": as_of,
        "page": paginate(request, rows),
        "export_sources": sources_of_lines(partner, as_of),
    }
    return render(request, "partners/lines.html", context)


@require_GET
def partner_lines_export(
    request: HttpRequest, public_id: uuid.UUID, file_format: str
) -> HttpResponseBase:
    """The sales lines that the page shows and one source reported."""
    partner = _visible_partner(request, public_id)
    period, as_of = _period(request), _as_of(request)
    source = chosen_source(request, sources_of_lines(partner, as_of))
    lines: tuple[QuerySet[Any], ...] = (partner_lines(partner, as_of),)
    if period:
        lines = lines_behind(partner, first=period[0], last=period[1], as_of=as_of)
    return send(request, lines_table(lines, source), file_format)


def _as_of(request: HttpRequest) -> dt.date:
    return _day(request.GET.get("as_of", "")) or Organisation.current().today()


def _visible_partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    partners = Partner.objects.visible_to(request.user).select_related("company", "merged_into")
    return get_object_or_404(partners, public_id=public_id)


def _period(request: HttpRequest) -> tuple[dt.date, dt.date] | None:
    first, last = (_day(request.GET.get(name, "")) for name in ("from", "to"))
    return (first, last) if first and last and first <= last else None


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def sales_context(partner: Partner, today: dt.date) -> dict[str, Any]:
    """Our sales with a partner and their chart, as `partners/_sales.html` shows them."""
    sales = partner_sales(partner, today)
    return {
        "sales": sales,
        "chart": our_sales(sales.series, sales.currency),
        "chart_columns": ("Month", sales.currency),
        "chart_rows": [(f"{month:%b %Y}", amount) for month, amount in reversed(sales.series)],
    }
