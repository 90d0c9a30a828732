"""A partner's files of its registrations: attached, taken along, taken away from a draft."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import signed_in
from deals.actions.files import remove_file
from deals.attaching import AttachForm, cap, hand_out, take_in
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
    take_in(request, deal, AttachForm(request.POST, request.FILES))
    return redirect("portal:deal", public_id)


@require_GET
def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file, to be kept."""
    return hand_out(_file(request, public_id))


@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a file away from a draft."""
    file = _file(request, public_id)
    try:
        remove_file(file, acting_user=signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{file} is gone.")
    return redirect("portal:deal", file.deal.public_id)


def _file(request: HttpRequest, public_id: uuid.UUID) -> DealFile:
    rows = DealFile.objects.visible_to(request.user).select_related("deal")
    found: DealFile = get_object_or_404(rows, public_id=public_id)
    return found
