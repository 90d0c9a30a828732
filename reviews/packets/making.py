"""Verbs of packets: make a version, publish one to the partner."""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from channelhub.lib.history import decision
from reviews.models import Packet, PublishedPacket, Review
from reviews.packets.document import checksum
from reviews.packets.sharing import shared
from reviews.packets.snapshot import snapshot


def make_packet(review: Review, *, acting_user: User | None) -> Packet:
    """A new version of a review's packet; the ones before stay as they are."""
    with decision(acting_user):
        # Two who ask at once count one after the other.
        row = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
        row = Review.objects.select_related("partner").get(pk=row.pk)
        version = row.packets.count() + 1
        document = snapshot(row, version=version, acting_user=acting_user)
        packet: Packet = Packet.objects.create(
            review=row,
            version=version,
            known_by=dt.date.fromisoformat(document["known_by"]),
            document=document,
            checksum=checksum(document),
            made_by=acting_user,
        )
        if row.prepared_at is None:
            row.prepared_at = timezone.now()
            row.save(update_fields=["prepared_at"])
    return packet


def publish_packet(packet: Packet, *, acting_user: User) -> PublishedPacket:
    """Let the partner read its part of a packet; once published it stays."""
    document = shared(packet.document)
    with decision(acting_user):
        found = PublishedPacket.objects.get_or_create(
            packet=packet,
            defaults={
                "review": packet.review,
                "document": document,
                "checksum": checksum(document),
                "published_by": acting_user,
            },
        )
    made: PublishedPacket = found[0]
    return made
