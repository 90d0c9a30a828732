"""Alerts for programs: what the pages show, by the same rule of who sees what."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import ValidationError

from alerts.canaries import CANARIES
from alerts.explain import explain
from alerts.models import Alert
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
            "ended_on",
            "end_reason",
        )

    def get_headline(self, alert: Alert) -> str:
        """What happened, in a few words."""
        return CANARIES[alert.canary].headline(alert.finding_class, alert.value)

    def get_ends_when(self, alert: Alert) -> str:
        """What would end it."""
        return explain([alert])[0].ends_when


STATE = OpenApiParameter("state", str, enum=["open", "ended"], description="Default: open")
NATURE = OpenApiParameter("nature", str, enum=Nature.values)
SEVERITY = OpenApiParameter("severity", str, enum=Severity.values)


class AlertList(generics.ListAPIView[Alert]):
    """Alerts that the caller may see, most money first."""

    serializer_class = AlertSerializer
    queryset = Alert.objects.none()

    @extend_schema(parameters=[STATE, NATURE, SEVERITY])
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Alert]:
        asked = self.request.query_params
        alerts = Alert.objects.visible_to(self.request.user).prefetch_related("partners").ranked()
        ended = asked.get("state") == "ended"
        alerts = alerts.exclude(ended_on=None) if ended else alerts.open()
        for name, known in (("nature", Nature.values), ("severity", Severity.values)):
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
