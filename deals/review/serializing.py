"""A registration as our reviewers' programs read it, and what they send about one."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from customers.models import Customer
from deals.actions.overlaps import Overlap, Review
from deals.models import Deal, DealLine, RejectionCode
from deals.review import lists
from sales.models import ProductLine


class QueuedSerializer(serializers.ModelSerializer[Deal]):
    """A registration as it waits in the queue."""

    id = serializers.UUIDField(source="public_id")
    partner = serializers.CharField(source="partner.number")
    partner_name = serializers.CharField(source="partner.name")
    amount = serializers.DecimalField(18, 4, source="total")
    reviewer = serializers.EmailField(source="reviewer.email", default=None, allow_null=True)
    team = serializers.CharField(source="team.name", default=None, allow_null=True)

    class Meta:
        model = Deal
        fields: tuple[str, ...] = (
            "id", "number", "state", "partner", "partner_name", "account_name", "account_domain",
            "account_country", "type", "tender", "amount", "currency", "expected_close",
            "submitted_at", "complete_at", "escalates_at", "due_at", "reviewer", "team",
        )  # fmt: skip
        read_only_fields = fields


class EligibilitySerializer(serializers.Serializer[Any]):
    """Whether the partner may sell the line there; `code` is that of a rejection for it."""

    eligible = serializers.BooleanField()
    code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class SuggestionSerializer(serializers.Serializer[Any]):
    """What the rules suggest, and why, in their order."""

    decision = serializers.ChoiceField(choices=("approve", "reject", "arbiter"))
    code = serializers.CharField(allow_blank=True)
    reasons = serializers.ListField(child=serializers.CharField())


class ReviewedLineSerializer(serializers.ModelSerializer[DealLine]):
    """A product line of it, with what its decision rests on."""

    product_line = serializers.CharField(source="product_line.name")
    eligibility = serializers.SerializerMethodField()
    suggestion = serializers.SerializerMethodField()

    class Meta:
        model = DealLine
        fields = ("product_line", "amount", "proposed_amount", "state", "code", "eligibility",
                  "suggestion")  # fmt: skip
        read_only_fields = fields

    @property
    def found(self) -> Review:
        """What was gathered about the registration."""
        found: Review = self.context["review"]
        return found

    @extend_schema_field(EligibilitySerializer)
    def get_eligibility(self, line: DealLine) -> Any:
        """Whether the partner may sell it there."""
        return EligibilitySerializer(self.found.eligibility[line.product_line_id]).data

    @extend_schema_field(SuggestionSerializer(allow_null=True))
    def get_suggestion(self, line: DealLine) -> Any:
        """What the rules suggest for it."""
        told = self.found.suggestions.get(line.product_line_id)
        return SuggestionSerializer(told).data if told else None


class OverlapSerializer(serializers.Serializer[Overlap]):
    """Another registration, or an opportunity of our own, at what is or may be the same customer.

    `lines` are those in common, `since` is when it was complete or logged.
    """

    kind = serializers.SerializerMethodField()
    number = serializers.CharField(source="record.number", default=None, allow_null=True)
    who = serializers.SerializerMethodField()
    account_name = serializers.CharField(source="record.account_name")
    state = serializers.CharField(source="record.state")
    protected = serializers.BooleanField()
    lines = serializers.ListField(child=serializers.CharField())
    since = serializers.SerializerMethodField()
    certain = serializers.BooleanField()
    reason = serializers.CharField()

    def get_kind(self, overlap: Overlap) -> str:
        """`registration` or `direct`."""
        return "direct" if overlap.is_direct else "registration"

    def get_who(self, overlap: Overlap) -> str:
        """The partner, or who of ours works on it."""
        record: Any = overlap.record
        return str(record.worked_by if overlap.is_direct else record.partner.name)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_since(self, overlap: Overlap) -> Any:
        """When it was complete or logged."""
        record: Any = overlap.record
        return record.logged_at if overlap.is_direct else record.complete_at


class CandidateSerializer(serializers.Serializer[Any]):
    """A customer that the account is, or may be: whom the matcher found, likest first."""

    customer = serializers.SerializerMethodField()
    name = serializers.CharField()
    country = serializers.CharField()
    score = serializers.FloatField()
    verdict = serializers.ChoiceField(choices=("match", "possible"))
    reason = serializers.CharField()

    @extend_schema_field(serializers.UUIDField())
    def get_customer(self, likeness: Any) -> Any:
        """What `identify/` takes."""
        return self.context["customers"][likeness.customer]


class RegistrationSerializer(QueuedSerializer):
    """A registration with everything that its decision rests on."""

    customer = serializers.CharField(source="customer.name", default=None, allow_null=True)
    lines = serializers.SerializerMethodField()
    overlaps = serializers.SerializerMethodField()
    candidates = serializers.SerializerMethodField()
    suggestion = serializers.SerializerMethodField()
    sold_by = serializers.SerializerMethodField()
    rules_version = serializers.IntegerField(source="rules.version", default=None, allow_null=True)

    class Meta(QueuedSerializer.Meta):
        fields = (
            *QueuedSerializer.Meta.fields, "effort", "need", "contact_name", "contact_email",
            "contact_phone", "competitor", "incumbent", "distributor", "decided_at", "customer",
            "rules_version", "lines", "overlaps", "candidates", "suggestion", "sold_by",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(ReviewedLineSerializer(many=True))
    def get_lines(self, deal: Deal) -> Any:
        """Its product lines."""
        lines = deal.lines.select_related("product_line")
        return ReviewedLineSerializer(lines, many=True, context=self.context).data

    @extend_schema_field(OverlapSerializer(many=True))
    def get_overlaps(self, deal: Deal) -> Any:
        """What else is at this customer, surest first."""
        del deal
        return OverlapSerializer(self.context["review"].overlaps, many=True).data

    @extend_schema_field(CandidateSerializer(many=True))
    def get_candidates(self, deal: Deal) -> Any:
        """Which customers it may be."""
        del deal
        candidates = self.context["review"].found.candidates
        keys = [each.customer for each in candidates]
        ids = dict(Customer.objects.filter(pk__in=keys).values_list("pk", "public_id"))
        return CandidateSerializer(candidates, many=True, context={"customers": ids}).data

    @extend_schema_field(SuggestionSerializer(allow_null=True))
    def get_suggestion(self, deal: Deal) -> Any:
        """Of all lines: the most careful one."""
        del deal
        suggested = self.context["review"].suggested
        return SuggestionSerializer(suggested).data if suggested else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_sold_by(self, deal: Deal) -> list[str]:
        """The partners that have sold to this customer."""
        del deal
        return [partner.name for partner in self.context["review"].sold_by]


class NothingSerializer(serializers.Serializer[Any]):
    pass


class QuestionSerializer(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=5000)


class ApprovalSerializer(serializers.Serializer[Any]):
    """Which lines are approved, all where none are named; the others are rejected for `code`."""

    lines = serializers.SlugRelatedField(
        slug_field="name", queryset=ProductLine.objects.all(), many=True, required=False
    )
    code = serializers.ChoiceField(choices=RejectionCode.choices, required=False)
    text = serializers.CharField(max_length=5000, required=False)


class RejectionSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=RejectionCode.choices)
    text = serializers.CharField(max_length=5000)


class LineDecisionSerializer(serializers.Serializer[Any]):
    """Whether a line that was added, or whose amount grew, after the approval is approved."""

    line = serializers.SlugRelatedField(slug_field="name", queryset=ProductLine.objects.all())
    approve = serializers.BooleanField()
    code = serializers.ChoiceField(choices=RejectionCode.choices, required=False)
    text = serializers.CharField(max_length=5000, required=False, default="")


class ReviewerSerializer(serializers.Serializer[Any]):
    to = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.none(), help_text="The e-mail of a reviewer."
    )

    def get_fields(self) -> Any:
        fields = super().get_fields()
        fields["to"].queryset = lists.reviewers()  # type: ignore[attr-defined]
        return fields


class NoteSerializer(serializers.Serializer[Any]):
    """A note among us, or with `internal` false a comment that the partner reads."""

    text = serializers.CharField(max_length=5000)
    internal = serializers.BooleanField(default=True)


class IdentifySerializer(serializers.Serializer[Any]):
    customer = serializers.UUIDField(help_text="One of its candidates.")


class YesOrNoSerializer(serializers.Serializer[Any]):
    grant = serializers.BooleanField()
    text = serializers.CharField(max_length=5000, required=False, default="")
