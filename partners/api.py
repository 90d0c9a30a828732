"""Partners for programs: the same rules, verbs and messages as on the pages."""

from typing import Any, ClassVar

import django_filters as filters
from django.shortcuts import get_object_or_404
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation, User
from channelhub.lib.pages import SIZES
from channelhub.lib.problems import ProblemSerializer
from partners.actions.merges import merge_partners, unmerge_partner
from partners.actions.reassign import Duty, holdings, reassign
from partners.actions.records import Facts, Standing, change_partner, create_partner
from partners.history import entries, events_of
from partners.lists import PartnerFilter
from partners.models import Partner, PartnerKind, PartnerQuerySet, Status

STANDING = ("status", "tier", "territory", "manager", "deputy")


@extend_schema_field(OpenApiTypes.STR)
class NumberField(serializers.SlugRelatedField[Partner]):
    """Another partner, by its number; only one that the caller may see can be named."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="number", **options)

    def get_queryset(self) -> PartnerQuerySet:
        visible: PartnerQuerySet = Partner.objects.visible_to(self.context["request"].user)
        return visible

    def to_internal_value(self, data: Any) -> Partner:
        """The database cannot be asked for text that it cannot hold."""
        if "\0" in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.EMAIL)
class PersonField(serializers.CharField):
    """Somebody with an account, by e-mail address."""

    def to_internal_value(self, data: Any) -> Any:
        email = super().to_internal_value(data)
        if "\0" not in email and (person := User.objects.with_address(email).first()):
            return person
        raise serializers.ValidationError(f"Nobody here has the address {email}.")


class ExternalIdSerializer(serializers.Serializer[Any]):
    """What a source calls the partner."""

    source = serializers.CharField(source="source.name")  # type: ignore[assignment]
    external_id = serializers.CharField()


class FiscalPeriodSerializer(serializers.Serializer[Any]):
    """A fiscal year of the partner, first and last day included."""

    name = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()


class PartnerSerializer(serializers.ModelSerializer[Partner]):
    """A partner and its standing today. Standing that is written holds from `since`, or today."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    kinds = serializers.MultipleChoiceField(choices=PartnerKind.choices, allow_empty=False)
    company = NumberField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    tier = serializers.CharField(max_length=50, required=False, allow_blank=True)
    territory = serializers.CharField(max_length=100, required=False, allow_blank=True)
    manager = PersonField(source="manager_email", required=False, allow_null=True)
    deputy = PersonField(source="deputy_email", required=False, allow_null=True)
    since = serializers.DateField(write_only=True, required=False)
    merged_into = NumberField(read_only=True)
    external_ids = ExternalIdSerializer(many=True, read_only=True)
    fiscal_periods = FiscalPeriodSerializer(many=True, read_only=True)

    class Meta:
        model = Partner
        fields = (
            "id",
            "number",
            "name",
            "kinds",
            "type",
            "company",
            "currency",
            "website",
            *STANDING,
            "since",
            "merged_into",
            "merged_on",
            "external_ids",
            "fiscal_periods",
            "created_at",
        )
        read_only_fields = ("merged_on", "created_at")
        # Whether a number is taken is the verb's to say, in one sentence for pages and API.
        extra_kwargs: ClassVar[dict[str, Any]] = {"number": {"validators": []}}

    def to_representation(self, instance: Partner) -> dict[str, Any]:
        """Kinds in their order: a set has none."""
        return {**super().to_representation(instance), "kinds": instance.kinds}

    def facts(self) -> dict[str, Any]:
        """What was sent, in the words of the verbs."""
        data = dict(self.validated_data)
        for name in ("manager", "deputy"):
            if f"{name}_email" in data:
                data[name] = data.pop(f"{name}_email")
        if "kinds" in data:
            data["kinds"] = [kind for kind in PartnerKind.values if kind in data["kinds"]]
        data.setdefault("since", Organisation.current().today())
        return data


class MergeSerializer(serializers.Serializer[Any]):
    """Which partner stays, and from which day on."""

    into = NumberField()
    on = serializers.DateField()


class ReassignSerializer(serializers.Serializer[Any]):
    """Whose partners go to whom; without `partners` all that they look after in this way."""

    leaving = PersonField()
    to = PersonField()
    duty = serializers.ChoiceField(choices=Duty.choices, default=Duty.BOTH)
    since = serializers.DateField()
    partners = NumberField(many=True, required=False, allow_empty=False)


class ReassignedSerializer(serializers.Serializer[Any]):
    """How many partners changed hands."""

    partners = serializers.IntegerField()


class ChangeSerializer(serializers.Serializer[Any]):
    """One value, before and after."""

    what = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()


class EntrySerializer(serializers.Serializer[Any]):
    """What one decision changed."""

    at = serializers.DateTimeField()
    who = serializers.CharField()
    what = serializers.CharField()
    changes = ChangeSerializer(many=True)


class ApiFilter(PartnerFilter):
    """The page's filters, and the number for programs that know it."""

    number = filters.CharFilter(label="Exactly this number")


class PartnerCursor(CursorPagination):
    """By number, which is unique: a page neither skips nor repeats a partner."""

    ordering = "number"
    page_size_query_param = "per"
    max_page_size = SIZES[-1]


class HistoryPages(PageNumberPagination):
    page_size_query_param = "per"
    max_page_size = SIZES[-1]


class PartnerDoor(generics.GenericAPIView[Partner]):
    """What the views of partners share: whom the caller sees, as they stand today."""

    queryset = Partner.objects.none()
    serializer_class: Any = PartnerSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> PartnerQuerySet:
        """Partners that the caller may see, with everything that is shown of them."""
        visible: PartnerQuerySet = Partner.objects.visible_to(self.request.user)
        partners = visible.with_standing(Organisation.current().today())
        return partners.select_related("company", "merged_into").prefetch_related(
            "external_ids__source", "fiscal_periods"
        )

    def answer(self, partner: Partner, status: int = 200) -> Response:
        """The partner as it is now."""
        shown = get_object_or_404(self.get_queryset(), pk=partner.pk)
        context = {"request": self.request}
        return Response(PartnerSerializer(shown, context=context).data, status=status)

    @property
    def caller(self) -> User:
        """Who calls; the permission table has let nobody else come here."""
        return self.request.user  # type: ignore[return-value]


class PartnerList(PartnerDoor, generics.ListCreateAPIView[Partner]):
    """Partners by number; merged ones are left out unless asked for."""

    pagination_class = PartnerCursor
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ApiFilter

    @extend_schema(responses={201: PartnerSerializer, 400: ProblemSerializer})
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Add a partner."""
        serializer = PartnerSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        partner = create_partner(**serializer.facts(), acting_user=self.caller)
        return self.answer(partner, status=201)


class PartnerDetail(PartnerDoor, generics.RetrieveAPIView[Partner]):
    """One partner."""

    @extend_schema(
        request=PartnerSerializer(partial=True),
        responses={200: PartnerSerializer, 400: ProblemSerializer},
    )
    def patch(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Change what is sent; the rest stays."""
        partner = self.get_object()
        context = {"request": request}
        serializer = PartnerSerializer(partner, data=request.data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        facts = serializer.facts()
        since = facts.pop("since")
        standing: Standing = {name: facts.pop(name) for name in STANDING if name in facts}  # type: ignore[assignment]
        record: Facts = facts  # type: ignore[assignment]
        changed = change_partner(
            partner, record=record, standing=standing, since=since, acting_user=self.caller
        )
        return self.answer(changed)


class PartnerHistory(PartnerDoor, generics.ListAPIView[Partner]):
    """Who changed what, newest first; the changes of one decision together."""

    serializer_class = EntrySerializer
    pagination_class = HistoryPages

    def get(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        partner = self.get_object()
        events = self.paginate_queryset(events_of(partner))
        return self.get_paginated_response(EntrySerializer(entries(events or []), many=True).data)


class PartnerMerge(PartnerDoor):
    """Two records of one company."""

    serializer_class = MergeSerializer

    @extend_schema(responses={200: PartnerSerializer, 400: ProblemSerializer})
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Merge the partner into another."""
        partner = self.get_object()
        serializer = MergeSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        merge_partners(partner, **serializer.validated_data, acting_user=self.caller)
        return self.answer(partner)


class PartnerReassign(PartnerDoor):
    """What one person looks after goes to another."""

    serializer_class = ReassignSerializer

    @extend_schema(responses={200: ReassignedSerializer, 400: ProblemSerializer})
    def post(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Hand partners over from a day on, all of them or none."""
        serializer = ReassignSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        partners = asked.pop("partners", None) or _held_by(asked)
        done = reassign(partners, **asked, acting_user=self.caller)
        return Response(ReassignedSerializer({"partners": done}).data)


def _held_by(asked: dict[str, Any]) -> list[Partner]:
    rows = holdings(asked["leaving"], asked["duty"], asked["since"])
    return [row.partner for row in rows]


class PartnerUnmerge(PartnerDoor):
    """Two records of one company, taken apart again."""

    @extend_schema(request=None, responses={200: PartnerSerializer, 400: ProblemSerializer})
    def post(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Undo the merge of the partner."""
        partner = self.get_object()
        unmerge_partner(partner, acting_user=self.caller)
        return self.answer(partner)


urlpatterns = [
    path("partners/", PartnerList.as_view(), name="partner-list"),
    path("partners/reassign/", PartnerReassign.as_view(), name="partner-reassign"),
    path("partners/<uuid:public_id>/", PartnerDetail.as_view(), name="partner-detail"),
    path("partners/<uuid:public_id>/history/", PartnerHistory.as_view(), name="partner-history"),
    path("partners/<uuid:public_id>/merge/", PartnerMerge.as_view(), name="partner-merge"),
    path("partners/<uuid:public_id>/unmerge/", PartnerUnmerge.as_view(), name="partner-unmerge"),
]
