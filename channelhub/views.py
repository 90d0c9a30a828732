"""Pages that several rooms share: home, and everything about one partner."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date

from accounts.models import Organisation, Role, User
from accounts.permissions import may
from alerts.panels import largest_partners, overnight, partner_alerts, past_alerts, ranked
from alerts.verdicts import Nature
from channelhub.lib.pages import paginate
from partners.models import Membership, Partner
from partners.panels import portal_facts, record
from partners.people.queries import who_to_ask
from sales.charts import our_sales
from sales.panels import (
    LINE_COLUMNS,
    feed_freshness,
    partner_lines,
    partner_sales,
    rows_behind,
    sparklines,
)


def home(request: HttpRequest) -> HttpResponse:
    """What this person needs to know this morning, by role."""
    user = request.user
    if not isinstance(user, User) or user.role == Role.DIRECT:
        return _direct_home(request)
    if user.works_at_partner:
        return _partner_home(request, user)
    return _channel_home(request, user)


def _channel_home(request: HttpRequest, user: User) -> HttpResponse:
    today = Organisation.current().today()
    visible = Partner.objects.visible_to(user).unmerged()
    largest = largest_partners(visible)
    lines = sparklines([partner.pk for partner, _ in largest], today)
    context = {
        "title": "Your partners" if user.role == Role.MANAGER else "The channel",
        "overnight": overnight(user),
        "rankings": [ranked(user, nature) for nature in (Nature.RISK, Nature.OPPORTUNITY)],
        "feeds": feed_freshness(today),
        "partners": [(partner, amount, lines[partner.pk]) for partner, amount in largest],
        "partner_count": visible.count(),
    }
    return render(request, "home/channel.html", context)


def _direct_home(request: HttpRequest) -> HttpResponse:
    context = {"title": "Who to ask", "territories": who_to_ask()}
    return render(request, "home/direct.html", context)


def _partner_home(request: HttpRequest, user: User) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("partner"), user=user)
    today = Organisation.current().today()
    partner = membership.partner
    context = {
        "title": partner.name,
        "facts": portal_facts(record(partner, today)),
        **_sales_context(partner, today),
    }
    return render(request, "home/partner.html", context)


def partner_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One partner: open alerts with their explanation, our sales, the record."""
    partner = _visible_partner(request, public_id)
    today = Organisation.current().today()
    viewer = _viewer(request)
    context = {
        "title": partner.name,
        "partner": partner,
        "record": record(partner, today, viewer=viewer),
        "alerts": partner_alerts(partner, viewer),
        "past": past_alerts(partner, viewer),
        "lines": partner_lines(partner, today).values(*LINE_COLUMNS)[:10],
        "can_edit": may(request.user, "partners:edit", "GET"),
        **_sales_context(partner, today),
    }
    return render(request, "partners/detail.html", context)


def partner_lines_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The sales lines of a partner; between two days, the rows behind a figure as of a day."""
    partner = _visible_partner(request, public_id)
    as_of = _day(request.GET.get("as_of", "")) or Organisation.current().today()
    period = _period(request)
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
    }
    return render(request, "partners/lines.html", context)


def _viewer(request: HttpRequest) -> User:
    """Who is signed in; the permission table has let nobody else come here."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


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


def _sales_context(partner: Partner, today: dt.date) -> dict[str, Any]:
    sales = partner_sales(partner, today)
    return {
        "sales": sales,
        "chart": our_sales(sales.series, sales.currency),
        "chart_columns": ("Month", sales.currency),
        "chart_rows": [(f"{month:%b %Y}", amount) for month, amount in reversed(sales.series)],
    }
