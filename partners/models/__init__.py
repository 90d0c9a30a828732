from partners.models.commitments import UNFINISHED, Action, ActionQuerySet, ActionStatus, Origin
from partners.models.line_cards import (
    Confidence,
    LineCard,
    LineCardBasis,
    LineCardObservation,
    LineCardSupplier,
)
from partners.models.partners import (
    Partner,
    PartnerExternalId,
    PartnerKind,
    PartnerQuerySet,
    default_kinds,
)
from partners.models.people import Invitation, InvitationQuerySet, Membership
from partners.models.persons import Departure, PartnerNote, Person
from partners.models.results import OwnResult, ResultBasis
from partners.models.sources import PartnerSource
from partners.models.standing import (
    PartnerFiscalPeriod,
    PartnerManager,
    PartnerStatus,
    PartnerTerritory,
    PartnerTier,
    Status,
)
from partners.models.viewings import PartnerViewing

__all__ = [
    "UNFINISHED",
    "Action",
    "ActionQuerySet",
    "ActionStatus",
    "Confidence",
    "Departure",
    "Invitation",
    "InvitationQuerySet",
    "LineCard",
    "LineCardBasis",
    "LineCardObservation",
    "LineCardSupplier",
    "Membership",
    "Origin",
    "OwnResult",
    "Partner",
    "PartnerExternalId",
    "PartnerFiscalPeriod",
    "PartnerKind",
    "PartnerManager",
    "PartnerNote",
    "PartnerQuerySet",
    "PartnerSource",
    "PartnerStatus",
    "PartnerTerritory",
    "PartnerTier",
    "PartnerViewing",
    "Person",
    "ResultBasis",
    "Status",
    "default_kinds",
]
