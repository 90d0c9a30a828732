"""Survey answers and service metrics for programs: the same rules as on the pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import NEEDED_KEY, OnceView
from accounts.permissions import signed_in
from customers.models import Customer
from partners.api import NumberField
from partners.models import Partner
from satisfaction.actions.answers import record_answers
from satisfaction.actions.service import record_service
from satisfaction.forms import AnswerFilter, ServiceFilter
from satisfaction.models import ServiceMonth, SurveyAnswer

MOST_AT_ONCE = 1000


class SurveyAnswerSerializer(serializers.ModelSerializer[SurveyAnswer]):
    """An answer. `external_id` is what the source calls it: the same again corrects it."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    partner = NumberField(required=False, allow_null=True)
    customer = serializers.SlugRelatedField(
        slug_field="public_id",
        queryset=Customer.objects.unmerged(),
        required=False,
        allow_null=True,
    )
    source = serializers.CharField(source="source.name", read_only=True)  # type: ignore[assignment]
    external_id = serializers.CharField(max_length=100, required=False)

    class Meta:
        model = SurveyAnswer
        fields = (
            "id",
            "source",
            "external_id",
            "respondent",
            "partner",
            "customer",
            "answered_on",
            "scale",
            "score",
            "cause",
            "comment",
            "respondent_name",
            "known_on",
        )
        read_only_fields = ("known_on",)
        # The verb corrects what was told before.
        validators: Any = []


class ServiceSerializer(serializers.ModelSerializer[ServiceMonth]):
    """A month of first-line service; hours, counts, and the CSAT with its answers."""

    partner = NumberField()
    source = serializers.CharField(source="source.name", read_only=True)  # type: ignore[assignment]

    class Meta:
        model = ServiceMonth
        fields = (
            "partner",
            "month",
            "tickets",
            "first_response_median",
            "first_response_p90",
            "resolution_median",
            "resolution_p90",
            "reopened",
            "escalated",
            "csat",
            "csat_answers",
            "source",
            "known_on",
        )
        read_only_fields = ("known_on",)
        validators: Any = []


class NewAnswersSerializer(serializers.Serializer[Any]):
    """Answers of one source."""

    source = serializers.CharField(max_length=100)  # type: ignore[assignment]
    answers: Any = serializers.ListSerializer(
        child=SurveyAnswerSerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )


class NewServiceSerializer(serializers.Serializer[Any]):
    """Months of service of one source."""

    source = serializers.CharField(max_length=100)  # type: ignore[assignment]
    months: Any = serializers.ListSerializer(
        child=ServiceSerializer(), allow_empty=False, max_length=MOST_AT_ONCE
    )


class AnswerList(OnceView, generics.ListAPIView[SurveyAnswer]):
    """Answers that the caller may see, the newest first."""

    serializer_class: Any = SurveyAnswerSerializer
    needs_key = True
    filter_backends = (DjangoFilterBackend,)
    filterset_class = AnswerFilter
    queryset: Any = SurveyAnswer.objects.none()

    def get_queryset(self) -> QuerySet[SurveyAnswer]:
        rows: QuerySet[SurveyAnswer] = SurveyAnswer.objects.current().visible_to(self.request.user)
        return rows.select_related("partner", "customer", "source")

    def do(self, request: Request, **ids: Any) -> Response:
        sent = NewAnswersSerializer(data=request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        facts = sent.validated_data
        rows = record_answers(
            facts["answers"], source=facts["source"], acting_user=signed_in(request)
        )
        return Response({"answers": SurveyAnswerSerializer(rows, many=True).data}, status=201)

    @extend_schema(
        parameters=[NEEDED_KEY], request=NewAnswersSerializer, responses={201: NewAnswersSerializer}
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Tell one answer or many, all of them or none."""
        return self.once(request)


class ServiceList(OnceView, generics.ListAPIView[ServiceMonth]):
    """Months of service of partners that the caller sees, the newest first."""

    serializer_class: Any = ServiceSerializer
    needs_key = True
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ServiceFilter
    queryset: Any = ServiceMonth.objects.none()

    def get_queryset(self) -> QuerySet[ServiceMonth]:
        seen = Partner.objects.visible_to(self.request.user)
        rows: QuerySet[ServiceMonth] = ServiceMonth.objects.current().filter(partner__in=seen)
        return rows.select_related("partner", "source")

    def do(self, request: Request, **ids: Any) -> Response:
        sent = NewServiceSerializer(data=request.data, context=self.get_serializer_context())
        sent.is_valid(raise_exception=True)
        facts = sent.validated_data
        rows = record_service(
            facts["months"], source=facts["source"], acting_user=signed_in(request)
        )
        return Response({"months": ServiceSerializer(rows, many=True).data}, status=201)

    @extend_schema(
        parameters=[NEEDED_KEY], request=NewServiceSerializer, responses={201: NewServiceSerializer}
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Tell one month or many, all of them or none; the same month again corrects it."""
        return self.once(request)


urlpatterns = [
    path("survey-answers/", AnswerList.as_view(), name="answer-list"),
    path("service-metrics/", ServiceList.as_view(), name="service-list"),
]
