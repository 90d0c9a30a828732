"""Files that a partner sends of itself."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from imports.actions import take_in
from imports.kinds import kinds
from imports.models import Import, Source
from imports.problems import Unreadable
from partners.models import Partner, PartnerExternalId, PartnerSource

LONGEST_NAME = 50


def kinds_for(partner: Partner) -> list[tuple[str, str]]:
    """The kinds of files that the partner may send, with their labels."""
    return [
        (kind.name, kind.label)
        for kind in kinds().values()
        if kind.locked_for(_own_id(partner), partner.kinds) is not None
    ]


def send_file(
    partner: Partner, upload: UploadedFile[Any], *, kind: str, acting_user: User
) -> Import:
    """Take in, as a draft, a file that a partner sends of itself: it says nothing of others.

    Raises:
        Unreadable: partners send no such files, too many are waiting, or it cannot be read.
    """
    known = kinds().get(kind)
    locked = known.locked_for(_own_id(partner), partner.kinds) if known else None
    if known is None or locked is None:
        raise Unreadable("There is no such kind of file to send.")
    source = own_source(partner)
    _must_have_room(source)
    return take_in(
        upload,
        source=source.name,
        kind=kind,
        locked=locked,
        unknown={each.name: "reject" for each in known.references if each.name != "customer"},
        acting_user=acting_user,
    )


def _must_have_room(source: Source) -> None:
    """Raises Unreadable where nobody decides about the files that were sent before."""
    waiting = Import.objects.drafts().of_locked_fields().filter(source=source).count()
    if waiting >= settings.PARTNER_MAX_DRAFTS:
        raise Unreadable(
            f"{waiting} of your files are waiting: load or throw away some of them first."
        )


def own_source(partner: Partner) -> Source:
    """The partner's source, made when it sends its first file; there it has an id of its own."""
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        known = PartnerSource.objects.select_related("source").filter(partner=partner).first()
        if known is not None:
            source = known.source
        else:
            source = Source.objects.create(name=_free_name(partner))
            PartnerSource.objects.create(partner=partner, source=source)
        PartnerExternalId.objects.get_or_create(
            partner=partner, source=source, external_id=_own_id(partner)
        )
    return source


def _own_id(partner: Partner) -> str:
    """What its own source calls the partner. A number can change, and become another's."""
    return str(partner.public_id)


def _free_name(partner: Partner) -> str:
    """The number as the name of a source; one that is taken gets some of the public id as well."""
    name = f"portal-{slugify(partner.number)}"[: LONGEST_NAME - 10].rstrip("-")
    if Source.objects.filter(name=name).exists():
        return f"{name}-{partner.public_id.hex[:8]}"
    return name
