"""Reviews and their packets, for programs: the same verbs and the same rules as on the pages."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import signed_in
from reviews.models import Packet, Review, ReviewState
from reviews.packets.batches import document_of
from reviews.packets.files import FORMATS, PAPERS
from reviews.packets.making import make_packet
from reviews.packets.pages import file_answer
from reviews.quarterly.quarters import quarter_named

QUARTER = OpenApiParameter("quarter", str, description="One of ours: quarters that end in it.")
STATE = OpenApiParameter("state", str, enum=ReviewState.values)
FOR = OpenApiParameter("for", str, enum=["partner"], description="Only what the partner may read.")
PAPER = OpenApiParameter("paper", str, enum=list(PAPERS))
FORMAT = OpenApiParameter("file_format", str, OpenApiParameter.PATH, enum=list(FORMATS))


class ReviewSerializer(serializers.ModelSerializer[Review]):
    """A review of a partner's quarter."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    partner = serializers.CharField(source="partner.number", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = (
            "id", "partner", "quarter", "start", "end", "cut_off", "state", "meets_at",
            "time_zone", "minutes", "held_on", "signed_at", "partner_signed_at",
        )  # fmt: skip

    def get_state(self, review: Review) -> str:
        """How far it is: one of to-prepare, prepared, held, signed."""
        return review.state.value


class PacketSerializer(serializers.ModelSerializer[Packet]):
    """A version of a review's packet."""

    published = serializers.SerializerMethodField()

    class Meta:
        model = Packet
        fields = ("version", "known_by", "checksum", "made_at", "published")

    def get_published(self, packet: Packet) -> bool:
        """Whether its partner may read it."""
        return hasattr(packet, "published")


class ReviewList(generics.ListAPIView[Review]):
    """Reviews of the partners that the caller sees, the newest quarter first."""

    serializer_class = ReviewSerializer
    queryset = Review.objects.none()

    @extend_schema(parameters=[QUARTER, STATE])
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Review]:
        asked = self.request.query_params
        rows = Review.objects.visible_to(self.request.user).select_related("partner")
        if name := asked.get("quarter"):
            quarter = quarter_named(name)
            if quarter is None:
                raise ValidationError({"quarter": "There is no such quarter."})
            rows = rows.ending(quarter.start, quarter.end)
        if state := asked.get("state"):
            if state not in ReviewState.values:
                raise ValidationError({"state": f"Choose one of {', '.join(ReviewState.values)}."})
            rows = rows.in_state(state)
        found: QuerySet[Review] = rows
        return found


class ReviewDetail(generics.RetrieveAPIView[Review]):
    """One review."""

    serializer_class = ReviewSerializer
    queryset = Review.objects.none()
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Review]:
        rows: QuerySet[Review] = Review.objects.visible_to(self.request.user)
        return rows.select_related("partner")


class ReviewPackets(generics.ListAPIView[Packet]):
    """The versions of a review's packet; POST makes a new one."""

    serializer_class = PacketSerializer
    queryset = Packet.objects.none()

    def get_queryset(self) -> QuerySet[Packet]:
        rows: QuerySet[Packet] = self._review().packets.defer("document")
        return rows.select_related("published")

    @extend_schema(request=None, responses={201: PacketSerializer})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Make a new version; the ones before stay."""
        made = make_packet(self._review(), acting_user=signed_in(request))
        return Response(PacketSerializer(made).data, status=201)

    def _review(self) -> Review:
        rows = Review.objects.visible_to(self.request.user)
        found: Review = get_object_or_404(rows, public_id=self.kwargs["public_id"])
        return found


class PacketFile(APIView):
    """A version as a file."""

    @extend_schema(parameters=[FORMAT, FOR, PAPER], responses={200: OpenApiTypes.BINARY})
    def get(
        self, request: Request, public_id: uuid.UUID, version: int, file_format: str
    ) -> HttpResponse:
        review = get_object_or_404(Review.objects.visible_to(request.user), public_id=public_id)
        packet = get_object_or_404(review.packets.select_related("published"), version=version)
        document = document_of(packet, partner_safe=request.GET.get("for") == "partner")
        return file_answer(request, document, file_format)


urlpatterns = [
    path("reviews/", ReviewList.as_view(), name="review-list"),
    path("reviews/<uuid:public_id>/", ReviewDetail.as_view(), name="review-detail"),
    path("reviews/<uuid:public_id>/packets/", ReviewPackets.as_view(), name="review-packets"),
    path(
        "reviews/<uuid:public_id>/packets/<int:version>/<slug:file_format>",
        PacketFile.as_view(),
        name="review-file",
    ),
]
