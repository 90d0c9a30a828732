"""What the beat does every five minutes: a list of idempotent functions, and nothing else."""

import logging
from collections.abc import Callable

from accounts.idempotency import forget_old_calls
from alerts.actions import recompute_due
from deals.actions.moving import suspect_moved
from deals.actions.notices import ring_unsent_notices
from deals.actions.suspecting import sweep_direct
from deals.actions.timed import age_protections, keep_the_clock
from imports.erasure import delete_old_files
from imports.running import ring_waiting
from partners.people.actions import ring_unsent_invitations
from reviews.interviews.noticing import remind_interviewers, ring_unsent_interview_notices
from reviews.interviews.opening import open_interviews
from reviews.packets.batches import delete_old_batches, ring_batches
from reviews.quarterly.scheduling import schedule_reviews
from satisfaction.actions.erasure import forget_old_words

logger = logging.getLogger(__name__)

TICK: tuple[Callable[[], None], ...] = (
    recompute_due,
    ring_waiting,
    ring_unsent_invitations,
    delete_old_files,
    keep_the_clock,
    age_protections,
    suspect_moved,
    sweep_direct,
    schedule_reviews,
    open_interviews,
    remind_interviewers,
    ring_unsent_interview_notices,
    ring_batches,
    delete_old_batches,
    ring_unsent_notices,
    forget_old_calls,
    forget_old_words,
)


def tick() -> list[str]:
    """Call every function; one that fails does not keep the others from running.

    Returns:
        The names of those that failed.
    """
    return [function.__name__ for function in TICK if not _succeeds(function)]


def _succeeds(function: Callable[[], None]) -> bool:
    try:
        function()
    except Exception:
        logger.exception("tick: %s failed", function.__name__)
        return False
    return True
