"""What a link opens: one account, once, in time."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.actions import people as accounts
from accounts.models import Role, User
from partners.models import Invitation, Partner
from partners.people import actions
from partners.tasks import send_invitation
from tests.partners.links import NEW, send

pytestmark = pytest.mark.django_db


def test_a_link_opens_the_account_it_promised(invited: Invitation, partner: Partner) -> None:
    client, path = Client(), send(invited)
    page = client.get(path).content.decode()
    assert "nora@example.com" in page
    answer = client.post(path, {**NEW, "email": "else@example.com", "role": "admin"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(email="nora@example.com")
    assert (user.name, user.role, user.membership.partner) == ("Nora New", "partner-rep", partner)
    assert user.check_password(NEW["password"])
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_time_of_acceptance_is_kept(invited: Invitation) -> None:
    Client().post(send(invited), NEW)
    invited.refresh_from_db()
    assert invited.accepted_at is not None
    assert not Invitation.objects.open().exists()


def test_a_weak_password_is_refused(invited: Invitation) -> None:
    client, path = Client(), send(invited)
    for weak in ("short", "1234567890", "password123", "nora@example.com"):
        answer = client.post(path, {**NEW, "password": weak})
        assert answer.status_code == 200, weak
    assert not User.objects.filter(email="nora@example.com").exists()


def spoil_by_use(invitation: Invitation, path: str) -> str:
    Client().post(path, NEW)
    return path


def spoil_by_age(invitation: Invitation, path: str) -> str:
    Invitation.objects.update(expires_at=timezone.now())
    return path


def spoil_by_withdrawal(invitation: Invitation, path: str) -> str:
    assert invitation.invited_by
    actions.withdraw(invitation, acting_user=invitation.invited_by)
    return path


def spoil_by_resending(invitation: Invitation, path: str) -> str:
    assert invitation.invited_by
    actions.resend(invitation, acting_user=invitation.invited_by)
    return path


def spoil_by_an_account(invitation: Invitation, path: str) -> str:
    User.objects.create_user(invitation.email.upper(), name="First", role=Role.CHIEF)
    return path


def spoil_by_a_typo(invitation: Invitation, path: str) -> str:
    return path[:-2] + ("A/" if path[-2] != "A" else "B/")


SPOIL = [
    spoil_by_use,
    spoil_by_age,
    spoil_by_withdrawal,
    spoil_by_resending,
    spoil_by_an_account,
    spoil_by_a_typo,
]


@pytest.mark.parametrize("spoil", SPOIL)
def test_links_that_open_nothing_all_look_the_same(
    spoil: Callable[[Invitation, str], str], invited: Invitation
) -> None:
    path = spoil(invited, send(invited))
    people = User.objects.count()
    for answer in (Client().get(path), Client().post(path, NEW)):
        assert answer.status_code == 410
        page = answer.content.decode()
        assert "This link does not work any more" in page
        assert "ask whoever invited you" in page
        assert "nora" not in page
    assert User.objects.count() == people


def test_a_link_lives_72_hours_to_the_second(invited: Invitation) -> None:
    before = timezone.now()
    send(invited)
    invited.refresh_from_db()
    lifetime = invited.expires_at - before
    assert dt.timedelta(hours=72) <= lifetime < dt.timedelta(hours=72, seconds=5)
    second = dt.timedelta(seconds=1)
    usable = Invitation.objects.usable
    assert usable(at=invited.expires_at - second).exists()
    assert not usable(at=invited.expires_at).exists()


def test_a_resent_link_works_and_lives_72_hours_again(
    invited: Invitation, partner_admin: User, sign_in: Callable[[User], Client]
) -> None:
    send(invited)
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(days=9))
    sign_in(partner_admin).post(f"/people/invitations/{invited.public_id}/resend/")
    assert Client().post(send(invited), NEW).status_code == 302
    assert len(mail.outbox) == 2


def test_an_invitation_whose_mail_is_just_leaving_is_not_sent_again(
    invited: Invitation, partner_admin: User
) -> None:
    assert invited.claim()
    with pytest.raises(ValidationError, match="being sent"):
        actions.resend(invited, acting_user=partner_admin)


def test_a_withdrawn_invitation_is_not_sent(invited: Invitation, partner_admin: User) -> None:
    actions.withdraw(invited, acting_user=partner_admin)
    send_invitation(invited.pk)
    assert not mail.outbox
    with pytest.raises(ValidationError, match="accepted or withdrawn"):
        actions.resend(invited, acting_user=partner_admin)


# --- Who sent it -------------------------------------------------------------------------------


def test_a_link_opens_nothing_once_its_sender_is_shut_out(
    invited: Invitation, partner_admin: User, admin: User
) -> None:
    Invitation.objects.update(invited_by=partner_admin)
    path = send(invited)
    accounts.deactivate(partner_admin, acting_user=admin)
    assert Client().post(path, NEW).status_code == 410
    assert not User.objects.filter(email="nora@example.com").exists()


def test_a_link_opens_nothing_once_its_sender_may_not_invite(
    invited: Invitation, partner_admin: User, admin: User
) -> None:
    Invitation.objects.update(invited_by=partner_admin)
    path = send(invited)
    accounts.change_role(partner_admin, role=Role.PARTNER_REP, acting_user=admin)
    assert Client().get(path).status_code == 410


def test_whoever_sends_it_again_vouches_for_it(
    invited: Invitation, partner_admin: User, admin: User
) -> None:
    Invitation.objects.update(invited_by=partner_admin)
    accounts.deactivate(partner_admin, acting_user=admin)
    invited.refresh_from_db()
    actions.resend(invited, acting_user=admin)
    assert Client().get(send(invited)).status_code == 200
