"""What the pages of partners and customers show of deals, and the figures there."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from customers.models import CustomerPartner
from deals.actions import progress, reviewing, timed
from deals.actions.direct import decide_breach, file_breach, log_direct
from deals.figures import Figures, figures_of
from deals.models import Deal, ReviewTeam, TeamHoliday
from deals.panels import deals_of
from partners.models import Partner
from sales.models import ProductLine

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]


def text_of(page: Any) -> str:
    assert page.status_code == 200
    main: str = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(main.split())


def figures(since: dt.datetime) -> Figures:
    return figures_of(Deal.objects.all(), since)


def test_the_win_rate_leaves_out_what_expired_and_was_released(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    start = clock.now
    deals = [submitted(partner, partner_rep, name=f"Mill {n}") for n in range(6)]
    for deal in deals[:5]:
        reviewing.approve_deal(deal, acting_user=manager)
    progress.win_deal(deals[0], amount=Decimal(5), acting_user=partner_rep)
    progress.win_deal(deals[1], amount=Decimal(5), acting_user=partner_rep)
    progress.lose_deal(deals[2], reason="price", acting_user=partner_rep)
    clock.turn(days=60)
    progress.update_progress(deals[3], text="Alive.", acting_user=partner_rep)
    clock.turn(days=40)
    timed.age_protections()
    told = figures(start)
    assert (told.won, told.lost, told.expired, told.released) == (2, 1, 2, 0)
    assert told.win_rate == Decimal(2) / 3
    # Lost in the end after it had expired: it is lost, and no longer expired.
    progress.lose_deal(deals[3], reason="price", acting_user=partner_rep)
    told = figures(start)
    assert (told.won, told.lost, told.expired) == (2, 2, 1)
    assert figures(clock.turn(days=1)).win_rate is None


def test_decisions_are_timed_in_working_days_without_the_partners_own(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, team: ReviewTeam,
    clock: Any,
) -> None:  # fmt: skip
    """Monday, a question on Tuesday, the answer on Thursday, decided on the next Monday."""
    TeamHoliday.objects.create(team=team, day=dt.date(2026, 3, 6), name="Founders' day")
    start = clock.now
    deal = submitted(partner, partner_rep)
    clock.turn(days=1)
    reviewing.ask(deal, question="When?", acting_user=manager)
    clock.turn(days=2)
    reviewing.answer(deal, text="In May.", acting_user=partner_rep)
    clock.turn(days=4)
    reviewing.approve_deal(deal, acting_user=manager)
    told = figures(start)
    # A day until the question; from Thursday 9:00 to Monday 9:00 without Friday and the week-end.
    assert told.median_days == pytest.approx(2.0)
    assert (told.decided, told.in_time) == (1, 1)
    assert told.inside_the_clock == 1


def test_a_late_answer_begins_anew_and_a_late_decision_counts_as_such(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    start = clock.now
    deal = submitted(partner, partner_rep)
    clock.turn(hours=5)
    reviewing.ask(deal, question="When?", acting_user=manager)
    clock.turn(days=14)
    reviewing.answer(deal, text="In May.", acting_user=partner_rep)
    clock.turn(days=3)
    reviewing.approve_deal(deal, acting_user=manager)
    told = figures(start)
    assert told.median_days == pytest.approx(3.0)
    assert told.inside_the_clock == 0


def test_nine_of_ten_are_decided_within_the_ninth(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> None:
    start = clock.now
    for hours in range(10):
        deal = submitted(partner, partner_rep, name=f"Mill {hours}")
        clock.turn(minutes=6 * (hours + 1))
        reviewing.approve_deal(deal, acting_user=manager)
    told = figures(start)
    assert told.p90_days == pytest.approx(54 / 60 / 24)
    assert told.median_days == pytest.approx(33 / 60 / 24)


def test_nothing_known_is_told_as_unknown(
    partner: Partner, manager: User, sign_in: SignIn, clock: Any
) -> None:
    text = text_of(sign_in(manager).get(partner.get_absolute_url()))
    deals = text.split('id="deals"', 1)[1].split("</section>", 1)[0]
    assert deals.count(">unknown<") == 3
    assert "No registration is open." in deals


def test_a_partners_page_tells_its_deals_in_three_queries(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, admin: User,
    sign_in: SignIn, clock: Any,
) -> None:  # fmt: skip
    for n in range(12):
        reviewing.approve_deal(submitted(partner, partner_rep, name=f"M {n}"), acting_user=manager)
    row = file_breach(
        partner=partner, evidence="So.", happened_on=clock.now.date(), acting_user=manager
    )
    decide_breach(row, confirm=True, text="Yes.", acting_user=admin)
    with CaptureQueriesContext(connection) as queries:
        told = deals_of(partner, manager)
    # the organisation's row besides, which a request has asked for already
    assert len([q for q in queries if "accounts_organisation" not in q["sql"]]) == 3
    assert (told.open_count, len(told.open), told.confirmed, told.severity) == (
        12, 8, 1, "warning",
    )  # fmt: skip
    text = text_of(sign_in(manager).get(partner.get_absolute_url()))
    assert "before 31 May 2026" in text
    assert "The first of" in text


def test_a_customers_page_names_only_partners_that_one_sees(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, other_manager: User,
    other_partner: Partner, storage: ProductLine, direct: User, sign_in: SignIn, clock: Any,
) -> None:  # fmt: skip
    deal = reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)
    assert deal.customer
    clock.turn(hours=1)
    log_direct(
        customer=deal.customer, product_line=storage, acting_user=direct, confirmed=True,
        account_name="Fenwick Mills",
    )  # fmt: skip
    for each in (partner, other_partner):
        CustomerPartner.objects.create(customer=deal.customer, partner=each)
    page = deal.customer.get_absolute_url()

    mine = text_of(sign_in(manager).get(page)).split('id="deals"', 1)[1]
    assert "Alpha Systems" in mine
    assert "30 May 2026" in mine
    assert deal.number in mine
    assert "Dora Direct" in mine
    theirs = text_of(sign_in(other_manager).get(page)).split('id="deals"', 1)[1]
    assert "another manager's partner" in theirs
    assert "30 May 2026" in theirs
    assert not [word for word in ("Alpha", deal.number) if word in theirs.split("</section>")[0]]


def words_of(page: Any) -> str:
    """What is read, without the marks around it."""
    return " ".join(re.sub("<[^>]*>", " ", text_of(page)).split()).replace(" ,", ",")


def test_home_tells_how_it_goes_of_what_one_sees(
    submitted: Make,
    partner: Partner,
    partner_rep: User,
    other_partner: Partner,
    other_partner_admin: User,
    manager: User,
    admin: User,
    chief: User,
    sign_in: SignIn,
    clock: Any,
) -> None:
    assert "How registrations went" not in words_of(sign_in(manager).get("/"))
    mine = [submitted(partner, partner_rep, name=f"Mill {n}") for n in range(3)]
    theirs = submitted(other_partner, other_partner_admin, name="Of another")
    clock.turn(days=1)
    for deal in mine[:2]:
        reviewing.approve_deal(deal, acting_user=manager)
    clock.turn(days=6)
    reviewing.reject_deal(mine[2], code="other", text="No.", acting_user=manager)
    reviewing.approve_deal(theirs, acting_user=admin)
    progress.win_deal(mine[0], amount=Decimal(5), acting_user=partner_rep)
    progress.lose_deal(theirs, reason="price", acting_user=other_partner_admin)
    filed = file_breach(
        partner=partner, evidence="So.", happened_on=clock.now.date(), acting_user=manager
    )
    decide_breach(filed, confirm=True, text="Yes.", acting_user=admin)
    home = words_of(sign_in(manager).get("/"))
    assert "median 1.0, nine of ten within 5.0" in home
    assert "66.66% of 3" in home
    assert "100.00%, 1 won and 0 lost" in home
    assert "1 confirmed, 0 suspected" in home
    every = words_of(sign_in(chief).get("/"))
    assert "50.00% of 4" in every
    assert "50.00%, 1 won and 1 lost" in every
    # What is older than 90 days is not lately; a breach counts for 12 months.
    clock.turn(days=100)
    later = words_of(sign_in(manager).get("/"))
    assert "unknown of 0" in later
    assert "1 confirmed, 0 suspected" in later
