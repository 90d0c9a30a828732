"""Files that come in: where from, what they held, what became of every row."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from channelhub.lib.models import public_id_field
from channelhub.lib.work import Work, WorkQuerySet, WorkState


class Source(models.Model):
    """A system or company that sends us data; external ids are unique within one."""

    name = models.SlugField(max_length=50, unique=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ImportQuerySet(WorkQuerySet):
    """Sets of imports."""

    def drafts(self) -> Self:
        """Uploaded, but nobody has confirmed the mapping: never run."""
        return self.filter(confirmed=False, state=WorkState.QUEUED)

    def held_by(self, load: "Import") -> Self:
        """The import if this attempt still holds it; empty once another worker took it over."""
        return self.filter(pk=load.pk, state=WorkState.RUNNING, attempts=load.attempts)

    def same_file(self, load: "Import") -> Self:
        """Other imports of the same bytes as the same kind from the same source, that ended."""
        same = self.filter(checksum=load.checksum, kind=load.kind, source=load.source)
        return same.filter(state=WorkState.DONE).exclude(pk=load.pk)


class Import(Work):
    """One file on its way in: read, checked and written in one transaction.

    `options` is what `imports.options.Options` says: mapping, fixed values, joins, the period
    covered and how cells are written.
    """

    public_id = public_id_field()
    kind = models.CharField(max_length=40)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=255)
    path = models.TextField()
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    size = models.BigIntegerField(help_text="Bytes.")
    options = models.JSONField(default=dict)
    confirmed = models.BooleanField(
        default=False, help_text="Its mapping was confirmed, so that it may be loaded."
    )
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = ImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} from {self.source}: {self.file_name}"

    @property
    def is_draft(self) -> bool:
        """Whether it waits for somebody to confirm its mapping."""
        return not self.confirmed and self.state == WorkState.QUEUED

    @property
    def is_under_way(self) -> bool:
        """Whether it is running or will run by itself."""
        return self.state == WorkState.RUNNING or (
            self.confirmed and self.state == WorkState.QUEUED
        )


class RejectedRow(models.Model):
    """A row of a file that was not loaded, with the reason."""

    load = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejected_rows")
    row = models.PositiveIntegerField(help_text="Line of the file; the header is line 1.")
    column = models.CharField(max_length=200)
    value = models.TextField()
    reason = models.TextField()

    class Meta:
        ordering: ClassVar = ["row", "id"]

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.reason}"
