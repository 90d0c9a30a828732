"""A whole deal, from its registration to won, by a partner's rep and a channel manager."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from deals.models import Deal, Protection
from deals.rules.states import State

from .test_journeys import sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenWindow = Callable[[str], Page]


def test_a_deal_is_registered_asked_about_approved_and_won(
    site: str, open_window: OpenWindow
) -> None:
    window = open_window(f"{site}/portal/deals/new/")
    sign_in(window, "partner-rep@channelhub.example")
    window.get_by_role("button", name="Submit").click()  # nothing is filled in yet
    expect(window.get_by_role("alert").first).to_contain_text("Please correct this")
    window.fill("input[name=account_name]", "Thornbury Observatory")
    window.fill("input[name=account_domain]", "https://www.thornbury-observatory.example/about")
    window.select_option("select[name=account_country]", "US")
    window.select_option("select[name=line-0-product_line]", label="Switching")
    window.fill("input[name=line-0-amount]", "84000")
    window.fill("input[name=expected_close]", "2031-06-30")
    window.fill("textarea[name=effort]", "Site survey, and a design that they accepted.")
    expect(window.locator("#draft-note")).to_contain_text("Saved")
    assert sideways(window) <= 0
    window.get_by_role("button", name="Submit").click()
    expect(window.locator("main")).to_contain_text("Received, under review")
    assert sideways(window) <= 0
    deal = Deal.objects.get(account_name="Thornbury Observatory")
    assert deal.account_domain == "thornbury-observatory.example"

    desk = open_window(f"{site}/deals/")
    sign_in(desk, "manager@channelhub.example")
    assert sideways(desk) <= 0
    desk.get_by_role("link", name="Thornbury Observatory").click()
    expect(desk.locator("main")).to_contain_text("Nothing else is at this customer")
    assert sideways(desk) <= 0
    desk.fill("textarea[name=question]", "Who decides there?")
    desk.get_by_role("button", name="Ask; the clock stands still").click()
    expect(desk.locator("main")).to_contain_text("The partner is asked")

    window.goto(f"{site}/portal/deals/{deal.public_id}/")
    expect(window.locator("main")).to_contain_text("Who decides there?")
    answer = window.locator("form", has=window.locator("input[name=form][value=answer]"))
    answer.locator("textarea").fill("Their director of operations.")
    answer.get_by_role("button").click()
    assert sideways(window) <= 0

    desk.reload()
    desk.get_by_role("button", name="Approve the ticked lines").click()
    expect(desk.locator("main")).to_contain_text("The registration is approved")
    assert Protection.objects.filter(deal=deal, exclusive=True).count() == 1

    window.reload()
    expect(window.locator("main")).to_contain_text("Approved")
    won = window.locator("details", has=window.locator("input[name=form][value=won]"))
    won.locator("summary").click()
    won.locator("input[name=amount]").fill("82500")
    won.locator("input[name=order_number]").fill("SO-1")
    won.get_by_role("button").click()
    expect(window.locator("main")).to_contain_text("Won")
    assert sideways(window) <= 0
    deal.refresh_from_db()
    assert (deal.state, deal.order_number) == (State.WON, "SO-1")
