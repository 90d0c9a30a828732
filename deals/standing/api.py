"""Agreements of partners for programs: the pages' verbs, rules and words."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import signed_in
from customers.models.customers import check_country
from deals.actions.standing import authorise, end_authorisation
from deals.models import Authorisation
from partners.facts.api import OfPartner
from partners.models import Partner
from sales.models import ProductLine


@extend_schema_field(OpenApiTypes.STR)
class ProductLineField(serializers.SlugRelatedField[ProductLine]):
    """A product line, by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="name", queryset=ProductLine.objects.all(), **options)

    def to_internal_value(self, data: Any) -> ProductLine:
        """The database cannot be asked for text that it cannot hold."""
        if "\0" in str(data):
            self.fail("invalid")
        return super().to_internal_value(data)


class AuthorisationSerializer(serializers.ModelSerializer[Authorisation]):
    """What a partner may sell, where, and on which days, first and last included."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    product_line = ProductLineField()
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2, validators=[check_country]),
        required=False,
        help_text="Two-letter codes; none means everywhere.",
    )
    start = serializers.DateField(source="valid.lower")
    end = serializers.DateField(source="last_day", required=False, allow_null=True)

    class Meta:
        model = Authorisation
        fields = ("id", "agreement", "product_line", "countries", "start", "end")

    def facts(self) -> dict[str, Any]:
        """What was sent, in the words of the verb."""
        data = dict(self.validated_data)
        return {
            **{name: data[name] for name in ("agreement", "product_line")},
            "countries": data.get("countries", ()),
            "start": data["valid"]["lower"],
            "end": data.get("last_day"),
        }


class EndSerializer(serializers.Serializer[Any]):
    """The last day of an authorisation."""

    end = serializers.DateField()


class AuthorisationList(OfPartner):
    """A partner's authorisations."""

    serializer_class = AuthorisationSerializer

    def get_queryset(self) -> QuerySet[Authorisation]:
        rows: QuerySet[Authorisation] = Authorisation.objects.filter(partner=self.partner())
        return rows.select_related("product_line").order_by(
            "product_line__name", "agreement", "valid"
        )

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partner = self.partner()
        sent = AuthorisationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return self.created(authorise(partner, acting_user=signed_in(request), **sent.facts()))


class AuthorisationEnd(APIView):
    """When an authorisation ends."""

    @extend_schema(request=EndSerializer, responses=AuthorisationSerializer)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Say on which day it holds last."""
        visible = Partner.objects.visible_to(request.user)
        rows = Authorisation.objects.filter(partner__in=visible)
        row = get_object_or_404(rows, public_id=public_id)
        sent = EndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        done = end_authorisation(row, acting_user=signed_in(request), **sent.validated_data)
        return Response(AuthorisationSerializer(done).data)


urlpatterns = [
    path(
        "partners/<uuid:public_id>/authorisations/",
        AuthorisationList.as_view(),
        name="authorisation-list",
    ),
    path(
        "authorisations/<uuid:public_id>/end/",
        AuthorisationEnd.as_view(),
        name="authorisation-end",
    ),
]
