"""What is known of a contact at a customer is overwritten for ever."""

from channelhub.lib.erasure import ERASED, erased, overwrite_one
from customers.models import CustomerContact


def erase_contact(contact: CustomerContact) -> int:
    """Overwrite name, address and phone; the role stays.

    Returns:
        How many rows of the history were overwritten.
    """
    return overwrite_one(contact, name=ERASED, email="", phone=erased("phone"))
