"""The canaries, one file each."""

from alerts.canaries.base import Canary
from alerts.canaries.our_sales_shift import OurSalesShift

CANARIES: dict[str, Canary] = {canary.name: canary for canary in (OurSalesShift(),)}

__all__ = ["CANARIES", "Canary"]
