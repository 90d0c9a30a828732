"""Customers for programs: the same rules, verbs and messages as on the pages."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import signed_in
from customers.actions.records import change_customer, create_customer, report_loss, withdraw_loss
from customers.forms import CustomerFilter
from customers.models import Customer, CustomerLoss


@extend_schema_field(OpenApiTypes.UUID)
class CustomerKey(serializers.SlugRelatedField[Customer]):
    """Another customer by its id; only one that the caller may see can be named."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="public_id", **options)

    def get_queryset(self) -> Any:
        return Customer.objects.visible_to(self.context["request"].user)


class LossSerializer(serializers.ModelSerializer[CustomerLoss]):
    """That somebody says a customer is lost."""

    class Meta:
        model = CustomerLoss
        fields = ("lost_on", "said_by", "why", "known_on", "withdrawn_on")
        read_only_fields = ("known_on", "withdrawn_on")


class CustomerSerializer(serializers.ModelSerializer[Customer]):
    """A customer: a group, one of its legal entities, or a site."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    parent = CustomerKey(required=False, allow_null=True)  # type: ignore[assignment]
    merged_into = CustomerKey(read_only=True)
    aliases = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="name")
    domains = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="domain")

    class Meta:
        model = Customer
        fields = (
            "id",
            "name",
            "level",
            "parent",
            "country",
            "placeholder",
            "aliases",
            "domains",
            "merged_into",
            "merged_on",
        )
        read_only_fields = ("merged_on",)


class Visible(generics.GenericAPIView[Customer]):
    """Starts at the customers that the caller may see."""

    queryset: Any = Customer.objects.none()

    def get_queryset(self) -> QuerySet[Customer]:
        rows: QuerySet[Customer] = Customer.objects.visible_to(self.request.user)
        with_links = rows.select_related("parent", "merged_into")
        return with_links.prefetch_related("aliases", "domains")


class CustomerList(Visible, generics.ListCreateAPIView[Customer]):
    """Customers by name."""

    serializer_class = CustomerSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = CustomerFilter

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        made = create_customer(acting_user=signed_in(request), **sent.validated_data)
        return Response(self.get_serializer(made).data, status=201)


class CustomerDetail(Visible, generics.RetrieveAPIView[Customer]):
    """One customer."""

    serializer_class: Any = CustomerSerializer
    lookup_field = "public_id"

    @extend_schema(request=CustomerSerializer(partial=True), responses=CustomerSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change what is sent."""
        customer = self.get_object()
        sent = self.get_serializer(customer, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        changed = change_customer(customer, acting_user=signed_in(request), **sent.validated_data)
        return Response(self.get_serializer(changed).data)


class CustomerLossReport(CustomerDetail):
    """That a customer is lost: POST says so, DELETE takes it back."""

    http_method_names = ["post", "delete"]
    serializer_class = LossSerializer

    @extend_schema(request=LossSerializer, responses={201: LossSerializer})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Learnt today."""
        customer = self.get_object()
        sent = LossSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        loss = report_loss(customer, acting_user=signed_in(request), **sent.validated_data)
        return Response(LossSerializer(loss).data, status=201)

    @extend_schema(responses=LossSerializer)
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """It came back, or never was lost."""
        return Response(
            LossSerializer(withdraw_loss(self.get_object(), acting_user=signed_in(request))).data
        )


urlpatterns = [
    path("customers/", CustomerList.as_view(), name="customer-list"),
    path("customers/<uuid:public_id>/", CustomerDetail.as_view(), name="customer-detail"),
    path("customers/<uuid:public_id>/loss/", CustomerLossReport.as_view(), name="customer-loss"),
]
