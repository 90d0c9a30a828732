"""Invitations: made by people who may, sent by a task, used once."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.actions.people import create_account
from accounts.models import Organisation, Role, User
from channelhub.lib.history import decision
from channelhub.lib.ring import ring
from channelhub.lib.work import WorkState
from partners.models import Invitation, Membership, Partner
from partners.models.people import link_lifetime_end
from partners.people.queries import people_visible_to

logger = logging.getLogger(__name__)

SEND = "partners.send_invitation"


class LinkUnusable(Exception):
    """The link is unknown, used, withdrawn or expired; people are not told which."""


def invite(
    *, email: str, name: str = "", role: Role, partner: Partner | None = None, acting_user: User
) -> Invitation:
    """Invite somebody by mail, which leaves after the commit.

    Raises:
        ValidationError: not this person's to invite, an account that they can see, or an
            invitation that is open already.
    """
    if role not in roles_to_invite(acting_user):
        raise ValidationError("You cannot invite to this role.")
    if people_visible_to(acting_user).with_address(email).exists():
        raise ValidationError("Somebody with this e-mail address has an account already.")
    with decision(acting_user):
        invitation = _open(
            Invitation(email=email, name=name, role=role, partner=partner, invited_by=acting_user)
        )
        ring(SEND, invitation.pk)
    return invitation


def invite_by_link(*, email: str, name: str, role: Role, partner: Partner | None) -> str:
    """Invite somebody from the command line: no mail, the link's token instead.

    An invitation that is open already is withdrawn: whoever lost the link asks for another.

    Raises:
        ValidationError: the address has an account.
    """
    if User.objects.with_address(email).exists():
        raise ValidationError("Somebody with this e-mail address has an account already.")
    with decision(None):
        lost = Invitation.objects.open().filter(email__iexact=email, partner=partner)
        lost.update(withdrawn_at=timezone.now())
        invitation = _open(
            Invitation(email=email, name=name, role=role, partner=partner, state=WorkState.DONE)
        )
        return invitation.issue_token()


def roles_to_invite(user: User) -> list[Role]:
    """The roles that a person may hand out: all for an admin, a partner's for its admin."""
    match user.role:
        case Role.ADMIN:
            return list(Role)
        case Role.PARTNER_ADMIN:
            return Role.at_partner()
    return []


def resend(invitation: Invitation, *, acting_user: User) -> None:
    """Send a new link, in the name of whoever does it; the one before stops working now.

    Raises:
        ValidationError: it was accepted or withdrawn meanwhile, or its mail is just leaving.
    """
    with decision(acting_user):
        locked = _lock_open(invitation)
        if locked.is_being_sent:
            raise ValidationError("Its mail is being sent right now. Wait a minute.")
        locked.token_hash, locked.expires_at = None, link_lifetime_end()
        locked.state, locked.attempts, locked.error = WorkState.QUEUED, 0, ""
        locked.invited_by = acting_user
        locked.save()
        ring(SEND, locked.pk)


def withdraw(invitation: Invitation, *, acting_user: User) -> None:
    """Make the link worthless.

    Raises:
        ValidationError: it was accepted or withdrawn meanwhile.
    """
    with decision(acting_user):
        locked = _lock_open(invitation)
        locked.token_hash, locked.withdrawn_at = None, timezone.now()
        locked.save(update_fields=["token_hash", "withdrawn_at"])


def find_usable(token: str) -> Invitation:
    """The invitation behind a link.

    Raises:
        LinkUnusable: it opens nothing, its address has an account by now, or whoever sent it
            may not invite any more.
    """
    usable = Invitation.objects.by_token(token).usable(at=timezone.now())
    found = usable.select_related("invited_by").first()
    if not isinstance(found, Invitation) or _has_account(found) or not _is_vouched_for(found):
        raise LinkUnusable
    return found


def accept(token: str, *, name: str, password: str) -> User:
    """Open the account that a link promises. Exactly one of all who try at once succeeds.

    Raises:
        LinkUnusable: the link opens nothing any more.
    """
    invitation = find_usable(token)
    try:
        with transaction.atomic():
            _use_up(invitation, token)
            return _open_account(invitation, name, password)
    except IntegrityError:
        # The address got its account by another way in this moment.
        raise LinkUnusable from None


def send(invitation: Invitation) -> None:
    """Mail the link if the invitation is open and no other worker is at it."""
    if not Invitation.objects.open().filter(pk=invitation.pk).exists() or not invitation.claim():
        return
    try:
        _mail(invitation)
    except (OSError, SMTPException) as problem:
        logger.warning("invitation %s was not sent: %s", invitation.public_id, problem)
        invitation.retry_later(f"The mail could not be sent: {problem}")
    else:
        invitation.finish()


def ring_unsent_invitations() -> None:
    """Ring again for invitations whose mail still waits. Idempotent; the tick calls it."""
    for pk in Invitation.objects.unsent().values_list("pk", flat=True):
        ring(SEND, pk)


def link_to(token: str) -> str:
    """The address that the invited person opens."""
    return settings.SITE_URL + reverse("invitation", args=[token])


def _open(invitation: Invitation) -> Invitation:
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:
        raise ValidationError(
            "This address has an open invitation. Send it again or withdraw it."
        ) from None
    return invitation


def _lock_open(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.open().select_for_update().filter(pk=invitation.pk).first()
    if not isinstance(locked, Invitation):
        raise ValidationError("This invitation was accepted or withdrawn meanwhile.")
    return locked


def _use_up(invitation: Invitation, token: str) -> None:
    now = timezone.now()
    mine = Invitation.objects.by_token(token).usable(at=now).filter(pk=invitation.pk)
    if not mine.update(accepted_at=now, token_hash=None):
        raise LinkUnusable


def _open_account(invitation: Invitation, name: str, password: str) -> User:
    user = create_account(
        email=invitation.email, name=name, role=Role(invitation.role), password=password
    )
    if invitation.partner_id:
        Membership.objects.create(user=user, partner_id=invitation.partner_id)
    return user


def _is_vouched_for(invitation: Invitation) -> bool:
    """Who is shut out must not come back through a link that they sent to themselves before."""
    inviter = invitation.invited_by
    if inviter is None:
        return True
    return inviter.is_active and invitation.role in roles_to_invite(inviter)


def _has_account(invitation: Invitation) -> bool:
    return User.objects.with_address(invitation.email).exists()


def _mail(invitation: Invitation) -> None:
    known = _has_account(invitation)
    context = {
        "invitation": invitation,
        "organisation": Organisation.current(),
        "link": "" if known else link_to(invitation.issue_token()),
        "sign_in": settings.SITE_URL + reverse("account_login"),
    }
    send_mail(
        f"Your invitation to {context['organisation']}",
        render_to_string("partners/people/invitation.txt", context),
        None,
        [invitation.email],
    )
