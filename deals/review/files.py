"""Files of registrations for our people: taken along, attached for the partner or among us."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from deals.attaching import OurFileForm, cap, hand_out, take_in
from deals.models import Deal, DealFile


@csrf_exempt
@require_POST
def attach(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Attach a file. The size is limited before the body, and with it the CSRF token, is read."""
    cap(request)
    return _attach(request, public_id)


@csrf_protect
def _attach(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    deal = get_object_or_404(Deal.objects.visible_to(request.user), public_id=public_id)
    take_in(request, deal, OurFileForm(request.POST, request.FILES))
    return redirect("deals:detail", public_id)


@require_GET
def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file, to be kept."""
    rows = DealFile.objects.visible_to(request.user)
    return hand_out(get_object_or_404(rows, public_id=public_id))
