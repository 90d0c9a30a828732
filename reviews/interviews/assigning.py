"""Who holds an interview: somebody neutral by rule, or whom a person chooses."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Count, Q

from accounts.models import Organisation, Role, User
from channelhub.lib.history import decision
from reviews.interviews.noticing import tell_interviewers
from reviews.interviews.rules import OPENED_FOR, Candidate, choose_interviewer
from reviews.models import UNFINISHED, Interview

# Those who hold interviews; admins where nobody else is neutral.
HOLDING = (Role.MANAGER, Role.CHIEF, Role.ADMIN)
AT_ONCE = 500

# On the account: who manages, or in the last year managed, a partner concerned; who has a role on
# the deal or on another of the partner there; who sells there directly.
BARRED = """
WITH concerned AS (
  SELECT i.id, i.customer_id, i.deal_id, l.partner_id
  FROM reviews_interview i JOIN reviews_interviewpartner l ON l.interview_id = i.id
  WHERE i.id = ANY(%(interviews)s)
), account AS (
  SELECT c.id, d.id AS deal_id, d.registered_by_id, d.reviewer_id
  FROM concerned c JOIN deals_deal d
    ON d.id = c.deal_id OR (d.customer_id = c.customer_id AND d.partner_id = c.partner_id)
)
SELECT c.id, unnest(ARRAY[m.manager_id, m.deputy_id])
FROM concerned c JOIN partners_partnermanager m ON m.partner_id = c.partner_id
WHERE m.valid && daterange(%(today)s::date - 365, %(today)s::date, '[]')
UNION SELECT id, unnest(ARRAY[registered_by_id, reviewer_id]) FROM account
UNION SELECT a.id, r.user_id FROM account a JOIN deals_dealrole r ON r.deal_id = a.deal_id
UNION SELECT c.id, o.owner_id
FROM concerned c JOIN deals_directopportunity o ON o.customer_id = c.customer_id
"""


def assign_unassigned() -> None:
    """Give every interview that nobody holds to somebody neutral, where there is somebody."""
    waiting = Interview.objects.unfinished().filter(interviewer=None, outsider_email="")
    rows = list(waiting.select_related("alert").order_by("due_on", "pk")[:AT_ONCE])
    if not rows:
        return
    barred, people = barred_from(rows), candidates()
    for interview in rows:
        interview.interviewer_id = choose_interviewer(people, barred[interview.pk])
        people = [_with_one_more(each, interview.interviewer_id) for each in people]
    given = [each for each in rows if each.interviewer_id]
    with decision(None):
        # Whom a person chose meanwhile stays.
        for interview in given:
            Interview.objects.filter(pk=interview.pk, interviewer=None).update(
                interviewer=interview.interviewer_id
            )
        tell_interviewers([each for each in given if not _is_quiet(each)])


def _with_one_more(candidate: Candidate, chosen: int | None) -> Candidate:
    return candidate._replace(open=candidate.open + (candidate.key == chosen))


def _is_quiet(interview: Interview) -> bool:
    """What a first night or a bulk choice opened is mailed to nobody: there may be hundreds."""
    alert = interview.alert
    old = interview.happened_on < interview.opened_on - OPENED_FOR
    return old or bool(alert and alert.baseline)


def candidates() -> list[Candidate]:
    """Who of ours could hold interviews, with what they have to hold."""
    held = Count("interviews", filter=Q(interviews__state__in=UNFINISHED))
    people: Any = User.objects.active().filter(role__in=HOLDING).annotate(held=held)
    return [Candidate(each.pk, each.held, each.role != Role.ADMIN) for each in people]


def barred_from(interviews: list[Interview]) -> dict[int, set[int]]:
    """Who is on the deal or the account of each of them; one query."""
    params: dict[str, Any] = {
        "interviews": [each.pk for each in interviews],
        "today": Organisation.current().today(),
    }
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(BARRED, params)
        for interview, user in cursor.fetchall():
            found[interview].add(user)
    return found


def assign(interview: Interview, *, interviewer: User, acting_user: User) -> Interview:
    """Give it to somebody, whoever the rule would have chosen; a link to an outsider ends.

    Raises:
        ValidationError: it is finished, or the person holds no interviews.
    """
    if interviewer.role not in HOLDING or not interviewer.is_active:
        raise ValidationError({"interviewer": f"{interviewer} holds no interviews."})
    with decision(acting_user):
        row = locked(interview)
        row.interviewer = interviewer
        row.link_key = row.link_until = None
        row.outsider_name = row.outsider_email = ""
        row.save(
            update_fields=["interviewer", "link_key", "link_until", "outsider_name",
                           "outsider_email"]
        )  # fmt: skip
        tell_interviewers([row])
    return row


def locked(interview: Interview) -> Interview:
    """The unfinished interview as it is now, until the transaction ends.

    Raises:
        ValidationError: it was finished or cancelled.
    """
    rows = Interview.objects.select_for_update(of=("self",)).select_related("customer", "alert")
    row: Interview = rows.get(pk=interview.pk)
    if not row.is_open:
        raise ValidationError(f"This interview is {row.get_state_display().lower()}. Reopen it.")
    return row
