"""What is known of a contact at a customer from registrations is overwritten for ever."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from accounts.idempotency import forget_answers
from channelhub.lib.erasure import ERASED, erased, events_of, overwrite_events
from deals.actions.files import drop_contents
from deals.models import Deal, DealFile


def emails_of(deal: Deal) -> set[str]:
    """Every address that a registration's contact had."""
    told = events_of(Deal).filter(pgh_obj_id=deal.pk).values_list("contact_email", flat=True)
    return {email for email in (deal.contact_email, *told) if email}


def erase_contacts(deals: Collection[Deal], *, emails: Collection[str] = ()) -> int:
    """Overwrite the contact of registrations and of every other that has one of the addresses.

    Kept answers that told of them go, and so do the files of these registrations: who stands in a
    file is not looked up. Text that somebody wrote is not searched.

    Returns:
        How many rows of the history were overwritten.
    """
    named = Q(pk__in=[])
    for email in emails:
        named |= Q(contact_email__iexact=email)
    rows: QuerySet[Deal] = Deal.objects.filter(Q(pk__in=[deal.pk for deal in deals]) | named)
    keys = dict(rows.values_list("pk", "public_id"))
    _forget_files(keys)
    forget_answers([str(public_id) for public_id in keys.values()])
    values = {"contact_name": erased("contact_name"), "contact_email": "",
              "contact_phone": erased("contact_phone")}  # fmt: skip
    Deal.objects.filter(pk__in=keys).update(**values)
    # Of drafts that were thrown away, too.
    return overwrite_events(Deal, Q(pgh_obj_id__in=list(keys)) | named, **values)


def _forget_files(deals: Collection[int]) -> None:
    files = DealFile.objects.filter(deal__in=list(deals)).exclude(path="")
    drop_contents(files)
    files.update(path="", name=ERASED)
