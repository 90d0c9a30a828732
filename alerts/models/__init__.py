from alerts.models.alerts import Alert, AlertChange, AlertPartner, AlertQuerySet, Change
from alerts.models.health import PartnerHealth
from alerts.models.runs import Finding, Run, RunCanary
from alerts.models.thresholds import Threshold

__all__ = [
    "Alert",
    "AlertChange",
    "AlertPartner",
    "AlertQuerySet",
    "Change",
    "Finding",
    "PartnerHealth",
    "Run",
    "RunCanary",
    "Threshold",
]
