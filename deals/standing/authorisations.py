"""Pages of a partner's agreements: what it may sell, where, from when to when."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from deals.actions.standing import remove_authorisation
from deals.models import Authorisation
from deals.standing.authorisation_forms import AuthorisationForm, EndForm
from deals.standing.imports import AgreementsKind
from imports.exporting import send, table_of
from partners.models import Partner


def authorisations(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Every authorisation of a partner; admins enter one here."""
    partner = _partner(request, public_id)
    form = AuthorisationForm(request.POST or None)
    if request.method == "POST" and (made := form.apply(partner, signed_in(request))):
        messages.success(request, f"{partner} is authorised: {made}.")
        return redirect("partners:authorisations", public_id=public_id)
    rows = Authorisation.objects.filter(partner=partner).select_related("product_line")
    context = {
        "title": f"Agreements of {partner.name}",
        "partner": partner,
        "today": Organisation.current().today(),
        "page": paginate(request, rows.order_by("product_line__name", "agreement", "valid")),
        "form": form,
        "may_write": may(request.user, "partners:authorisations", "POST"),
        "history": entries(Authorisation.objects.filter(partner=partner)),
    }
    return render(request, "deals/standing/authorisations.html", context)


@require_POST
def end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say on which day one holds last."""
    row = _authorisation(request, public_id)
    form = EndForm(request.POST)
    if done := form.apply(row, signed_in(request)):
        messages.success(request, f"{done} holds until {done.last_day:%-d %b %Y}.")
    else:
        messages.error(request, form.problem)
    return redirect("partners:authorisations", public_id=row.partner.public_id)


@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One was entered by mistake."""
    row = _authorisation(request, public_id)
    remove_authorisation(row, acting_user=signed_in(request))
    messages.success(request, f"Removed: {row}.")
    return redirect("partners:authorisations", public_id=row.partner.public_id)


@require_GET
def export(request: HttpRequest, public_id: uuid.UUID, file_format: str) -> HttpResponseBase:
    """A partner's authorisations, as a file to import."""
    partner = _partner(request, public_id)
    rows = Authorisation.objects.filter(partner=partner)
    ordered = rows.order_by("product_line__name", "agreement", "valid")
    return send(request, table_of(AgreementsKind(), ordered, name="agreements"), file_format)


def _partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)


def _authorisation(request: HttpRequest, public_id: uuid.UUID) -> Authorisation:
    visible = Partner.objects.visible_to(request.user)
    rows = Authorisation.objects.filter(partner__in=visible)
    found: Authorisation = get_object_or_404(
        rows.select_related("partner", "product_line"), public_id=public_id
    )
    return found
