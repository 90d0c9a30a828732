"""Several of the queue at once: only what nothing speaks against, and each told by itself."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deals.actions import bulk, reviewing
from deals.actions.direct import log_direct
from deals.models import Authorisation, Deal, Protection
from deals.rules.states import State
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
BULK = "/deals/bulk/"


@pytest.fixture
def clear(submitted: Make, partner: Partner, partner_rep: User) -> list[Deal]:
    return [submitted(partner, partner_rep, name=name) for name in ("Alder Works", "Quarry Bank")]


def sent(deals: list[Deal], **more: str) -> dict[str, Any]:
    return {"deal": [str(deal.public_id) for deal in deals], "action": "approve", **more}


def text_of(page: Any) -> str:
    assert page.status_code == 200
    main: str = page.content.decode().split("<main", 1)[1]
    return " ".join(main.split())


def states(deals: list[Deal]) -> list[str]:
    return [Deal.objects.get(pk=deal.pk).state for deal in deals]


def test_what_nothing_speaks_against_is_listed_then_approved(
    clear: list[Deal], manager: User, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    assert "Approve the chosen" in text_of(client.get("/deals/"))
    text = text_of(client.get(BULK, sent(clear)))
    assert "Approve 2 registrations" in text
    assert "Left out" not in text
    assert states(clear) == [State.SUBMITTED, State.SUBMITTED]
    done = text_of(client.post(BULK, sent(clear), follow=True))
    assert all(f"{deal}: approved." in done for deal in clear)
    assert states(clear) == [State.APPROVED, State.APPROVED]
    assert Protection.objects.count() == 2


def test_what_overlaps_or_is_not_eligible_is_left_out_and_why(
    clear: list[Deal],
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    other_partner: Partner,
    other_partner_admin: User,
    storage: ProductLine,
    direct: User,
    admin: User,
    sign_in: SignIn,
    clock: Any,
) -> None:
    other = submitted(other_partner, other_partner_admin, name="Quarry Bank")
    worked = submitted(partner, partner_rep, name="Worked Upon")
    log_direct(
        customer=worked.customer, product_line=storage, acting_user=direct,
        account_name="Worked Upon",
    )  # fmt: skip
    Authorisation.objects.create(
        partner=other_partner, agreement="A-1", product_line=storage, countries=["FR"],
        valid=DateRange(dt.date(2020, 1, 1), None),
    )  # fmt: skip
    abroad = submitted(other_partner, other_partner_admin, name="Far Mill")
    changed = submitted(partner, partner_rep, name="Decided Mill")
    reviewing.approve_deal(changed, acting_user=admin)
    deals = [*clear, other, worked, abroad, changed]
    client = sign_in(admin)
    text = text_of(client.get(BULK, sent(deals)))
    assert "Approve 1 registration<" in text
    first, left_out = text.split("Left out, and why")
    assert "Alder Works" in first
    for name in ("Quarry Bank", "Worked Upon", "Far Mill"):
        assert name not in first
        assert name in left_out
    assert left_out.count("at what is, or may be, this customer") == 3
    assert "Authorised for Storage in FR only, not in GB." in left_out
    # Whatever is sent, nobody gets round the look.
    done = text_of(client.post(BULK, sent(deals), follow=True))
    assert f"{other}: not approved. 1 other record" in done
    assert states(deals) == [
        State.APPROVED, State.SUBMITTED, State.SUBMITTED, State.SUBMITTED, State.SUBMITTED,
        State.APPROVED,
    ]  # fmt: skip
    assert Protection.objects.filter(deal=changed).count() == 1


def test_one_that_is_refused_keeps_no_other_from_being_done(
    clear: list[Deal], manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewing.approve_deal(clear[0], acting_user=manager)
    outcomes = bulk.each(clear, lambda deal: bulk.approve_if_clear(deal, acting_user=manager))
    assert [bool(outcome.refusal) for outcome in outcomes] == [True, False]
    assert states(clear) == [State.APPROVED, State.APPROVED]


def test_several_are_given_to_somebody_else(
    clear: list[Deal], manager: User, other_manager: User, partner_rep: User, sign_in: SignIn
) -> None:
    client, asked = sign_in(manager), sent(clear, action="reassign")
    assert "Give 2 registrations" in text_of(client.get(BULK, asked))
    assert client.post(BULK, {**asked, "to": partner_rep.pk}).status_code == 422
    done = text_of(client.post(BULK, {**asked, "to": other_manager.pk}, follow=True))
    assert all(f"{deal}: given to {other_manager}." in done for deal in clear)
    assert {Deal.objects.get(pk=deal.pk).reviewer for deal in clear} == {other_manager}


def test_strangers_nonsense_and_too_many_change_nothing(
    clear: list[Deal],
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    other_manager: User,
    chief: User,
    manager: User,
    sign_in: SignIn,
) -> None:
    for asked in (sent(clear), {}, {"deal": ["x", "a\0"]}):
        told = sign_in(other_manager).post(BULK, asked, follow=True)
        assert "Choose registrations of the list first." in told.content.decode()
    assert sign_in(chief).post(BULK, sent(clear)).status_code == 404
    many = [*clear, *(submitted(partner, partner_rep, name=f"Mill {n}") for n in range(24))]
    told = sign_in(manager).post(BULK, sent(many), follow=True)
    assert "Choose no more than 25 at once." in told.content.decode()
    assert set(states(many)) == {State.SUBMITTED}


def test_the_queue_costs_the_same_at_25_and_at_200(
    clear: list[Deal], submitted: Make, partner: Partner, partner_rep: User, manager: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    client, costs = sign_in(manager), []
    client.get("/deals/")
    for more in (23, 25):
        for number in range(more):
            submitted(partner, partner_rep, name=f"Mill {more} {number}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/deals/", {"per": 200}).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
