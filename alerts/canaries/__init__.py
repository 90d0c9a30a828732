"""The canaries, one file each."""

from alerts.canaries.base import Canary
from alerts.canaries.concentration import Concentration
from alerts.canaries.direct_encroachment import DirectEncroachment
from alerts.canaries.gone_quiet import GoneQuiet
from alerts.canaries.key_customer_lost import KeyCustomerLost
from alerts.canaries.key_talent_loss import KeyTalentLoss
from alerts.canaries.line_card_move import LineCardMove
from alerts.canaries.our_sales_shift import OurSalesShift
from alerts.canaries.own_sales_shift import OwnSalesShift
from alerts.canaries.satisfaction_decline import SatisfactionDecline
from alerts.canaries.service_decline import ServiceDecline
from alerts.canaries.stale_data import StaleData
from alerts.canaries.unclear_ownership import UnclearOwnership

CANARIES: dict[str, Canary] = {
    canary.name: canary
    for canary in (
        # First: what it reckons of every partner, the others weigh by.
        OurSalesShift(),
        OwnSalesShift(),
        KeyCustomerLost(),
        LineCardMove(),
        KeyTalentLoss(),
        SatisfactionDecline(),
        UnclearOwnership(),
        DirectEncroachment(),
        ServiceDecline(),
        GoneQuiet(),
        Concentration(),
        StaleData(),
    )
}

__all__ = ["CANARIES", "Canary"]
