"""How files of registrations come in and go out, for partners and for us."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from accounts.permissions import signed_in
from deals.actions.files import attach_file
from deals.models import Deal, DealFile
from deals.rules.files import ACCEPT, LONGEST_NAME
from imports import uploads
from partners.forms.fields import Acting

MOST_MB = settings.ATTACHMENT_MAX_BYTES // 1024**2


class AttachForm(Acting, forms.Form):
    """A file to be kept with a registration."""

    file = forms.FileField(
        label="File",
        max_length=LONGEST_NAME,
        help_text=f"A document, picture, mail or text of up to {MOST_MB} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


class OurFileForm(AttachForm):
    """The same for our people, who may keep it among us."""

    audience = forms.ChoiceField(
        label="Who sees it",
        choices=[("us", "Only we"), ("partner", "The partner too")],
        initial="us",
        widget=forms.RadioSelect,
    )


def cap(request: HttpRequest) -> None:
    """Limit the size of a file before anything reads the request's body."""
    uploads.cap(request, most=settings.ATTACHMENT_MAX_BYTES)


def take_in(request: HttpRequest, deal: Deal, form: AttachForm) -> None:
    """Keep the file that was sent, and say what became of it."""
    if uploads.was_too_large(request):
        messages.error(request, uploads.too_large_message(settings.ATTACHMENT_MAX_BYTES))
    elif kept := form.act(_attach, deal, acting_user=signed_in(request)):
        messages.success(request, f"{kept} is attached.")
    else:
        said = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(said))


def _attach(deal: Deal, *, file: Any, audience: str = "partner", acting_user: Any) -> DealFile:
    return attach_file(deal, file, internal=audience == "us", acting_user=acting_user)


def hand_out(file: DealFile) -> HttpResponse:
    """The content, which a browser keeps and never shows. Raises Http404 where it is erased.

    Behind the second wall nothing streams, so that it is read as a whole, up to its limit.
    """
    path = Path(file.path) if file.path else None
    if path is None or not path.is_file():
        raise Http404
    response = HttpResponse(path.read_bytes(), content_type="application/octet-stream")
    shown = content_disposition_header(as_attachment=True, filename=file.name)
    response["Content-Disposition"] = shown or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def files_of(deal: Deal, user: Any) -> list[DealFile]:
    """The files of a registration that a person sees, the newest first."""
    rows = DealFile.objects.visible_to(user).filter(deal=deal)
    return list(rows.select_related("uploaded_by"))
