"""Pages of packets: the files of a version, and those of a whole quarter."""

import tempfile
import uuid

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import signed_in
from channelhub.lib.pages import paginate
from channelhub.lib.work import WorkState
from reviews.models import PacketBatch, Review
from reviews.packets.batches import (
    document_of,
    house_style,
    retry_failed,
    write_zip,
)
from reviews.packets.document import Document
from reviews.packets.files import CONTENT_TYPES, FORMATS, PAPERS, file_name
from reviews.quarterly.forms import BatchForm
from reviews.quarterly.pages import reviews_asked_for

STATE_TONES = {
    WorkState.QUEUED: ("", "clock"),
    WorkState.RUNNING: ("blue", "refresh"),
    WorkState.DONE: ("green", "check"),
    WorkState.DEAD: ("red", "x"),
}


@require_GET
def packet_file(
    request: HttpRequest, public_id: uuid.UUID, version: int, file_format: str
) -> HttpResponse:
    """A version as a file; ?for=partner is the part that the partner may read."""
    review = get_object_or_404(Review.objects.visible_to(request.user), public_id=public_id)
    packet = get_object_or_404(review.packets.select_related("published"), version=version)
    partner_safe = request.GET.get("for") == "partner"
    document = document_of(packet, partner_safe=partner_safe)
    return file_answer(request, document, file_format)


def file_answer(request: HttpRequest, document: Document, file_format: str) -> HttpResponse:
    """A document as a file to keep, on the paper of ?paper=; 404 for another format."""
    if file_format not in FORMATS:
        raise Http404
    asked = request.GET.get("paper", "")
    style = house_style(asked if asked in PAPERS else PAPERS[0])
    content = FORMATS[file_format](document, style)
    answer = HttpResponse(content, content_type=CONTENT_TYPES[file_format])
    name = file_name(document, file_format).encode("ascii", "replace").decode()
    answer["Content-Disposition"] = f'attachment; filename="{name.replace("?", "-")}"'
    return answer


@require_POST
def make_all(request: HttpRequest) -> HttpResponse:
    """All packets of the quarter that the list shows."""
    filtered, form = reviews_asked_for(request), BatchForm(request.POST)
    quarter = filtered.form["quarter"].value() or "All quarters"
    batch = form.begin(filtered.qs, quarter, signed_in(request))
    if batch is None:
        wrong = [str(text) for errors in form.errors.values() for text in errors]
        messages.error(request, " ".join(wrong))
        return redirect("reviews:list")
    return redirect(batch)


@require_GET
def batch_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """How far the packets of a quarter are, and which failed."""
    batch = get_object_or_404(PacketBatch, public_id=public_id)
    counts = batch.counts()
    items = batch.items.select_related("review__partner", "packet").defer("packet__document")
    # What failed is what one looks for.
    page = paginate(request, items.order_by("-state", "review__partner__name", "pk"))
    for item in page.object_list:
        item.tone = STATE_TONES[WorkState(item.state)]
    context = {
        "title": f"Packets of {batch}",
        "batch": batch,
        "counts": counts,
        "is_ready": counts["done"] + counts["dead"] == counts["total"],
        "page": page,
    }
    return render(request, "reviews/batch.html", context)


@require_POST
def retry(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Try those again that failed."""
    batch = get_object_or_404(PacketBatch, public_id=public_id)
    count = retry_failed(batch)
    messages.success(request, f"{count} are tried again.")
    return redirect(batch)


@require_GET
def batch_zip(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Everything that is made, in one file; 404 once it was deleted."""
    batch = get_object_or_404(PacketBatch, public_id=public_id, emptied_at=None)
    # Closed, and so deleted, when the answer was sent.
    target = tempfile.TemporaryFile()  # noqa: SIM115
    if not write_zip(batch, target):
        target.close()
        raise Http404
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename="packets.zip")
