"""What reviews keep."""

from reviews.models.batches import BatchItem, PacketBatch
from reviews.models.interviews import (
    UNFINISHED,
    Cause,
    Guide,
    HeardFrom,
    Interview,
    InterviewAnswer,
    InterviewKind,
    InterviewNotice,
    InterviewPartner,
    InterviewQuerySet,
    InterviewState,
    OrderSweep,
)
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
    "UNFINISHED",
    "BatchItem",
    "Cause",
    "CommentKind",
    "Guide",
    "HeardFrom",
    "Interview",
    "InterviewAnswer",
    "InterviewKind",
    "InterviewNotice",
    "InterviewPartner",
    "InterviewQuerySet",
    "InterviewState",
    "OrderSweep",
    "Packet",
    "PacketBatch",
    "PublishedPacket",
    "Review",
    "ReviewComment",
    "ReviewQuerySet",
    "ReviewRule",
    "ReviewState",
]
