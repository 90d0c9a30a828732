import pytest

from accounts.models import Role, User
from partners.models import Invitation, Partner
from partners.people import actions


@pytest.fixture
def invited(partner: Partner, partner_admin: User) -> Invitation:
    return actions.invite(
        email="nora@example.com",
        role=Role.PARTNER_REP,
        partner=partner,
        acting_user=partner_admin,
    )
