"""Messages to interviewers: a row each, mailed once."""

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string

from accounts.models import Organisation
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkQuerySet, WorkState
from reviews.interviews.rules import reminder
from reviews.models import Interview, InterviewNotice

logger = logging.getLogger(__name__)

SEND = "reviews.send_interview_notice"
SUBJECTS = {
    "assigned": "You hold an interview",
    "soon": "An interview is due soon",
    "due": "An interview is due",
    "late": "An interview is a week late",
}


def tell_interviewers(interviews: Iterable[Interview], key: str = "assigned") -> None:
    """A notice to each one's interviewer; one that has the same key is there already and stays."""
    rows = [
        InterviewNotice(interview=each, to_id=each.interviewer_id, key=key, subject=SUBJECTS[key])
        for each in interviews
        if each.interviewer_id
    ]
    InterviewNotice.objects.bulk_create(rows, ignore_conflicts=True)
    keys = [row.interview_id for row in rows]
    waiting = InterviewNotice.objects.filter(interview__in=keys, key=key, state=WorkState.QUEUED)
    for pk in waiting.values_list("pk", flat=True):
        ring(SEND, pk)


def remind_interviewers() -> None:
    """Remind whoever holds an interview: three days before, on the day, a week after. Idempotent.

    A reminder that was missed is not sent late: the next one says more.
    """
    today = Organisation.current().today()
    held = Interview.objects.unfinished().exclude(interviewer=None)
    for key in ("soon", "due", "late"):
        sent = InterviewNotice.objects.filter(
            interview=OuterRef("pk"), to=OuterRef("interviewer"), key=key
        )
        due = [each for each in held.filter(~Exists(sent)) if reminder(each.due_on, today) == key]
        tell_interviewers(due, key)


def ring_unsent_interview_notices() -> None:
    """Ring again for what waits, or was left by a worker that died."""
    waiting = WorkQuerySet(InterviewNotice).claimable().order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:500]:
        ring(SEND, pk)


def send_notice(pk: int) -> None:
    """Mail one notice, if nobody else does; what is no longer to be held is mailed to nobody."""
    rows = InterviewNotice.objects.select_related("interview__customer", "interview__deal", "to")
    notice = rows.filter(pk=pk).first()
    if notice is None or not notice.claim():
        return
    if not notice.interview.is_open or notice.interview.interviewer_id != notice.to_id:
        notice.finish()
        return
    try:
        _mail(notice)
    except (SMTPException, OSError) as error:
        logger.warning("interview notice %s could not be sent: %s", pk, error)
        notice.retry_later(str(error))
        return
    notice.finish()


def _mail(notice: InterviewNotice) -> None:
    interview = notice.interview
    context = {
        "notice": notice,
        "interview": interview,
        "link": settings.SITE_URL + interview.get_absolute_url(),
        "organisation": Organisation.current(),
    }
    text = render_to_string("reviews/interviews/mail/notice.txt", context)
    send_mail(f"{notice.subject}: {interview.customer.name}", text, None, [notice.to.email])
