"""Certifications and targets of partners for programs: the pages' verbs, rules and words."""

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import check_currency
from accounts.permissions import signed_in
from deals.actions.goals import agree_target, certify
from deals.models import Certification, Measure, Target
from deals.standing.api import ProductLineField
from partners.facts.api import OfPartner
from partners.models import Partner, Person


class CertificationSerializer(serializers.ModelSerializer[Certification]):
    """A certification; its days are the first and the last it holds."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    person = serializers.SlugRelatedField[Person](
        slug_field="public_id", queryset=Person.objects.all(), required=False, allow_null=True
    )
    start = serializers.DateField(source="valid.lower")
    end = serializers.DateField(source="last_day", required=False, allow_null=True)

    class Meta:
        model = Certification
        fields = ("id", "name", "person", "number", "start", "end")

    def validate_person(self, person: Person | None) -> Person | None:
        """One of the partner's people; others are not told from nobody."""
        partner: Partner = self.context["view"].partner()
        if person is not None and person.partner_id != partner.pk:
            raise serializers.ValidationError("This person does not work at the partner.")
        return person


class TargetSerializer(serializers.ModelSerializer[Target]):
    """A target: an amount in a currency, or units. Without a product line it is of all."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    product_line = ProductLineField(required=False, allow_null=True)
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=4, required=False, allow_null=True, write_only=True
    )
    units = serializers.DecimalField(
        max_digits=18, decimal_places=4, required=False, allow_null=True, write_only=True
    )
    currency = serializers.CharField(
        max_length=3, required=False, allow_blank=True, validators=[check_currency]
    )
    start = serializers.DateField(source="valid.lower")
    end = serializers.DateField(source="last_day")

    class Meta:
        model = Target
        fields = ("id", "product_line", "start", "end", "amount", "currency", "units")

    def to_representation(self, instance: Target) -> dict[str, Any]:
        """The value under the name of what it counts."""
        value = str(instance.value)
        units = instance.measure == Measure.UNITS
        return {
            **super().to_representation(instance),
            "amount": None if units else value,
            "units": value if units else None,
        }


def _with_days(data: dict[str, Any]) -> dict[str, Any]:
    """What was sent, in the words of the verbs."""
    rest = {name: value for name, value in data.items() if name not in {"valid", "last_day"}}
    return {**rest, "start": data["valid"]["lower"], "end": data.get("last_day")}


class CertificationList(OfPartner):
    """A partner's certifications."""

    serializer_class = CertificationSerializer

    def get_queryset(self) -> QuerySet[Certification]:
        rows: QuerySet[Certification] = Certification.objects.filter(partner=self.partner())
        return rows.select_related("person").order_by("name", "valid", "pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partner, facts = self.partner(), _with_days(self.read(request))
        return self.created(certify(partner, acting_user=signed_in(request), **facts))


class TargetList(OfPartner):
    """A partner's targets."""

    serializer_class = TargetSerializer

    def get_queryset(self) -> QuerySet[Target]:
        rows: QuerySet[Target] = Target.objects.filter(partner=self.partner())
        return rows.select_related("product_line").order_by("-valid", "pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partner, facts = self.partner(), _with_days(self.read(request))
        return self.created(agree_target(partner, acting_user=signed_in(request), **facts))


urlpatterns = [
    path(
        "partners/<uuid:public_id>/certifications/",
        CertificationList.as_view(),
        name="certification-list",
    ),
    path("partners/<uuid:public_id>/targets/", TargetList.as_view(), name="target-list"),
]
