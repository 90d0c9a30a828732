from partners.models.partners import (
    Partner,
    PartnerExternalId,
    PartnerKind,
    PartnerQuerySet,
    default_kinds,
)
from partners.models.people import Invitation, InvitationQuerySet, Membership
from partners.models.standing import (
    PartnerFiscalPeriod,
    PartnerManager,
    PartnerStatus,
    PartnerTerritory,
    PartnerTier,
    Status,
)

__all__ = [
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "Partner",
    "PartnerExternalId",
    "PartnerFiscalPeriod",
    "PartnerKind",
    "PartnerManager",
    "PartnerQuerySet",
    "PartnerStatus",
    "PartnerTerritory",
    "PartnerTier",
    "Status",
    "default_kinds",
]
