"""What reviews keep."""

from reviews.models.batches import BatchItem, PacketBatch
from reviews.models.packets import Packet, PublishedPacket
from reviews.models.reviews import (
    COMMENT_MAX,
    CommentKind,
    Review,
    ReviewComment,
    ReviewQuerySet,
    ReviewRule,
    ReviewState,
)

__all__ = [
    "COMMENT_MAX",
    "BatchItem",
    "CommentKind",
    "Packet",
    "PacketBatch",
    "PublishedPacket",
    "Review",
    "ReviewComment",
    "ReviewQuerySet",
    "ReviewRule",
    "ReviewState",
]
