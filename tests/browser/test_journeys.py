"""Whole jobs, as people do them: sign in, find what changed and why, look at a partner."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from channelhub.demo_accounts import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenWindow = Callable[[str], Page]


def sign_in(window: Page, email: str, password: str = PASSWORD) -> None:
    window.fill("input[name=login]", email)
    window.fill("input[name=password]", password)
    window.click("main button[type=submit]")


def sideways(window: Page) -> int:
    pixels: int = window.evaluate("document.documentElement.scrollWidth - innerWidth")
    return pixels


def test_a_channel_manager_s_morning(site: str, open_window: OpenWindow) -> None:
    window = open_window(f"{site}/")
    assert "/accounts/login/" in window.url  # nobody sees anything before signing in
    sign_in(window, "manager@channelhub.example", "not my password")
    expect(window.get_by_role("alert").first).to_contain_text("not correct")
    sign_in(window, "manager@channelhub.example")

    expect(window.locator("h1")).to_have_text("Your partners")
    overnight = window.get_by_role("region", name="Changed overnight")
    # Six of sales and facts; of deals as many as the days of the week bring along.
    expect(overnight.locator("tbody tr").nth(5)).to_be_visible()
    expect(window.get_by_role("region", name="Risks")).to_be_visible()
    expect(window.locator("svg.ch-spark").first).to_be_visible()
    assert sideways(window) <= 0

    changed = overnight.locator("tbody tr", has_text="Our sales fell").filter(has_text="New alert")
    name = changed.locator("a").inner_text()
    changed.locator("a").click()
    expect(window.locator("h1")).to_contain_text("Our sales fell")
    expect(window.locator("article")).to_contain_text("The threshold is a change of 20%")
    expect(window.locator("article")).to_contain_text("It ends when the change is under 15%")
    assert sideways(window) <= 0

    window.locator("main").get_by_role("link", name=name).first.click()
    expect(window.locator("h1")).to_have_text(name)
    expect(window.get_by_role("region", name="Health")).to_contain_text(
        re.compile(r"judged [5-8] of 8")
    )
    alert = window.locator("article", has_text="Our sales fell")
    alert.get_by_text("Why, and what would end it").click()
    expect(window.get_by_text("Last 6 months", exact=True)).to_be_visible()
    bars = window.locator("[data-chart] path[aria-roledescription=bar]")
    expect(bars).to_have_count(36)
    assert sideways(window) <= 0

    alert.get_by_role("link", name="The rows behind it").click()
    expect(window.locator("h1")).to_have_text(f"Sales lines of {name}")
    expect(window.locator("tbody tr").first).to_be_visible()
    assert sideways(window) <= 0


def test_what_is_heard_in_a_call_is_written_down(site: str, open_window: OpenWindow) -> None:
    window = open_window(f"{site}/partners/?q=P-1102")
    sign_in(window, "manager@channelhub.example")
    window.locator("#results tbody a").first.click()
    window.get_by_role("region", name="Line cards").get_by_role("link", name="Over time").click()
    window.fill("input[name=category]", "Switching")
    window.fill("textarea[name=suppliers]", "Corvex\nus\nus")
    window.get_by_role("button", name="Write down").click()
    expect(window.locator("main")).to_contain_text("us stands twice")
    window.fill("textarea[name=suppliers]", "Corvex\nus")
    window.get_by_role("button", name="Write down").click()
    expect(window.locator("main")).to_contain_text("Switching: we are #2.")
    assert sideways(window) <= 0

    window.goto(f"{site}/partners/?q=P-1102")
    window.locator("#results tbody a").first.click()
    window.get_by_role("region", name="People").locator("tbody a").first.click()
    window.fill("input[name=where_to]", "A rival")
    window.get_by_role("button", name="Record that they left").click()
    expect(window.locator("main")).to_contain_text("to A rival")
    assert sideways(window) <= 0


def test_alerts_are_narrowed_without_losing_the_address(site: str, open_window: OpenWindow) -> None:
    window = open_window(f"{site}/alerts/")
    sign_in(window, "chief@channelhub.example")
    expect(window.locator("h1")).to_have_text("Alerts")
    window.select_option("select[name=nature]", "opportunity")
    window.wait_for_url(re.compile("nature=opportunity"))
    expect(window.locator("tbody")).not_to_contain_text("Our sales fell")
    window.reload()
    expect(window.locator("select[name=nature]")).to_have_value("opportunity")
    expect(window.locator("tbody")).not_to_contain_text("Our sales fell")


def test_a_partner_s_rep_sees_their_company_and_no_other(
    site: str, open_window: OpenWindow
) -> None:
    window = open_window(f"{site}/")
    sign_in(window, "partner-rep@channelhub.example")
    expect(window.locator("h1")).to_have_text("Brightmoor IT")
    expect(window.locator("[data-chart] svg")).to_be_visible()
    expect(window.locator("nav").first).not_to_contain_text("Alerts")
    assert sideways(window) <= 0


def test_it_can_be_used_by_keyboard_alone(site: str, open_window: OpenWindow) -> None:
    window = open_window(f"{site}/accounts/login/")
    window.focus("input[name=login]")
    window.keyboard.type("manager@channelhub.example")
    window.keyboard.press("Tab")
    window.keyboard.type(PASSWORD)
    window.keyboard.press("Enter")
    expect(window.locator("h1")).to_have_text("Your partners")
    window.keyboard.press("Tab")
    skip = window.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    window.keyboard.press("Enter")
    window.keyboard.press("Tab")
    expect(window.locator("main :focus")).to_have_count(1)
