"""Files that come in: where from, what they held, what became of every row."""

from pathlib import Path
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.utils import timezone

from channelhub.lib.models import public_id_field
from channelhub.lib.work import Work, WorkQuerySet, WorkState
from imports.problems import Unreadable

REASONS_SHOWN = 20


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
        """Uploaded, but nobody has confirmed the mapping: never loaded."""
        return self.filter(confirmed=False, checking=False, state=WorkState.QUEUED)

    def wanted(self) -> Self:
        """Those that a worker is to check or to load."""
        return self.filter(Q(confirmed=True) | Q(checking=True))

    def under_way(self) -> Self:
        """Running, or about to."""
        return self.wanted().filter(state__in=[WorkState.QUEUED, WorkState.RUNNING])

    def ended(self) -> Self:
        """Loaded, or given up."""
        return self.filter(state__in=[WorkState.DONE, WorkState.DEAD])

    def held_by(self, load: "Import") -> Self:
        """The import if this attempt still holds it; empty once another worker took it over."""
        return self.filter(pk=load.pk, state=WorkState.RUNNING, attempts=load.attempts)

    def standing(self) -> Self:
        """Those whose file is loaded and was not taken back; undos are none of them."""
        return self.filter(state=WorkState.DONE, undoes=None).exclude(undos__state=WorkState.DONE)

    def of_locked_fields(self) -> Self:
        """Those whose sender cannot say what some fields are: the files that partners send."""
        return self.filter(options__has_key="locked").exclude(options__locked={})

    def same_file(self, load: "Import") -> Self:
        """Other imports of the same bytes as the same kind from the same source, that ended."""
        same = self.filter(checksum=load.checksum, kind=load.kind, source=load.source)
        return same.filter(state=WorkState.DONE).exclude(pk=load.pk)


class Stage(models.TextChoices):
    """How far a running import is."""

    READING = "reading", "Reading the file"
    CHECKING = "checking", "Checking every cell"
    WAITING = "waiting", "Waiting for another import to end"
    WRITING = "writing", "Comparing with what is known, and writing"


class Import(Work):
    """One file on its way in: read, checked and written in one transaction.

    An undo is an import too, without a file: it takes back what `undoes` wrote. Then `closed`
    counts what was taken back, `new` what is there again, `changed` what has its old values.

    `options` is what `imports.options.Options` says: mapping, fixed values, joins, the period
    covered and how cells are written. `path` is empty once the file was deleted.

    A draft may be checked first: the same work, taken back at its end, so that the counts say what
    loading it would do.
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
    checking = models.BooleanField(
        default=False, help_text="It is to be checked, and nothing of it written."
    )
    checked_at = models.DateTimeField(
        null=True, editable=False, help_text="When the counts were found by a check."
    )
    cancel_wanted = models.BooleanField(default=False)
    stage = models.CharField(max_length=10, choices=Stage, blank=True, default="")
    rows_expected = models.PositiveIntegerField(
        null=True, help_text="Rows of the file, where a check counted them."
    )
    first_month = models.DateField(null=True, help_text="The month of its earliest row.")
    last_month = models.DateField(null=True, help_text="The month of its latest row.")
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(
        default=0, help_text="Stored rows that a file which replaces its period does not have."
    )
    rows_read = models.PositiveIntegerField(default=0)
    undoes = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="undos", editable=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = ImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["undoes"], condition=~Q(state=WorkState.DEAD), name="import_undone_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.source}: {self.file_name}"

    @property
    def undone_by(self) -> "Import | None":
        """The undo that took it back, or is about to."""
        undo: Import | None = self.undos.exclude(state=WorkState.DEAD).first()
        return undo

    @property
    def is_draft(self) -> bool:
        """Whether it waits for somebody to confirm its mapping."""
        return not self.confirmed and not self.checking and self.state == WorkState.QUEUED

    @property
    def asks_for_names(self) -> bool:
        """Whether it is checked, or loaded, again once somebody said what unknown names mean."""
        loaded = self.state == WorkState.DONE and self.undoes_id is None
        return self.is_draft or (loaded and self.undone_by is None)

    @property
    def said_by_check(self) -> bool:
        """Whether its counts say what loading would do, and not what was done."""
        return self.is_draft and self.checked_at is not None

    @property
    def file(self) -> Path:
        """Where the file is. Raises Unreadable once it was deleted."""
        if not self.path:
            raise Unreadable("This file was deleted: it held what is said of persons.")
        return Path(self.path)

    def forget_findings(self) -> None:
        """Remove what a check, or an attempt that failed, noted of its rows."""
        self.rejected_rows.all().delete()
        self.unknown_names.all().delete()

    @property
    def is_under_way(self) -> bool:
        """Whether it is running or will run by itself."""
        wanted = self.confirmed or self.checking
        return wanted and self.state in {WorkState.QUEUED, WorkState.RUNNING}


class RejectedRowQuerySet(models.QuerySet["RejectedRow"]):
    """Sets of rejected rows."""

    def reasons(self) -> "models.QuerySet[Any, Any]":
        """Why rows were rejected: column, reason and number of rows, the most frequent first."""
        counted = self.order_by().values("column", "reason").annotate(rows=models.Count("pk"))
        return counted.order_by("-rows", "column", "reason")[:REASONS_SHOWN]


class RejectedRow(models.Model):
    """A row of a file that was not loaded, with the reason."""

    load = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejected_rows")
    row = models.PositiveIntegerField(help_text="Line of the file; the header is line 1.")
    column = models.CharField(max_length=200)
    value = models.TextField()
    reason = models.TextField()
    key = models.CharField(
        max_length=300,
        blank=True,
        db_default="",
        help_text="What the row is told apart by, where its file has no column for that.",
    )

    objects: ClassVar[Any] = RejectedRowQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["row", "id"]

    def __str__(self) -> str:
        return f"row {self.row}, {self.column}: {self.reason}"


class UnknownName(models.Model):
    """A name in a file that means nobody here yet: a partner's id, a customer, an article.

    `reference` is that of the kind (`imports.kinds.Reference`), `text` is what the file says.
    """

    load = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="unknown_names")
    reference = models.SlugField(max_length=20)
    text = models.CharField(max_length=200)
    rows = models.PositiveIntegerField(help_text="Rows of the file that say it.")

    class Meta:
        ordering: ClassVar = ["reference", "-rows", "text"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["load", "reference", "text"], name="unknown_name_once"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.text}"


class Layout(models.Model):
    """How files with these columns from this source were read last, so that nobody says it twice.

    `options` is that of the import, without the period; `columns` are the headers in their order.
    """

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="layouts")
    kind = models.CharField(max_length=40)
    columns = models.JSONField()
    signature = models.CharField(max_length=64, help_text="SHA-256 of the columns.")
    options = models.JSONField(default=dict)
    load = models.ForeignKey(
        Import, null=True, on_delete=models.SET_NULL, related_name="+", help_text="The last one."
    )
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-used_at", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["source", "kind", "signature"], name="one_layout_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.source}, {len(self.columns)} columns"
