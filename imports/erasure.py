"""What files of persons hold, and what rejected rows quote of it, is kept no longer than needed."""

import datetime as dt
import functools
import operator
from collections.abc import Collection

from django.db.models import Q
from django.utils import timezone

from channelhub.lib.erasure import ERASED
from imports.actions import discard_import
from imports.kinds import kinds
from imports.models import Import, RejectedRow
from imports.uploads import delete_file

# For so long somebody may still correct what was rejected, or a file that failed.
KEPT_DAYS = 30


def forget_cells(terms: Collection[str], *, kind: str) -> None:
    """Overwrite the rejected cells of files of a kind that hold one of these texts."""
    if terms:
        said = functools.reduce(operator.or_, (Q(value__icontains=term) for term in terms))
        RejectedRow.objects.filter(said, load__kind=kind).update(value=ERASED)


def forget_files(*, kind: str) -> None:
    """Delete every uploaded file of a kind, and throw away what is not loaded of them.

    Who stands in a file is not looked up: it may be written in any way. Checksum and counts stay.
    """
    for draft in Import.objects.drafts().filter(kind=kind):
        discard_import(draft)
    for load in Import.objects.ended().filter(kind=kind).exclude(path=""):
        delete_file(load)


def delete_old_files() -> None:
    """Delete files of persons whose import ended long ago. For the tick."""
    personal = [name for name, kind in kinds().items() if kind.personal]
    before = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    old = Import.objects.ended().filter(kind__in=personal, finished_at__lt=before)
    for load in old.exclude(path=""):
        delete_file(load)
