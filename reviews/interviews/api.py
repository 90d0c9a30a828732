"""Interviews for programs: the same rules and verbs as on the pages."""

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
from partners.models import Partner
from reviews.interviews.forms import InterviewFilter
from reviews.interviews.recording import save_interview
from reviews.models import Cause, HeardFrom, Interview, InterviewAnswer
from reviews.models.interviews import TEXT_MAX
from sales.models import ProductLine


class InterviewAnswerSerializer(serializers.ModelSerializer[InterviewAnswer]):
    """A question of the guide and what was answered."""

    class Meta:
        model = InterviewAnswer
        fields = ("position", "question", "answer")


FIELDS = (
    "id", "kind", "state", "customer", "partners", "alert", "registration", "order_number", "won",
    "happened_on", "amount", "product_line", "opened_on", "due_on", "interviewer", "held_on",
    "respondent", "heard_from", "stated", "found", "cause", "cause_partner", "change",
    "finished_at", "days_to_cause",
)  # fmt: skip


class InterviewSerializer(serializers.ModelSerializer[Interview]):
    """An interview; its amount is in the reporting currency."""

    id = serializers.UUIDField(source="public_id")
    customer = serializers.CharField(source="customer.name")
    partners = serializers.SlugRelatedField[Partner](slug_field="number", many=True, read_only=True)
    alert = serializers.UUIDField(source="alert.public_id", default=None, allow_null=True)
    registration = serializers.CharField(source="deal.number", default=None, allow_null=True)
    product_line = serializers.CharField(source="product_line.name", default=None, allow_null=True)
    interviewer = serializers.CharField(default=None, allow_null=True)
    cause_partner = serializers.CharField(
        source="cause_partner.number", default=None, allow_null=True
    )
    days_to_cause = serializers.IntegerField(allow_null=True)

    class Meta:
        model = Interview
        fields = FIELDS


class InterviewDetailSerializer(InterviewSerializer):
    """An interview with its answers."""

    answers = InterviewAnswerSerializer(many=True)

    class Meta:
        model = Interview
        fields = (*FIELDS, "answers")


class AnswerGiven(serializers.Serializer[Any]):
    """What was answered to a question, by its number."""

    position = serializers.IntegerField(min_value=1)
    answer = serializers.CharField(max_length=TEXT_MAX, allow_blank=True)


class RecordSerializer(serializers.Serializer[Any]):
    """What an interview brought. `finish` closes it: cause, reason and source are needed then."""

    held_on = serializers.DateField(required=False, allow_null=True)
    respondent = serializers.CharField(required=False, allow_blank=True, max_length=150)
    heard_from = serializers.ChoiceField(HeardFrom.choices, required=False, allow_blank=True)
    stated = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_MAX)
    found = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_MAX)
    cause = serializers.ChoiceField(Cause.choices, required=False, allow_blank=True)
    cause_partner = serializers.CharField(required=False, allow_null=True, max_length=100)
    product_line = serializers.CharField(required=False, allow_null=True, max_length=100)
    change = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_MAX)
    answers = AnswerGiven(many=True, required=False)
    finish = serializers.BooleanField(default=False)

    def validate_cause_partner(self, number: str | None) -> Partner | None:
        """One of those that the interview concerns, by number."""
        if number is None:
            return None
        found: Partner | None = self.context["interview"].partners.filter(number=number).first()
        if found is None:
            raise serializers.ValidationError("Choose a partner that the interview concerns.")
        return found

    def validate_product_line(self, name: str | None) -> ProductLine | None:
        """One of ours, by name."""
        if name is None:
            return None
        found = ProductLine.objects.filter(name=name).first()
        if found is None:
            raise serializers.ValidationError("There is no product line of this name.")
        return found

    def validate_answers(self, rows: list[dict[str, Any]]) -> dict[int, str]:
        """As the verb takes them."""
        return {row["position"]: row["answer"] for row in rows}


class Interviews(generics.GenericAPIView[Interview]):
    """Starts at the interviews that the caller may see."""

    serializer_class: Any = InterviewSerializer
    queryset: Any = Interview.objects.none()

    def get_queryset(self) -> QuerySet[Interview]:
        rows: QuerySet[Interview] = Interview.objects.visible_to(self.request.user).shown()
        return rows


class InterviewList(Interviews, generics.ListAPIView[Interview]):
    """Interviews of whatever state, what is due first."""

    filter_backends = (DjangoFilterBackend,)
    filterset_class = InterviewFilter


class InterviewDetail(Interviews, generics.RetrieveAPIView[Interview]):
    """One interview, with its answers."""

    serializer_class: Any = InterviewDetailSerializer
    lookup_field = "public_id"


class InterviewRecord(Interviews):
    """What an interview brought: its interviewer writes it down."""

    lookup_field = "public_id"

    @extend_schema(request=RecordSerializer, responses=InterviewDetailSerializer)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Save a draft, or finish it."""
        row, user = self.get_object(), signed_in(request)
        if not row.is_recorded_by(user):
            raise Http404
        sent = RecordSerializer(data=request.data, context={"interview": row})
        sent.is_valid(raise_exception=True)
        save_interview(row, acting_user=user, **sent.validated_data)
        return Response(InterviewDetailSerializer(self.get_object()).data)


urlpatterns = [
    path("interviews/", InterviewList.as_view(), name="interview-list"),
    path("interviews/<uuid:public_id>/", InterviewDetail.as_view(), name="interview-detail"),
    path("interviews/<uuid:public_id>/record/", InterviewRecord.as_view(), name="interview-record"),
]
