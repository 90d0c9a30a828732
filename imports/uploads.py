"""Uploaded files: streamed to disk, and no further than the limit."""

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.db import transaction
from django.http import HttpRequest

from imports.models import Import


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Writes an upload to disk and drops it once it is larger than `most` bytes."""

    def __init__(self, request: HttpRequest | None = None, *, most: int) -> None:
        super().__init__(request)
        self.most = most
        self.received = 0
        self.too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Raises SkipFile beyond the limit: the rest is read, but not kept."""
        self.received += len(raw_data)
        if self.received > self.most:
            self.too_large = True
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def cap(request: HttpRequest, *, most: int | None = None) -> None:
    """Take this request's files through the limit, of `most` bytes or UPLOAD_MAX_BYTES.

    Call it before its body is read.
    """
    limit = settings.UPLOAD_MAX_BYTES if most is None else most
    request.upload_handlers = [CappedUploadHandler(request, most=limit)]


def was_too_large(request: Any) -> bool:
    """Whether a file of this request, Django's or the API's, was dropped for its size."""
    return any(getattr(handler, "too_large", False) for handler in request.upload_handlers)


def too_large_message(most: int | None = None) -> str:
    """What to say then."""
    limit = settings.UPLOAD_MAX_BYTES if most is None else most
    return f"The file is larger than {limit // 1024**2} MB."


def keep(upload: UploadedFile[Any], *, suffix: str = ".csv") -> Path:
    """Move an upload to UPLOAD_DIR under a name that nobody can guess or choose."""
    settings.UPLOAD_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    path: Path = settings.UPLOAD_DIR / f"{uuid.uuid4()}{suffix}"
    with path.open("xb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return path


def drop(path: Path) -> None:
    """Delete an uploaded file; a file that lies anywhere else is not ours to delete."""
    if path.is_relative_to(settings.UPLOAD_DIR):
        path.unlink(missing_ok=True)


def delete_file(load: Import) -> None:
    """Delete an import's file once the transaction holds; one that lies elsewhere stays there."""
    path = load.path
    with transaction.atomic():
        Import.objects.filter(pk=load.pk).update(path="")
        transaction.on_commit(lambda: drop(Path(path)))
