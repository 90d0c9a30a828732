"""A link is used once, even by many at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Role, User
from partners.models import Invitation, Membership
from partners.people import actions

THREADS = 8


@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_accept_at_once_gets_the_account(partner_admin: User) -> None:
    partner = partner_admin.membership.partner
    invitation = actions.invite(
        email="nora@example.com",
        role=Role.PARTNER_REP,
        partner=partner,
        acting_user=partner_admin,
    )
    token, start = invitation.issue_token(), Barrier(THREADS)

    def accept(number: int) -> bool:
        try:
            start.wait()
            actions.accept(token, name=f"Nora {number}", password="violet-harbour-17")
        except actions.LinkUnusable:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        won = list(pool.map(accept, range(THREADS)))
    assert won.count(True) == 1
    assert User.objects.filter(email="nora@example.com").count() == 1
    assert Membership.objects.filter(partner=partner).count() == 2
    assert not Invitation.objects.open().exists()
