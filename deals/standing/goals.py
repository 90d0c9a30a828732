"""Pages of a partner's certifications and targets, and the ones in its own portal."""

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
from channelhub.lib.roles import acting_as_app
from deals.actions.goals import remove_goal
from deals.models import Certification, Target
from deals.standing.attained import attained
from deals.standing.goal_forms import (
    CertificationForm,
    ExpiryForm,
    TargetForm,
    ValueForm,
    problem_of,
)
from deals.standing.import_certifications import CertificationsKind
from deals.standing.import_targets import TargetsKind
from imports.exporting import send, table_of
from partners.models import Partner
from partners.portal.views import own_partner


def certifications(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Who at a partner is certified for what, and until when."""
    partner = _partner(request, public_id)
    form = CertificationForm(request.POST or None, partner=partner)
    if request.method == "POST" and (made := form.apply(signed_in(request))):
        messages.success(request, f"Noted: {made}.")
        return redirect("partners:certifications", public_id=public_id)
    context = {
        "title": f"Certifications of {partner.name}",
        "partner": partner,
        "today": Organisation.current().today(),
        "page": paginate(request, _certifications(partner).select_related("person")),
        "form": form,
        "may_write": may(request.user, "partners:certifications", "POST"),
        "history": entries(Certification.objects.filter(partner=partner)),
    }
    return render(request, "deals/standing/certifications.html", context)


@require_POST
def expire(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say until when one holds."""
    row = _own(request, Certification, public_id)
    form = ExpiryForm(request.POST)
    if done := form.apply(row, signed_in(request)):
        messages.success(request, f"{done} holds until {done.last_day:%-d %b %Y}.")
    else:
        messages.error(request, problem_of(form))
    return redirect("partners:certifications", public_id=row.partner.public_id)


@require_POST
def remove_certification(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One was entered by mistake."""
    row = _own(request, Certification, public_id)
    remove_goal(row, acting_user=signed_in(request))
    messages.success(request, f"Removed: {row}.")
    return redirect("partners:certifications", public_id=row.partner.public_id)


@require_GET
def certifications_export(
    request: HttpRequest, public_id: uuid.UUID, file_format: str
) -> HttpResponseBase:
    """A partner's certifications, as a file to import."""
    rows = _certifications(_partner(request, public_id))
    return send(request, table_of(CertificationsKind(), rows, name="certifications"), file_format)


def targets(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What a partner is to reach, and what it has."""
    partner, today = _partner(request, public_id), Organisation.current().today()
    form = TargetForm(request.POST or None)
    if request.method == "POST" and (made := form.apply(partner, signed_in(request))):
        messages.success(request, f"Agreed: {made}.")
        return redirect("partners:targets", public_id=public_id)
    page = paginate(request, _targets(partner).select_related("product_line"))
    page.object_list = attained(partner, list(page.object_list), today)
    context = {
        "title": f"Targets of {partner.name}",
        "partner": partner,
        "page": page,
        "form": form,
        "may_write": may(request.user, "partners:targets", "POST"),
        "history": entries(Target.objects.filter(partner=partner)),
    }
    return render(request, "deals/standing/targets.html", context)


@require_POST
def change(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Agree another value."""
    row = _own(request, Target, public_id)
    form = ValueForm(request.POST)
    if done := form.apply(row, signed_in(request)):
        messages.success(request, f"Agreed: {done}.")
    else:
        messages.error(request, problem_of(form))
    return redirect("partners:targets", public_id=row.partner.public_id)


@require_POST
def remove_target(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One was entered by mistake."""
    row = _own(request, Target, public_id)
    remove_goal(row, acting_user=signed_in(request))
    messages.success(request, f"Removed: {row}.")
    return redirect("partners:targets", public_id=row.partner.public_id)


@require_GET
def targets_export(
    request: HttpRequest, public_id: uuid.UUID, file_format: str
) -> HttpResponseBase:
    """A partner's targets, as a file to import."""
    rows = _targets(_partner(request, public_id))
    return send(request, table_of(TargetsKind(), rows, name="targets"), file_format)


@require_GET
def own_goals(request: HttpRequest) -> HttpResponse:
    """A partner's own targets and certifications, for its people."""
    partner, today = own_partner(request), Organisation.current().today()
    rows = list(_targets(partner).select_related("product_line")[:100])
    with acting_as_app(partner):
        # Sums with the partners merged into it.
        reached = attained(partner, rows, today)
    context = {
        "title": "Your targets",
        "today": today,
        "targets": reached,
        "certifications": _certifications(partner).select_related("person")[:200],
    }
    return render(request, "portal/goals.html", context)


def _certifications(partner: Partner) -> Any:
    rows = Certification.objects.filter(partner=partner)
    return rows.order_by("name", "person__name", "valid", "pk")


def _targets(partner: Partner) -> Any:
    return Target.objects.filter(partner=partner).order_by("-valid", "product_line__name", "pk")


def _partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)


def _own(request: HttpRequest, model: Any, public_id: uuid.UUID) -> Any:
    visible = Partner.objects.visible_to(request.user)
    rows = model.objects.filter(partner__in=visible).select_related("partner")
    return get_object_or_404(rows, public_id=public_id)
