"""What is learnt of partners, for programs: the same verbs and the same rules as on the pages."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation
from accounts.permissions import signed_in
from partners.actions.commitments import change_action, create_action, set_action_status
from partners.actions.line_cards import observe_line_card
from partners.actions.persons import add_person, change_person, record_departure, record_return
from partners.actions.results import record_result
from partners.api import NumberField, PersonField
from partners.models import (
    Action,
    ActionStatus,
    Confidence,
    Departure,
    LineCardBasis,
    LineCardObservation,
    OwnResult,
    Partner,
    Person,
    ResultBasis,
)


class DepartureSerializer(serializers.ModelSerializer[Departure]):
    """That a person left, when we learnt it, and whether they came back."""

    to_partner = NumberField(required=False, allow_null=True)

    class Meta:
        model = Departure
        fields = ("left_on", "known_on", "where_to", "to_partner", "returned_on")
        read_only_fields = ("known_on", "returned_on")


class ReturnSerializer(serializers.Serializer[Any]):
    """That somebody who had left works there again."""

    returned_on = serializers.DateField()


class PersonSerializer(serializers.ModelSerializer[Person]):
    """Somebody at a partner."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    departures = DepartureSerializer(many=True, read_only=True)

    class Meta:
        model = Person
        fields = (
            "id",
            "name",
            "role",
            "email",
            "phone",
            "key",
            "certifications",
            "joined_on",
            "known_on",
            "departures",
        )
        read_only_fields = ("known_on",)


class ResultSerializer(serializers.ModelSerializer[OwnResult]):
    """A partner's own total sales over a fiscal year, first and last day included."""

    basis = serializers.ChoiceField(choices=ResultBasis.choices, required=False)

    class Meta:
        model = OwnResult
        fields = ("start", "end", "amount", "currency", "basis", "inorganic", "source", "known_on")
        read_only_fields = ("known_on",)


class ObservationSerializer(serializers.ModelSerializer[LineCardObservation]):
    """A look at a line card; `suppliers` stand in their order, "us" is ourselves."""

    category = serializers.CharField(source="line_card.category", max_length=100)
    basis = serializers.ChoiceField(choices=LineCardBasis.choices)
    confidence = serializers.ChoiceField(choices=Confidence.choices, required=False)
    suppliers = serializers.ListField(child=serializers.CharField(max_length=150))

    class Meta:
        model = LineCardObservation
        fields = (
            "category",
            "source",
            "basis",
            "confidence",
            "observed_on",
            "suppliers",
            "note",
            "known_on",
        )
        read_only_fields = ("known_on",)

    def to_representation(self, instance: LineCardObservation) -> dict[str, Any]:
        """The suppliers by name, with the rank and whether it is us."""
        shown = {name: getattr(instance, name) for name in self.Meta.fields if name not in NESTED}
        named = [
            {"name": each.name, "rank": each.rank, "ours": each.ours}
            for each in instance.suppliers.all()
        ]
        return {"category": instance.line_card.category, **shown, "suppliers": named}


NESTED = ("category", "suppliers")


class ActionSerializer(serializers.ModelSerializer[Action]):
    """Something that its owner has to do by a day."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    partner = NumberField(required=False, allow_null=True)
    owner = PersonField(source="owner.email")
    status = serializers.ChoiceField(choices=ActionStatus.choices, required=False)

    class Meta:
        model = Action
        fields = (
            "id",
            "partner",
            "title",
            "details",
            "owner",
            "due_on",
            "status",
            "shared",
            "origin",
            "figure",
            "outcome",
            "closed_on",
        )
        read_only_fields = ("origin", "closed_on")

    def facts(self) -> dict[str, Any]:
        """What was sent, in the words of the verbs."""
        data = dict(self.validated_data)
        if "owner" in data:
            data["owner"] = data["owner"]["email"]
        return data


class OfPartner(generics.ListCreateAPIView[Any]):
    """Rows of one partner that the caller may see."""

    queryset: Any = Partner.objects.none()

    def partner(self) -> Partner:
        """The partner of the address, or "not found"."""
        visible = Partner.objects.visible_to(self.request.user)
        return get_object_or_404(visible, public_id=self.kwargs["public_id"])

    def read(self, request: Request) -> dict[str, Any]:
        """What was sent, checked."""
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def created(self, row: Any) -> Response:
        """The answer to a row that was made."""
        return Response(self.get_serializer(row).data, status=201)


class PersonList(OfPartner):
    """The people at a partner."""

    serializer_class = PersonSerializer

    def get_queryset(self) -> QuerySet[Person]:
        rows: QuerySet[Person] = Person.objects.filter(partner=self.partner())
        return rows.prefetch_related("departures__to_partner")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partner, facts = self.partner(), self.read(request)
        return self.created(add_person(partner, acting_user=signed_in(request), **facts))


class ResultList(OfPartner):
    """A partner's own results, as known today; a figure for the same year replaces it."""

    serializer_class = ResultSerializer

    def get_queryset(self) -> QuerySet[OwnResult]:
        today = Organisation.current().today()
        rows: QuerySet[OwnResult] = OwnResult.objects.filter(partner=self.partner()).known(today)
        return rows

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partner, facts = self.partner(), self.read(request)
        return self.created(record_result(partner, acting_user=signed_in(request), **facts))


class ObservationList(OfPartner):
    """What was seen of a partner's line cards, newest first."""

    serializer_class = ObservationSerializer

    def get_queryset(self) -> QuerySet[LineCardObservation]:
        rows = LineCardObservation.objects.filter(line_card__partner=self.partner())
        found: QuerySet[LineCardObservation] = rows.select_related("line_card").prefetch_related(
            "suppliers"
        )
        return found

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        partner, facts = self.partner(), self.read(request)
        category = facts.pop("line_card")["category"]
        seen = observe_line_card(
            partner, category=category, acting_user=signed_in(request), **facts
        )
        return self.created(seen)


class PersonDetail(generics.RetrieveAPIView[Person]):
    """One person at a partner."""

    serializer_class: Any = PersonSerializer
    lookup_field = "public_id"
    queryset: Any = Person.objects.none()

    def get_queryset(self) -> QuerySet[Person]:
        visible = Partner.objects.visible_to(self.request.user)
        rows: QuerySet[Person] = Person.objects.filter(partner__in=visible)
        return rows.select_related("partner").prefetch_related("departures__to_partner")

    @extend_schema(request=PersonSerializer(partial=True), responses=PersonSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change what is sent."""
        person = self.get_object()
        sent = PersonSerializer(person, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        changed = change_person(person, acting_user=signed_in(request), **sent.validated_data)
        return Response(PersonSerializer(changed).data)


class PersonDeparture(PersonDetail):
    """That a person has left."""

    http_method_names = ["post"]

    @extend_schema(request=DepartureSerializer, responses={201: DepartureSerializer})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Learnt today."""
        context = self.get_serializer_context()
        sent = DepartureSerializer(data=request.data, context=context)
        person = self.get_object()
        sent.is_valid(raise_exception=True)
        left = record_departure(person, acting_user=signed_in(request), **sent.validated_data)
        return Response(DepartureSerializer(left).data, status=201)


class PersonReturn(PersonDetail):
    """That somebody came back."""

    http_method_names = ["post"]

    @extend_schema(request=ReturnSerializer, responses=DepartureSerializer)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Learnt today."""
        person = self.get_object()
        sent = ReturnSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        back = record_return(person, acting_user=signed_in(request), **sent.validated_data)
        return Response(DepartureSerializer(back).data)


class ActionList(generics.ListCreateAPIView[Action]):
    """Actions that the caller may see, what is due first."""

    serializer_class = ActionSerializer
    queryset: Any = Action.objects.none()

    def get_queryset(self) -> QuerySet[Action]:
        rows: QuerySet[Action] = Action.objects.visible_to(self.request.user)
        return rows.select_related("partner", "owner")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        context = self.get_serializer_context()
        sent = ActionSerializer(data=request.data, context=context)
        sent.is_valid(raise_exception=True)
        facts = {"partner": None, **sent.facts()}
        facts.pop("status", None)
        facts.pop("outcome", None)
        made = create_action(acting_user=signed_in(request), **facts)
        return Response(self.get_serializer(made).data, status=201)


class ActionDetail(generics.RetrieveAPIView[Action]):
    """One action."""

    serializer_class = ActionSerializer
    lookup_field = "public_id"
    queryset: Any = Action.objects.none()

    def get_queryset(self) -> QuerySet[Action]:
        rows: QuerySet[Action] = Action.objects.visible_to(self.request.user)
        return rows.select_related("partner", "owner")

    @extend_schema(request=ActionSerializer(partial=True), responses=ActionSerializer)
    def patch(self, request: Request, public_id: uuid.UUID) -> Response:
        """Change what is sent; a status starts, finishes, drops or reopens it."""
        action, user = self.get_object(), signed_in(request)
        context = self.get_serializer_context()
        sent = ActionSerializer(action, data=request.data, partial=True, context=context)
        sent.is_valid(raise_exception=True)
        facts = sent.facts()
        status, outcome = facts.pop("status", None), facts.pop("outcome", "")
        facts.pop("partner", None)
        if facts:
            action = change_action(action, acting_user=user, **facts)
        if status:
            action = set_action_status(action, status=status, outcome=outcome, acting_user=user)
        return Response(self.get_serializer(action).data)


urlpatterns = [
    path("partners/<uuid:public_id>/people/", PersonList.as_view(), name="person-list"),
    path("partners/<uuid:public_id>/results/", ResultList.as_view(), name="result-list"),
    path("partners/<uuid:public_id>/line-cards/", ObservationList.as_view(), name="line-card-list"),
    path("people/<uuid:public_id>/", PersonDetail.as_view(), name="person-detail"),
    path("people/<uuid:public_id>/departure/", PersonDeparture.as_view(), name="person-departure"),
    path("people/<uuid:public_id>/return/", PersonReturn.as_view(), name="person-return"),
    path("actions/", ActionList.as_view(), name="action-list"),
    path("actions/<uuid:public_id>/", ActionDetail.as_view(), name="action-detail"),
]
