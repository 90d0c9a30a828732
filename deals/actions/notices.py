"""Messages about registrations: a row each in the transaction of the step, mailed after it."""

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import Organisation, Role, User
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkQuerySet, WorkState
from deals.actions.steps import today
from deals.models import Deal, DealRole, Notice
from partners.models import PartnerManager

logger = logging.getLogger(__name__)

SEND = "deals.send_notice"


def tell_partner(deal: Deal, key: str, subject: str, text: str) -> None:
    """Tell everybody at the partner who has a role on the registration, and who registered it."""
    roles = DealRole.objects.on(today()).filter(deal=deal)
    concerned = (
        User.objects.active()
        .filter(role__in=Role.at_partner())
        .filter(Q(pk=deal.registered_by_id) | Q(pk__in=roles.values("user")))
    )
    tell(deal, concerned, key, subject, text)


def tell_manager(deal: Deal, key: str, subject: str, text: str) -> None:
    """Tell the partner's channel manager and deputy, and the reviewer."""
    assigned = PartnerManager.objects.on(today()).filter(partner=deal.partner_id)
    concerned = User.objects.active().filter(
        Q(pk=deal.reviewer_id)
        | Q(pk__in=assigned.values("manager"))
        | Q(pk__in=assigned.values("deputy"))
    )
    tell(deal, concerned, key, subject, text)


def tell_role(deal: Deal, role: Role, key: str, subject: str, text: str) -> None:
    """Tell everybody of ours with a role, such as the channel chief."""
    tell(deal, User.objects.active().filter(role=role), key, subject, text)


def tell(deal: Deal, people: Iterable[User], key: str, subject: str, text: str) -> None:
    """A notice to each of them; one that has the same key is there already and stays."""
    rows = [Notice(deal=deal, to=each, key=key, subject=subject, text=text) for each in people]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = Notice.objects.filter(deal=deal, key=key, state=WorkState.QUEUED)
    for pk in waiting.values_list("pk", flat=True):
        ring(SEND, pk)


def ring_unsent_notices() -> None:
    """Ring again for what waits, or was left by a worker that died."""
    waiting = WorkQuerySet(Notice).claimable().order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:500]:
        ring(SEND, pk)


def send_notice(pk: int) -> None:
    """Mail one notice, if nobody else does."""
    notice = Notice.objects.select_related("deal", "to").filter(pk=pk).first()
    if notice is None or not notice.claim():
        return
    try:
        _mail(notice)
    except (SMTPException, OSError) as error:
        logger.warning("notice %s could not be sent: %s", pk, error)
        notice.retry_later(str(error))
        return
    notice.finish()


def _mail(notice: Notice) -> None:
    route = "portal:deal" if notice.to.works_at_partner else "deals:detail"
    link = settings.SITE_URL + reverse(route, args=[notice.deal.public_id])
    context = {"notice": notice, "link": link, "organisation": Organisation.current()}
    send_mail(
        f"{notice.subject}: {notice.deal.account_name} ({notice.deal.number})",
        render_to_string("deals/mail/notice.txt", context),
        None,
        [notice.to.email],
    )
