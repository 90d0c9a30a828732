"""Sales lines that carry a registration's number."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from deals.actions.proofs import proof_of
from deals.actions.reviewing import approve_deal
from deals.models import Deal
from imports.models import Import, Source
from partners.models import Partner
from sales.models import Feed, SalesLine


@pytest.fixture
def sell(db: None) -> Callable[..., None]:
    """Writes a line that bills a partner: `sell(partner, deal.number, 100)`."""
    source = Source.objects.create(name="erp")
    feed = Feed.objects.create(source=source, route="channel")
    load = Import.objects.create(kind="sales", source=source, file_name="a.csv", size=1)

    def write(partner: Partner, number: str, amount: int) -> None:
        count = SalesLine.objects.count()
        facts: dict[str, Any] = {"kind": "billing", "currency": "USD", "basis": "vendor-net"}
        SalesLine.objects.create(
            source=source, feed=feed, load=load, invoice=f"I{count}", line="1", reseller=partner,
            date=dt.date(2026, 4, 1), known_on=dt.date(2026, 4, 2), deal=number,
            amount=Decimal(amount), **facts,
        )  # fmt: skip

    return write


def test_lines_of_the_partner_with_the_number_prove_it_and_others_do_not(
    submitted: Callable[..., Deal],
    partner: Partner,
    other_partner: Partner,
    partner_rep: User,
    sell: Callable[..., None],
) -> None:
    deal = submitted(partner, partner_rep)
    assert proof_of(deal) is None
    sell(partner, deal.number, 900)
    sell(partner, deal.number, -100)
    sell(other_partner, deal.number, 5_000)
    sell(partner, "", 7)
    proof = proof_of(deal)
    assert proof is not None
    assert (proof.lines, proof.sums) == (2, (("USD", Decimal(800)),))


def test_the_page_says_that_it_was_sold_and_not_reported(
    submitted: Callable[..., Deal],
    partner: Partner,
    partner_rep: User,
    manager: User,
    sell: Callable[..., None],
    sign_in: Callable[[User], Client],
) -> None:
    deal = submitted(partner, partner_rep)
    approve_deal(deal, acting_user=manager)
    sell(partner, deal.number, 900)
    text = sign_in(manager).get(reverse("deals:detail", args=[deal.public_id])).content.decode()
    assert "Not reported won" in text


def test_home_says_what_waits(
    submitted: Callable[..., Deal],
    partner: Partner,
    partner_rep: User,
    manager: User,
    sign_in: Callable[[User], Client],
    clock: Any,
) -> None:
    submitted(partner, partner_rep)
    clock.turn(days=3)
    text = sign_in(manager).get("/").content.decode()
    assert "Deal registrations that wait for a decision" in text
