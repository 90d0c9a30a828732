"""Which names stand for nobody."""

import re

# What ledgers write where they know no customer, in the languages of our sources.
PLACEHOLDERS = frozenset(
    {
        "CASH", "CASH SALE", "CASH SALES", "CASH CUSTOMER", "COUNTER SALES", "WALK IN",
        "WALK IN CUSTOMER", "VARIOUS", "VARIOUS CUSTOMERS", "MISC", "MISCELLANEOUS", "STOCK",
        "STOCK ORDER", "INVENTORY", "ONE TIME CUSTOMER", "ONE TIME", "UNKNOWN", "NOT KNOWN",
        "N A", "NA", "NONE", "TBD", "TEST", "DIVERSE", "DIVERSE KUNDEN", "BARVERKAUF",
        "BAR VERKAUF", "LAGER", "LAUFKUNDE", "LAUFKUNDSCHAFT", "DIVERS", "VENTE COMPTANT",
        "COMPTANT", "VARIOS", "VENTA CONTADO", "CONTADO",
    }
)  # fmt: skip


def looks_like_placeholder(name: str) -> bool:
    """Whether a name is one that ledgers use for nobody in particular: "Cash sales", "VARIOUS"."""
    words = re.sub(r"[\W_\d]+", " ", name).strip().upper()
    return not words or words in PLACEHOLDERS
