"""Direct opportunities and breaches for programs: the same rules and verbs as on the pages."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import signed_in
from deals.actions.direct import log_direct, touch_direct
from deals.direct.forms import BreachFilter, DirectFilter
from deals.direct.opportunities import may_change
from deals.models import Breach, DirectOpportunity, DirectState
from sales.models import ProductLine


class LineField(serializers.SlugRelatedField[ProductLine]):
    """A product line, by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="name", queryset=ProductLine.objects.all(), **options)

    def to_internal_value(self, data: Any) -> ProductLine:
        """The database cannot be asked for text that it cannot hold."""
        if "\0" in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class DirectSerializer(serializers.ModelSerializer[DirectOpportunity]):
    """An opportunity of our own; `confirmed` logs it in spite of a partner's protection."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    product_line = LineField()
    owner = serializers.CharField(source="worked_by", read_only=True)
    customer = serializers.UUIDField(source="customer.public_id", read_only=True)
    source = serializers.CharField(source="source.name", read_only=True, default="")  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=DirectState.choices, required=False)
    confirmed = serializers.BooleanField(write_only=True, required=False)

    class Meta:
        model = DirectOpportunity
        fields = (
            "id",
            "source",
            "external_id",
            "account_name",
            "account_domain",
            "account_country",
            "customer",
            "product_line",
            "owner",
            "direct_team",
            "amount",
            "currency",
            "opened_on",
            "active_on",
            "logged_at",
            "state",
            "closed_on",
            "warned",
            "note",
            "confirmed",
        )
        read_only_fields = ("external_id", "opened_on", "active_on", "logged_at", "closed_on",
                            "warned")  # fmt: skip


class ProgressSerializer(serializers.ModelSerializer[DirectOpportunity]):
    """What may change of an opportunity of our own."""

    state = serializers.ChoiceField(choices=DirectState.choices, required=False)

    class Meta:
        model = DirectOpportunity
        fields = ("direct_team", "amount", "currency", "state", "note")


class BreachSerializer(serializers.ModelSerializer[Breach]):
    """An entry of the breach ledger; its amount is in the reporting currency."""

    id = serializers.UUIDField(source="public_id")
    partner = serializers.CharField(source="partner.number")
    registration = serializers.CharField(source="deal.number", default=None, allow_null=True)
    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    product_line = serializers.CharField(source="product_line.name", default=None, allow_null=True)
    decided_by = serializers.CharField(default=None, allow_null=True)

    class Meta:
        model = Breach
        fields = (
            "id",
            "partner",
            "registration",
            "customer",
            "product_line",
            "kind",
            "direct_team",
            "amount",
            "evidence",
            "happened_on",
            "filed_at",
            "state",
            "decided_by",
            "decided_at",
            "decision",
            "taken_back_at",
            "taken_back",
        )


class Directs(generics.GenericAPIView[DirectOpportunity]):
    """Starts at the opportunities that the caller may see."""

    serializer_class: Any = DirectSerializer
    queryset: Any = DirectOpportunity.objects.none()

    def get_queryset(self) -> QuerySet[DirectOpportunity]:
        rows: QuerySet[DirectOpportunity] = DirectOpportunity.objects.visible_to(self.request.user)
        return rows.select_related("source", "customer", "product_line", "owner")


class DirectList(Directs, generics.ListCreateAPIView[DirectOpportunity]):
    """Opportunities of our own, of whatever state, the last active first."""

    filter_backends = (DjangoFilterBackend,)
    filterset_class = DirectFilter

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Log one; the caller owns it. Refused, with the reason, where it is protected."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        facts = {name: value for name, value in sent.validated_data.items() if name != "state"}
        logged = log_direct(customer=None, acting_user=signed_in(request), **facts)
        return Response(self.get_serializer(logged).data, status=201)


class DirectDetail(Directs, generics.RetrieveAPIView[DirectOpportunity]):
    """One opportunity of our own."""

    lookup_field = "public_id"

    @extend_schema(request=ProgressSerializer(partial=True), responses=DirectSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Say how it goes; a state closes it. Its owner and admins may."""
        row, user = self.get_object(), signed_in(request)
        if not may_change(user, row):
            raise Http404
        sent = ProgressSerializer(row, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        done = touch_direct(row, acting_user=user, **sent.validated_data)
        return Response(self.get_serializer(done).data)


class BreachList(generics.ListAPIView[Breach]):
    """Breaches of the partners that the caller sees, newest first."""

    serializer_class = BreachSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = BreachFilter
    queryset: Any = Breach.objects.none()

    def get_queryset(self) -> QuerySet[Breach]:
        rows: QuerySet[Breach] = Breach.objects.visible_to(self.request.user)
        return rows.select_related("partner", "deal", "customer", "product_line", "decided_by")


urlpatterns = [
    path("direct-opportunities/", DirectList.as_view(), name="direct-list"),
    path("direct-opportunities/<uuid:public_id>/", DirectDetail.as_view(), name="direct-detail"),
    path("breaches/", BreachList.as_view(), name="breach-list"),
]
