"""Imports for programs: send a file, ask what became of it."""

import abc
from typing import Any

from django.core.validators import validate_slug
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from channelhub.lib.problems import Conflict
from imports import actions, uploads
from imports.forms import kind_choices
from imports.models import Import, RejectedRow
from imports.options import Options, parse_covers, parse_pairs
from imports.problems import Unreadable
from imports.undoing import Refused


class ImportSerializer(serializers.ModelSerializer[Import]):
    """An import and what became of its rows. `error` says why one that is `dead` failed."""

    id = serializers.UUIDField(source="public_id")
    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    rows = serializers.IntegerField(source="rows_read")
    state = serializers.SerializerMethodField()

    class Meta:
        model = Import
        fields = (
            "id",
            "kind",
            "source",
            "file_name",
            "state",
            "error",
            "rows",
            "new",
            "changed",
            "unchanged",
            "closed",
            "rejected",
            "stage",
            "checked_at",
            "created_at",
            "finished_at",
        )

    def get_state(self, load: Import) -> str:
        """One of draft, checked, queued, running, done, dead.

        Checked is a draft whose counts say what loading would do.
        """
        if load.said_by_check:
            return "checked"
        return "draft" if load.is_draft else load.state


class RejectedRowSerializer(serializers.ModelSerializer[RejectedRow]):
    """A row that was not loaded; `row` is its line, the header being 1."""

    class Meta:
        model = RejectedRow
        fields = ("row", "column", "value", "reason")


class UploadSerializer(serializers.Serializer[Import]):
    """A file and how to read it; the words are those of the command `import_file`."""

    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=[])
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=50, validators=[validate_slug]
    )
    map = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="theirs=ours"
    )
    set = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="field=value"
    )
    covers = serializers.CharField(required=False, help_text="2024-01..2024-03")
    history = serializers.BooleanField(default=False)
    replace = serializers.BooleanField(
        default=False, help_text="Nothing else was sold in the months that it covers."
    )
    check = serializers.BooleanField(
        default=False, help_text="Only say what loading would do; POST to load/ loads it then."
    )
    unknown = serializers.ListField(
        child=serializers.CharField(),
        default=list,
        help_text="partner=create: what becomes of names that nobody knows, reject or create",
    )
    sheet = serializers.CharField(required=False, help_text="Of a workbook; the first otherwise.")
    header_line = serializers.IntegerField(required=False, min_value=1)
    date_order = serializers.ChoiceField(choices=["dmy", "mdy", "ymd"], required=False)
    decimal = serializers.ChoiceField(choices=[".", ","], required=False)
    encoding = serializers.CharField(required=False)
    delimiter = serializers.CharField(required=False, max_length=1, trim_whitespace=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kind_choices()  # type: ignore[attr-defined]

    def options(self) -> Options:
        """Raises ValueError where the words make no sense."""
        data = self.validated_data
        covers = data.get("covers")
        return Options(
            mapping={ours: theirs for theirs, ours in parse_pairs(data["map"], last=True)},
            fixed=dict(parse_pairs(data["set"])),
            covers=parse_covers(covers) if covers else None,
            history=data["history"],
            replace=data["replace"],
            unknown=dict(parse_pairs(data["unknown"])),  # type: ignore[arg-type] # Options checks
            sheet=data.get("sheet"),
            header_line=data.get("header_line"),
            date_order=data.get("date_order"),
            decimal_mark=data.get("decimal"),
            encoding=data.get("encoding"),
            delimiter=data.get("delimiter"),
        )


class ImportList(generics.ListAPIView[Import]):
    """Every import, the newest first; POST sends a file, which is loaded in the background."""

    serializer_class = ImportSerializer
    parser_classes = (MultiPartParser,)
    queryset = Import.objects.select_related("source")

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """The size of a file is limited before anything reads the body."""
        uploads.cap(request)
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses=ImportSerializer)
    def post(self, request: Request) -> Response:
        """Take a file in; 202 with the import to ask for later."""
        upload = UploadSerializer(data=request.data)
        if uploads.was_too_large(request):
            raise ValidationError({"file": uploads.too_large_message()})
        upload.is_valid(raise_exception=True)
        load = _take_in(upload, request.user)
        return Response(ImportSerializer(load).data, status=202)


class ImportVerb(abc.ABC, generics.GenericAPIView[Import]):
    """Something done with an import: 202 with the import to ask for later, or 409 with a reason."""

    serializer_class = ImportSerializer
    lookup_field = "public_id"
    queryset = Import.objects.all()

    @abc.abstractmethod
    def do(self, load: Import, user: User | None) -> Import:
        """Do it, and answer the import to look at. Raises Conflict."""

    @extend_schema(request=None, responses={202: ImportSerializer})
    def post(self, request: Request, **_: Any) -> Response:
        """202 with the import to ask for later."""
        user = request.user if isinstance(request.user, User) else None
        load = self.do(self.get_object(), user)
        load.refresh_from_db()
        return Response(ImportSerializer(load).data, status=202)


class ImportUndo(ImportVerb):
    """Undoes an import in the background; the undo is an import of its own."""

    def do(self, load: Import, user: User | None) -> Import:
        try:
            return actions.undo_import(load, acting_user=user)
        except Refused as reason:
            raise Conflict(str(reason)) from None


class ImportLoad(ImportVerb):
    """Loads a file that was checked."""

    def do(self, load: Import, user: User | None) -> Import:
        if not actions.confirm_import(load, options=Options.from_json(load.options)):
            raise Conflict("It is no draft: it is loaded, or about to be.")
        return load


class ImportCancel(ImportVerb):
    """Stops an import or a check that waits or runs; it is a draft again within seconds."""

    def do(self, load: Import, user: User | None) -> Import:
        if not actions.cancel_import(load):
            raise Conflict("It is not under way.")
        return load


class ImportDetail(generics.RetrieveAPIView[Import]):
    """An import: its state and counts."""

    serializer_class = ImportSerializer
    lookup_field = "public_id"
    queryset = Import.objects.select_related("source")


class RejectedRows(generics.ListAPIView[RejectedRow]):
    """The rows of an import that were not loaded, with reasons."""

    serializer_class = RejectedRowSerializer
    queryset = RejectedRow.objects.all()

    def get_queryset(self) -> QuerySet[RejectedRow]:
        load = get_object_or_404(Import, public_id=self.kwargs.get("public_id"))
        return RejectedRow.objects.filter(load=load)


def _take_in(upload: UploadSerializer, user: Any) -> Import:
    file = upload.validated_data["file"]
    path = uploads.keep(file)
    check = upload.validated_data["check"]
    try:
        load = actions.create_import(
            kind=upload.validated_data["kind"],
            source=upload.validated_data["source"],
            path=path,
            file_name=file.name,
            options=upload.options(),
            acting_user=user if isinstance(user, User) else None,
            confirmed=not check,
        )
    except (Unreadable, ValueError) as problem:
        uploads.drop(path)
        raise ValidationError({"detail": str(problem)}) from None
    if check:
        actions.check_import(load, options=Options.from_json(load.options))
        load.refresh_from_db()
    return load


urlpatterns = [
    path("imports/", ImportList.as_view(), name="import-list"),
    path("imports/<uuid:public_id>/load/", ImportLoad.as_view(), name="import-load"),
    path("imports/<uuid:public_id>/cancel/", ImportCancel.as_view(), name="import-cancel"),
    path("imports/<uuid:public_id>/undo/", ImportUndo.as_view(), name="import-undo"),
    path("imports/<uuid:public_id>/", ImportDetail.as_view(), name="import-detail"),
    path(
        "imports/<uuid:public_id>/rejected-rows/",
        RejectedRows.as_view(),
        name="import-rejected-rows",
    ),
]
