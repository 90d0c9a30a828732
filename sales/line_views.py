"""Pages of product lines: what deals can be registered for."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from sales.actions import remove_line
from sales.forms import LineForm
from sales.models import ProductLine
from sales.tabs import tabs


def line_list(request: HttpRequest) -> HttpResponse:
    """Every product line by name; admins add one here."""
    form = LineForm(request.POST or None)
    if request.method == "POST" and (made := form.add(signed_in(request))):
        messages.success(request, f"Deals can be registered for {made} now.")
        return redirect("sales:lines")
    rows = ProductLine.objects.annotate(count=Count("products")).order_by("name")
    context = {
        "title": "Product lines",
        "form": form,
        "page": paginate(request, rows),
        "tabs": tabs(request, "sales:lines"),
        "may_write": may(request.user, "sales:lines", "POST"),
    }
    return render(request, "sales/lines.html", context)


def line_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One product line: its name, and who changed it."""
    line = _line(public_id)
    form = LineForm(request.POST or None, initial={"name": line.name})
    if request.method == "POST" and form.rename(_line(public_id), signed_in(request)):
        messages.success(request, "Saved.")
        return redirect("sales:lines")
    context = {"title": line.name, "line": line, "form": form, "history": entries(line)}
    return render(request, "sales/line.html", context)


@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A line that was added by mistake."""
    line = _line(public_id)
    try:
        remove_line(line, acting_user=signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("sales:line", public_id)
    messages.success(request, f"{line} is removed.")
    return redirect("sales:lines")


def _line(public_id: uuid.UUID) -> ProductLine:
    found: ProductLine = get_object_or_404(ProductLine.objects.all(), public_id=public_id)
    return found
