"""The packets of a whole quarter: rows of work, files in a folder, one zip at the end."""

import datetime as dt
import logging
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, User
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkState
from reviews.models import BatchItem, Packet, PacketBatch, Review
from reviews.packets.document import Document
from reviews.packets.files import FORMATS, PAPERS, Style, draw, file_name
from reviews.packets.making import make_packet
from reviews.packets.sharing import shared

logger = logging.getLogger(__name__)

TASK = "reviews.make_packet"
KEPT = dt.timedelta(days=7)


def house_style(paper: str = PAPERS[0]) -> Style:
    """The organisation's logo and address, on a paper."""
    organisation = Organisation.objects.get()
    logo = bytes(organisation.logo) if organisation.logo else None
    return Style(paper=paper, logo=logo, logo_type=organisation.logo_type, site=settings.SITE_URL)


def document_of(packet: Packet, *, partner_safe: bool) -> Document:
    """What a packet says, or the part of it that its partner may read, as published if it was."""
    document: Document = packet.document
    if not partner_safe:
        return document
    published = getattr(packet, "published", None)
    return published.document if published else shared(document)


def begin_batch(
    reviews: Iterable[Review],
    *,
    quarter: str,
    formats: Iterable[str],
    paper: str,
    partner_safe: bool,
    acting_user: User | None,
) -> PacketBatch:
    """Ask for the packets of reviews; workers make them one by one.

    Raises:
        ValidationError: by field; no format, no paper, or no review.
    """
    wanted, chosen = list(reviews), [name for name in FORMATS if name in set(formats)]
    if not chosen:
        raise ValidationError({"formats": f"Choose some of {', '.join(FORMATS)}."})
    if paper not in PAPERS:
        raise ValidationError({"paper": f"Choose one of {', '.join(PAPERS)}."})
    if not wanted:
        raise ValidationError("There is no review to make a packet of.")
    with transaction.atomic():
        batch: PacketBatch = PacketBatch.objects.create(
            quarter=quarter,
            formats=chosen,
            paper=paper,
            partner_safe=partner_safe,
            created_by=acting_user,
        )
        items = BatchItem.objects.bulk_create(
            BatchItem(batch=batch, review=review) for review in wanted
        )
        for item in items:
            ring(TASK, item.pk)
    return batch


def ring_batches() -> None:
    """Ring for every packet that waits or was left by a dead worker. For the tick."""
    for pk in BatchItem.objects.claimable().values_list("pk", flat=True):
        ring(TASK, pk)


def retry_failed(batch: PacketBatch) -> int:
    """Try those again that failed; returns how many."""
    with transaction.atomic():
        failed = batch.items.select_for_update().filter(state=WorkState.DEAD)
        keys = list(failed.values_list("pk", flat=True))
        batch.items.filter(pk__in=keys).update(state=WorkState.QUEUED, attempts=0, error="")
        for pk in keys:
            ring(TASK, pk)
    return len(keys)


def run_item(pk: int) -> None:
    """Make one packet and write its files unless somebody else is at it. For the task.

    What fails is left for the next ring; after five attempts it is dead and listed.
    """
    item = BatchItem.objects.filter(pk=pk).select_related("batch", "review__partner").first()
    if item is None or not item.claim():
        return
    try:
        _make(item)
    except Exception as error:
        logger.exception("packet of %s failed", item.review)
        item.retry_later(f"{type(error).__name__}: {error}"[:500])
    else:
        item.finish()


def _make(item: BatchItem) -> None:
    # A packet that an attempt before left without files is not made a second time.
    packet = item.packet or make_packet(item.review, acting_user=item.batch.created_by)
    BatchItem.objects.filter(pk=item.pk).update(packet=packet)
    write_files(
        document_of(packet, partner_safe=item.batch.partner_safe),
        item.batch.formats,
        house_style(item.batch.paper),
        folder_of(item.batch),
    )


def write_files(
    document: Document, formats: Iterable[str], style: Style, folder: Path
) -> list[Path]:
    """Write the files of a document; a file is there whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in draw(document, list(formats), style).items():
        path = folder / file_name(document, name)
        part = path.with_suffix(f"{path.suffix}.part")
        part.write_bytes(content)
        part.replace(path)
        written.append(path)
    return written


def folder_of(batch: PacketBatch) -> Path:
    """Where the files of a batch are."""
    return Path(settings.PACKET_DIR) / str(batch.public_id)


def write_zip(batch: PacketBatch, target: Any) -> int:
    """One zip of everything made so far; returns how many files are in it."""
    files = sorted(path for path in folder_of(batch).glob("qbr-*") if path.suffix != ".part")
    # What is inside is compressed already.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path in files:
            archive.write(path, path.name)
    return len(files)


def delete_old_batches() -> None:
    """Delete the files of batches that are a week old. For the tick; the packets stay."""
    old = PacketBatch.objects.filter(created_at__lt=timezone.now() - KEPT, emptied_at=None)
    for batch in old:
        shutil.rmtree(folder_of(batch), ignore_errors=True)
        PacketBatch.objects.filter(pk=batch.pk).update(emptied_at=timezone.now())
