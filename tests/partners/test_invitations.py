"""Who may invite whom, and how the mail leaves."""

from collections.abc import Callable
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Role, User
from channelhub.lib.work import MAX_ATTEMPTS, WorkState
from partners.models import Invitation, Partner
from partners.people import actions
from partners.tasks import send_invitation
from tests.partners.links import NEW, send

pytestmark = pytest.mark.django_db

# --- Inviting ----------------------------------------------------------------------------------


def test_an_admin_invites_to_every_role(
    admin: User, partner: Partner, sign_in: Callable[[User], Client]
) -> None:
    for role in Role:
        data = {"email": f"{role}@example.com", "role": role, "partner": partner.number}
        assert sign_in(admin).post("/people/invite/", data).status_code == 302
    assert {(i.role, i.partner_id) for i in Invitation.objects.all()} == {
        (role, partner.pk if role.is_partner else None) for role in Role
    }


def test_a_partner_admin_invites_to_their_own_partner_whatever_the_form_says(
    partner_admin: User, other_partner: Partner, sign_in: Callable[[User], Client]
) -> None:
    data = {"email": "x@example.com", "role": Role.PARTNER_REP, "partner": other_partner.number}
    assert sign_in(partner_admin).post("/people/invite/", data).status_code == 302
    assert Invitation.objects.get().partner == partner_admin.membership.partner


@pytest.mark.parametrize("role", Role.at_vendor())
def test_a_partner_admin_invites_nobody_to_the_vendor(
    role: Role, partner_admin: User, sign_in: Callable[[User], Client]
) -> None:
    data = {"email": "x@example.com", "role": role}
    assert sign_in(partner_admin).post("/people/invite/", data).status_code == 200
    with pytest.raises(ValidationError):
        actions.invite(email="x@example.com", role=role, acting_user=partner_admin)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("somebody", ["manager", "chief", "direct", "partner_rep"])
def test_others_do_not_find_the_page(
    somebody: str, request: pytest.FixtureRequest, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(request.getfixturevalue(somebody))
    assert client.get("/people/invite/").status_code == 404
    assert client.post("/people/invite/", {"email": "x@example.com"}).status_code == 404


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"email": "nobody", "role": "chief"}, "valid email"),
        ({"email": "x@example.com", "role": "king"}, "Select a valid choice"),
        ({"email": "x@example.com"}, "Role: This field is required"),
        ({"email": "x@example.com", "role": "partner-rep"}, "at which partner"),
        ({"email": "x@example.com", "role": "partner-rep", "partner": "P-9"}, "No partner has"),
        ({"email": "mia.manager@example.com", "role": "chief"}, "has an account already"),
    ],
)
def test_bad_input_is_explained(
    data: dict[str, str], told: str, admin: User, manager: User, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(admin).post("/people/invite/", data)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not Invitation.objects.exists()


def test_one_open_invitation_an_address_however_it_is_written(
    invited: Invitation, partner_admin: User, partner: Partner
) -> None:
    with pytest.raises(ValidationError, match="open invitation"):
        actions.invite(
            email="NORA@example.com",
            role=Role.PARTNER_REP,
            partner=partner,
            acting_user=partner_admin,
        )


def test_a_refusal_never_tells_that_another_partner_knows_the_address(
    invited: Invitation, other_partner_admin: User, other_partner: Partner, partner_rep: User
) -> None:
    for email in ("nora@example.com", partner_rep.email):
        actions.invite(
            email=email,
            role=Role.PARTNER_REP,
            partner=other_partner,
            acting_user=other_partner_admin,
        )
    assert Invitation.objects.filter(partner=other_partner).count() == 2


def test_who_has_an_account_elsewhere_gets_no_link(
    partner_rep: User, other_partner_admin: User, other_partner: Partner
) -> None:
    invitation = actions.invite(
        email=partner_rep.email,
        role=Role.PARTNER_REP,
        partner=other_partner,
        acting_user=other_partner_admin,
    )
    send_invitation(invitation.pk)
    assert "/invitation/" not in str(mail.outbox[0].body)
    assert "has an account already" in str(mail.outbox[0].body)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.token_hash) == (WorkState.DONE, None)


# --- Sending -----------------------------------------------------------------------------------


def test_the_mail_leaves_after_the_commit(
    partner: Partner,
    partner_admin: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    rung: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        "celery.current_app.send_task", lambda name, args, **_: rung.append((name, args))
    )
    with django_capture_on_commit_callbacks(execute=True):
        invitation = actions.invite(
            email="a@example.com",
            role=Role.PARTNER_REP,
            partner=partner,
            acting_user=partner_admin,
        )
        assert not rung
    assert rung == [("partners.send_invitation", (invitation.pk,))]


def test_the_mail_names_who_invites_and_keeps_the_link_out_of_the_database(
    invited: Invitation,
) -> None:
    path = send(invited)
    message = mail.outbox[0]
    assert message.to == ["nora@example.com"]
    assert "Paula Partneradmin invites you" in str(message.body)
    assert "Alpha Systems" in str(message.body)
    token = path.split("/")[2]
    assert len(token) >= 43
    stored = Invitation.objects.filter(pk=invited.pk).values_list().get()
    assert token not in str(stored)
    assert actions.find_usable(token) == invited


def test_ringing_twice_sends_once(invited: Invitation) -> None:
    send(invited)
    send_invitation(invited.pk)
    assert len(mail.outbox) == 1


def test_what_a_lost_broker_left_is_rung_again(
    invited: Invitation, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda _, args, **__: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        actions.ring_unsent_invitations()
    assert rung == [(invited.pk,)]
    send(invited)
    with django_capture_on_commit_callbacks(execute=True):
        actions.ring_unsent_invitations()
    assert len(rung) == 1


def test_a_mail_server_that_is_away_is_tried_five_times_then_told(
    invited: Invitation,
    admin: User,
    sign_in: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(_: EmailMessage, **__: Any) -> None:
        raise SMTPServerDisconnected("nobody there")

    monkeypatch.setattr(EmailMessage, "send", away)
    for _ in range(MAX_ATTEMPTS + 1):
        send_invitation(invited.pk)
    invited.refresh_from_db()
    assert invited.state == WorkState.DEAD
    page = sign_in(admin).get("/people/invitations/").content.decode()
    assert "Not sent" in page
    assert "nobody there" in page


# --- Isolation ---------------------------------------------------------------------------------


def test_partners_do_not_see_each_others_invitations(
    invited: Invitation, other_partner_admin: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(other_partner_admin)
    assert "nora" not in client.get("/people/invitations/").content.decode()
    for verb in ("resend", "withdraw"):
        path = f"/people/invitations/{invited.public_id}/{verb}/"
        assert client.post(path).status_code == 404
    assert Invitation.objects.open().get() == invited


def test_the_list_finds_by_address_and_shows_the_partner_to_the_vendor_only(
    invited: Invitation, admin: User, partner_admin: User, sign_in: Callable[[User], Client]
) -> None:
    assert "nora@" in sign_in(admin).get("/people/invitations/?q=NORA").content.decode()
    assert "nora@" not in sign_in(admin).get("/people/invitations/?q=else").content.decode()
    assert "Alpha Systems" in sign_in(admin).get("/people/invitations/").content.decode()


# --- The first admin ---------------------------------------------------------------------------


def test_the_command_prints_a_link_that_opens_an_admin(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("invite", "first@example.com", name="First Admin")
    path = "/invitation/" + capsys.readouterr().out.strip().split("/invitation/")[1]
    assert "First Admin" in Client().get(path).content.decode()
    Client().post(path, NEW)
    assert User.objects.get().role == Role.ADMIN
    assert not mail.outbox


def test_the_command_prints_another_link_for_one_that_was_lost(
    capsys: pytest.CaptureFixture[str], db: None
) -> None:
    paths = []
    for _ in range(2):
        call_command("invite", "first@example.com", name="First Admin")
        paths.append("/invitation/" + capsys.readouterr().out.strip().split("/invitation/")[1])
    lost, found = paths
    assert Client().post(lost, NEW).status_code == 410
    Client().post(found, NEW)
    assert User.objects.get().role == Role.ADMIN


def test_the_command_wants_a_partner_for_its_people(partner: Partner) -> None:
    with pytest.raises(CommandError, match="--partner"):
        call_command("invite", "x@example.com", role="partner-rep")
    call_command("invite", "x@example.com", role="partner-rep", partner=partner.number)
    with pytest.raises(CommandError, match="valid email"):
        call_command("invite", "nobody")
