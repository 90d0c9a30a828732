"""A partner's own registrations, for its CRM: the same verbs and the same rules as on the pages."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import KEY, NEEDED_KEY, OnceView
from accounts.models import Organisation, User, check_currency
from accounts.permissions import signed_in
from channelhub.lib.countries import countries
from channelhub.lib.problems import Conflict, ProblemSerializer, by_field
from deals.actions import appeals, progress, reviewing
from deals.actions.drafts import begin_draft, submit_deal
from deals.actions.protecting import AlreadyProtected
from deals.models import Deal, DealLine, DealType, LossReason
from deals.portal.acting import NOT_NOW
from deals.portal.forms import TOLD_STATES, DealsFilter
from deals.portal.history import Told, told_history
from deals.portal.lists import SORTS, Standing, narrowed, ordered, with_standing
from deals.rules.accounts import clean_domain
from deals.rules.states import PENDING, IllegalStep, State
from partners.models import Partner
from sales.models import ProductLine

TEXTS = (
    "contact_name", "contact_email", "contact_phone", "competitor", "incumbent", "need",
    "distributor", "external_reference",
)  # fmt: skip


class LineSerializer(serializers.ModelSerializer[DealLine]):
    """A product line, by its name, and its amount; `proposed_amount` waits for its review."""

    product_line = serializers.SlugRelatedField(
        slug_field="name", queryset=ProductLine.objects.all()
    )
    amount = serializers.DecimalField(18, 4, min_value=Decimal("0.01"))

    class Meta:
        model = DealLine
        fields = ("product_line", "amount", "proposed_amount", "state", "code")
        read_only_fields = ("proposed_amount", "state", "code")


class AskedSerializer(serializers.Serializer[Any]):
    """Something that is asked of you, the verb that answers it, and until when."""

    text = serializers.CharField()
    verb = serializers.CharField(source="form", allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)


class DealSerializer(serializers.ModelSerializer[Deal]):
    """A registration and where it stands."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.SerializerMethodField()
    lines = LineSerializer(many=True)
    rules_version = serializers.IntegerField(source="rules.version", allow_null=True, default=None)
    decision_by = serializers.SerializerMethodField()
    benefits = serializers.SerializerMethodField()
    protected_until = serializers.SerializerMethodField()
    protection_days_left = serializers.SerializerMethodField()
    asked = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = (
            "id", "number", "state", "type", "account_name", "account_domain", "account_country",
            "currency", "expected_close", "effort", "tender", *TEXTS, "lines", "rules_version",
            "submitted_at", "decision_by", "decided_at", "benefits", "protected_until",
            "protection_days_left", "asked", "closed_at", "closed_amount", "order_number",
            "loss_reason",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, deal: Deal) -> str:
        """As it is told: `under-review` from its submission to the decision."""
        return str(State.UNDER_REVIEW if deal.state in PENDING else deal.state)

    def get_decision_by(self, deal: Deal) -> dt.datetime | None:
        """Until when we decide; null where nothing is to be decided, or we wait for you."""
        return Standing.of(deal).due_at

    def get_benefits(self, deal: Deal) -> list[str]:
        """What an approval gives you."""
        return Standing.of(deal).benefits

    def get_protected_until(self, deal: Deal) -> dt.date | None:
        """The last day on which something of it is protected; null where nothing is."""
        return Standing.of(deal).protected_until

    def get_protection_days_left(self, deal: Deal) -> int | None:
        """Days of protection, today among them."""
        return Standing.of(deal).days_left

    @extend_schema_field(AskedSerializer(many=True))
    def get_asked(self, deal: Deal) -> Any:
        """What is asked of you."""
        return AskedSerializer(Standing.of(deal).asked, many=True).data


class StepSerializer(serializers.Serializer[Told]):
    """One thing that happened."""

    step = serializers.CharField()
    text = serializers.CharField()
    code = serializers.CharField()
    by = serializers.CharField(source="who")
    at = serializers.DateTimeField()


class DealDetailSerializer(DealSerializer):
    """A registration with its history, newest first."""

    history = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = (*DealSerializer.Meta.fields, "history")
        read_only_fields = fields

    @extend_schema_field(StepSerializer(many=True))
    def get_history(self, deal: Deal) -> Any:
        """What happened, newest first."""
        steps: Any = told_history(deal)
        return StepSerializer(steps, many=True).data


class NewDealSerializer(serializers.ModelSerializer[Deal]):
    """A registration to be made: complete with the first eight, or a draft."""

    account_domain = serializers.CharField(
        max_length=300, required=False, help_text="An address is cleaned to its domain."
    )
    account_country = serializers.CharField(
        max_length=2, required=False, help_text="Two letters such as DE."
    )
    currency = serializers.CharField(max_length=3, required=False, validators=[check_currency])
    type = serializers.ChoiceField(choices=DealType.choices, required=False)
    lines = LineSerializer(many=True, required=False)
    draft = serializers.BooleanField(
        default=False, help_text="Only keep it: somebody completes and submits it in the portal."
    )
    rules_version = serializers.IntegerField(
        required=False,
        help_text="The version of the rules that you accept; the one in force if not given.",
    )

    class Meta:
        model = Deal
        fields = (
            "account_name", "account_domain", "account_country", "lines", "currency",
            "expected_close", "effort", "tender", "type", *TEXTS, "draft", "rules_version",
        )  # fmt: skip

    def validate_account_domain(self, typed: str) -> str:
        return clean_domain(typed)

    def validate_account_country(self, code: str) -> str:
        if code not in countries():
            raise serializers.ValidationError("No country has this code.")
        return code

    def validate_expected_close(self, day: dt.date | None) -> dt.date | None:
        if day and day < Organisation.current().today():
            raise serializers.ValidationError("This day is over.")
        return day

    def validate_lines(self, rows: list[dict[str, Any]]) -> dict[ProductLine, Decimal]:
        lines = {row["product_line"]: row["amount"] for row in rows}
        if len(lines) < len(rows):
            raise serializers.ValidationError("A product line stands here twice.")
        return lines

    def register(self, partner: Partner, user: User) -> Deal:
        """The draft, or the submitted registration."""
        facts = dict(self.validated_data)
        draft, accepts = facts.pop("draft"), facts.pop("rules_version", None)
        lines = facts.pop("lines", {})
        with transaction.atomic():
            deal = begin_draft(partner, acting_user=user, lines=lines, **facts)
            return deal if draft else submit_deal(deal, accepts=accepts, acting_user=user)


class AnswerSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=5000)


class UpdateSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)
    expected_close = serializers.DateField(required=False)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class WonSerializer(serializers.Serializer[Any]):
    amount = serializers.DecimalField(
        18, 4, min_value=Decimal("0.01"), help_text="In the registration's currency."
    )
    order_number = serializers.CharField(max_length=100, required=False)
    text = serializers.CharField(max_length=2000, required=False)


class LostSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=LossReason.choices)
    text = serializers.CharField(max_length=2000, required=False)


class WithdrawSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000, required=False)


class AppealSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=5000)


class FlagSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)


class OwnDeals(OnceView):
    """Registrations that the caller may see."""

    queryset: Any = Deal.objects.none()
    lookup_field = "public_id"

    def get_queryset(self) -> Any:
        return with_standing(Deal.objects.visible_to(self.request.user))

    def told(self, deal: Deal, status: int = 200) -> Response:
        """The registration as it is now."""
        now = self.get_queryset().get(pk=deal.pk)
        return Response(DealDetailSerializer(now).data, status=status)


PROBLEMS = dict.fromkeys((400, 404, 409, 422), ProblemSerializer)
LIST_PARAMETERS = [
    OpenApiParameter("q", description="A part of the number, the customer or the contact."),
    OpenApiParameter("state", enum=[value for value, _ in TOLD_STATES if value]),
    OpenApiParameter("sort", enum=list(SORTS), description="The newest first if not given."),
    OpenApiParameter("page", int),
]


class DealList(OwnDeals):
    """Your registrations; POST registers a deal."""

    serializer_class = DealSerializer
    needs_key = True

    @extend_schema(parameters=LIST_PARAMETERS, responses=DealSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your registrations, the newest first."""
        form = DealsFilter(request.query_params)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        asked = form.cleaned_data
        deals = narrowed(self.get_queryset(), text=asked["q"].strip(), state=asked["state"])
        rows = self.paginate_queryset(ordered(deals, request.query_params.get("sort", "")))
        return self.get_paginated_response(DealSerializer(rows, many=True).data)

    @extend_schema(
        parameters=[NEEDED_KEY],
        request=NewDealSerializer,
        responses={201: DealDetailSerializer, **PROBLEMS},
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Register a deal: it is submitted, or with `draft` only kept."""
        return self.once(request)

    def do(self, request: Request, **ids: Any) -> Response:
        sent = NewDealSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        partner = get_object_or_404(Partner.objects.visible_to(request.user))
        try:
            deal = sent.register(partner, signed_in(request))
        except ValidationError as error:
            # The row of a product line is under `lines` here.
            told = by_field(error)
            raise serializers.ValidationError(
                {"lines" if name == "product_line" else name: told[name] for name in told}
            ) from None
        return self.told(deal, 201)


class DealDetail(OwnDeals):
    """One registration, with its history."""

    serializer_class = DealDetailSerializer

    def get(self, request: Request, **ids: Any) -> Response:
        """One registration."""
        return Response(DealDetailSerializer(self.get_object()).data)


class DealVerb(OwnDeals):
    """Something done with a registration; 409 where its state does not allow it."""

    # Called with the registration, who acts, and what was sent.
    verb: Callable[..., Any]

    def do(self, request: Request, **ids: Any) -> Response:
        deal = self.get_object()
        sent = self.get_serializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            self.verb(deal, acting_user=signed_in(request), **sent.validated_data)
        except AlreadyProtected:
            raise Conflict(NOT_NOW) from None
        except IllegalStep as error:
            raise Conflict(" ".join(error.messages)) from None
        return self.told(deal)

    def post(self, request: Request, **ids: Any) -> Response | HttpResponse:
        """Do it."""
        return self.once(request, **ids)


def _documented(sent: type[serializers.Serializer[Any]]) -> Any:
    """A verb's place in the schema: what is sent, and the registration as it is then."""
    answers = {200: DealDetailSerializer, **PROBLEMS}
    told = extend_schema(parameters=[KEY], request=sent, responses=answers)
    return extend_schema_view(post=told)


@_documented(AnswerSerializer)
class DealAnswer(DealVerb):
    """Answer our question."""

    serializer_class = AnswerSerializer
    verb = staticmethod(reviewing.answer)


@_documented(UpdateSerializer)
class DealUpdate(DealVerb):
    """Tell how it goes."""

    serializer_class = UpdateSerializer
    verb = staticmethod(progress.update_progress)


@_documented(ReasonSerializer)
class DealExtension(DealVerb):
    """Ask for the one extension."""

    serializer_class = ReasonSerializer
    verb = staticmethod(progress.ask_extension)


@_documented(WonSerializer)
class DealWon(DealVerb):
    """Report it won."""

    serializer_class = WonSerializer
    verb = staticmethod(progress.win_deal)


@_documented(LostSerializer)
class DealLost(DealVerb):
    """Report it lost."""

    serializer_class = LostSerializer
    verb = staticmethod(progress.lose_deal)


@_documented(WithdrawSerializer)
class DealWithdraw(DealVerb):
    """Take it back."""

    serializer_class = WithdrawSerializer
    verb = staticmethod(progress.withdraw)


@_documented(AppealSerializer)
class DealAppeal(DealVerb):
    """Object to a rejection."""

    serializer_class = AppealSerializer
    verb = staticmethod(appeals.file_appeal)


@_documented(FlagSerializer)
class DealFlag(DealVerb):
    """Say that it is not clear who leads."""

    serializer_class = FlagSerializer
    verb = staticmethod(progress.flag_unclear)


urlpatterns = [
    path("deals/", DealList.as_view(), name="deal-list"),
    path("deals/<uuid:public_id>/", DealDetail.as_view(), name="deal-detail"),
    path("deals/<uuid:public_id>/answer/", DealAnswer.as_view(), name="deal-answer"),
    path("deals/<uuid:public_id>/update/", DealUpdate.as_view(), name="deal-update"),
    path("deals/<uuid:public_id>/extension/", DealExtension.as_view(), name="deal-extension"),
    path("deals/<uuid:public_id>/won/", DealWon.as_view(), name="deal-won"),
    path("deals/<uuid:public_id>/lost/", DealLost.as_view(), name="deal-lost"),
    path("deals/<uuid:public_id>/withdraw/", DealWithdraw.as_view(), name="deal-withdraw"),
    path("deals/<uuid:public_id>/appeal/", DealAppeal.as_view(), name="deal-appeal"),
    path("deals/<uuid:public_id>/flag/", DealFlag.as_view(), name="deal-flag"),
]
