"""A registration as the API tells it, and what is sent about one."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Organisation, User, check_currency
from channelhub.lib.countries import countries
from deals.actions.drafts import begin_draft, submit_deal
from deals.models import Breach, Deal, DealLine, DealType, LossReason
from deals.portal.history import Told, told_history
from deals.portal.lists import Standing
from deals.rules.accounts import clean_domain
from deals.rules.states import PENDING, State
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


def amounts(rows: list[dict[str, Any]]) -> dict[ProductLine, Decimal]:
    """Lines as the verbs take them. Raises ValidationError where one stands there twice."""
    lines = {row["product_line"]: row["amount"] for row in rows}
    if len(lines) < len(rows):
        raise serializers.ValidationError("A product line stands here twice.")
    return lines


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


class FiledSerializer(serializers.ModelSerializer[Breach]):
    """A breach that you filed, and what became of it; `decision` says why.

    `taken_back` says why it counts no more, where it was confirmed first.
    """

    class Meta:
        model = Breach
        fields = ("evidence", "happened_on", "filed_at", "state", "decided_at", "decision",
                  "taken_back")  # fmt: skip
        read_only_fields = fields


class DealDetailSerializer(DealSerializer):
    """A registration with its history and the breaches that were filed, newest first."""

    history = serializers.SerializerMethodField()
    breaches = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = (*DealSerializer.Meta.fields, "history", "breaches")
        read_only_fields = fields

    @extend_schema_field(StepSerializer(many=True))
    def get_history(self, deal: Deal) -> Any:
        """What happened, newest first."""
        steps: Any = told_history(deal)
        return StepSerializer(steps, many=True).data

    @extend_schema_field(FiledSerializer(many=True))
    def get_breaches(self, deal: Deal) -> Any:
        """Breaches by our direct sales that you filed."""
        filed = Breach.objects.visible_to(self.context["request"].user).filter(deal=deal)
        return FiledSerializer(filed, many=True).data


class FactsSerializer(serializers.ModelSerializer[Deal]):
    """What is known of a registration: complete with the first eight."""

    account_domain = serializers.CharField(
        max_length=300, required=False, help_text="An address is cleaned to its domain."
    )
    account_country = serializers.CharField(
        max_length=2, required=False, help_text="Two letters such as DE."
    )
    currency = serializers.CharField(max_length=3, required=False, validators=[check_currency])
    type = serializers.ChoiceField(choices=DealType.choices, required=False)
    lines = LineSerializer(many=True, required=False)

    class Meta:
        model = Deal
        fields: tuple[str, ...] = (
            "account_name", "account_domain", "account_country", "lines", "currency",
            "expected_close", "effort", "tender", "type", *TEXTS,
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
        return amounts(rows)


class RulesSerializer(serializers.Serializer[Any]):
    """Which rules are accepted."""

    rules_version = serializers.IntegerField(
        required=False,
        source="accepts",
        help_text="The version of the rules that you accept; the one in force if not given.",
    )


class NewDealSerializer(RulesSerializer, FactsSerializer):
    """A registration to be made, submitted at once or kept as a draft."""

    draft = serializers.BooleanField(
        default=False, help_text="Only keep it: somebody completes and submits it later."
    )

    class Meta(FactsSerializer.Meta):
        fields = (*FactsSerializer.Meta.fields, "draft", "rules_version")

    def register(self, partner: Partner, user: User) -> Deal:
        """The draft, or the submitted registration."""
        facts = dict(self.validated_data)
        draft, accepts = facts.pop("draft"), facts.pop("accepts", None)
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


class CommentSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)


class AmendSerializer(serializers.Serializer[Any]):
    """All lines as they shall be: the approved ones with their amounts, and those to be added."""

    lines = LineSerializer(many=True, allow_empty=False)

    def validate_lines(self, rows: list[dict[str, Any]]) -> dict[ProductLine, Decimal]:
        return amounts(rows)


class ShareSerializer(serializers.Serializer[Any]):
    to = serializers.EmailField(help_text="Of a rep of your company who does not see it yet.")


class FileBreachSerializer(serializers.Serializer[Any]):
    evidence = serializers.CharField(max_length=5000)
    happened_on = serializers.DateField()
