from deals.models.deals import (
    Deal,
    DealLine,
    DealQuerySet,
    DealRole,
    DealStep,
    LineState,
    LossReason,
    RejectionCode,
    RoleKind,
)
from deals.models.direct import (
    Breach,
    BreachKind,
    BreachQuerySet,
    BreachState,
    DirectOpportunity,
    DirectQuerySet,
    DirectState,
)
from deals.models.engagement import DealType, RulesOfEngagement, Terms
from deals.models.files import DealFile
from deals.models.goals import Certification, Measure, Target
from deals.models.notices import Notice
from deals.models.protections import (
    ONE_LIVE_PROTECTION,
    Appeal,
    ExtensionRequest,
    Ground,
    Protection,
    RequestState,
    UnclearFlag,
)
from deals.models.standing import Authorisation
from deals.models.teams import ReviewTeam, TeamHoliday

__all__ = [
    "ONE_LIVE_PROTECTION",
    "Appeal",
    "Authorisation",
    "Breach",
    "BreachKind",
    "BreachQuerySet",
    "BreachState",
    "Certification",
    "Deal",
    "DealFile",
    "DealLine",
    "DealQuerySet",
    "DealRole",
    "DealStep",
    "DealType",
    "DirectOpportunity",
    "DirectQuerySet",
    "DirectState",
    "ExtensionRequest",
    "Ground",
    "LineState",
    "LossReason",
    "Measure",
    "Notice",
    "Protection",
    "RejectionCode",
    "RequestState",
    "ReviewTeam",
    "RoleKind",
    "RulesOfEngagement",
    "Target",
    "TeamHoliday",
    "Terms",
    "UnclearFlag",
]
