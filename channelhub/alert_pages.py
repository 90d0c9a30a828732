"""An alert's own page: why it is there, and what was found out about it."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import Organisation
from accounts.permissions import signed_in
from alerts.explain import explain
from alerts.models import Alert
from reviews.interviews.panels import interviews_from


def alert_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One alert with its explanation and its interviews."""
    viewer = signed_in(request)
    visible = Alert.objects.visible_to(viewer).prefetch_related("partners")
    alert = get_object_or_404(visible, public_id=public_id)
    (item,) = explain([alert], viewer)
    context = {
        "title": item.headline,
        "item": item,
        "interviews": interviews_from(alert, viewer),
        "today": Organisation.current().today(),
    }
    return render(request, "alerts/detail.html", context)
