"""Alerts for programs: what the pages show, by the same rule of who sees what."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError

from alerts.canaries import CANARIES
from alerts.models import Alert, AlertQuerySet
from alerts.verdicts import Nature, Severity


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An alert with its evidence; money in reporting currency, value in percent."""

    id = serializers.UUIDField(source="public_id")
    partners = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="number")
    headline = serializers.SerializerMethodField()
    ends_when = serializers.SerializerMethodField()

    class Meta:
        model = Alert
        fields = (
            "id",
            "canary",
            "scope",
            "partners",
            "direction",
            "nature",
            "finding_class",
            "severity",
            "value",
            "money",
            "headline",
            "ends_when",
            "evidence",
            "baseline",
            "first_seen",
            "last_seen",
            "archived_on",
            "ended_on",
            "end_reason",
        )

    def get_headline(self, alert: Alert) -> str:
        """What happened, in a few words."""
        canary = CANARIES[alert.canary]
        return canary.headline(alert.finding_class, alert.value, alert.evidence)

    def get_ends_when(self, alert: Alert) -> str:
        """What would end it."""
        limits = {name: Decimal(value) for name, value in alert.evidence["threshold"].items()}
        return CANARIES[alert.canary].ends_when(alert.finding_class, limits)


STATES: dict[str, Callable[[AlertQuerySet], AlertQuerySet]] = {
    "open": AlertQuerySet.open,
    "archived": AlertQuerySet.archived,
    "ended": AlertQuerySet.ended,
}
NARROWS = (
    ("canary", sorted(CANARIES)),
    ("nature", Nature.values),
    ("severity", Severity.values),
)
STATE = OpenApiParameter("state", str, enum=sorted(STATES), description="Default: open")
CANARY = OpenApiParameter("canary", str, enum=sorted(CANARIES))
NATURE = OpenApiParameter("nature", str, enum=Nature.values)
SEVERITY = OpenApiParameter("severity", str, enum=Severity.values)


class AlertList(generics.ListAPIView[Alert]):
    """Alerts that the caller may see, most money first."""

    serializer_class = AlertSerializer
    queryset = Alert.objects.none()

    @extend_schema(parameters=[STATE, CANARY, NATURE, SEVERITY])
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Alert]:
        asked = self.request.query_params
        alerts = Alert.objects.visible_to(self.request.user).prefetch_related("partners").ranked()
        if (state := asked.get("state", "open")) not in STATES:
            raise ValidationError({"state": f"Choose one of {', '.join(sorted(STATES))}."})
        alerts = STATES[state](alerts)
        for name, known in NARROWS:
            if value := asked.get(name):
                if value not in known:
                    raise ValidationError({name: f"Choose one of {', '.join(known)}."})
                alerts = alerts.filter(**{name: value})
        return alerts


class AlertDetail(generics.RetrieveAPIView[Alert]):
    """One alert."""

    serializer_class = AlertSerializer
    queryset = Alert.objects.none()
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Alert]:
        visible: QuerySet[Alert] = Alert.objects.visible_to(self.request.user)
        return visible.prefetch_related("partners")
