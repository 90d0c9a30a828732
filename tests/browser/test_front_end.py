"""The built bundles in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> str:
    settings.ROOT_URLCONF = "tests.site.showcase"
    return f"{live_server.url}/showcase/"


@pytest.fixture
def page(open_window: Callable[[str], Page], address: str) -> Page:
    """The showcase."""
    return open_window(address)


def test_a_chart_is_drawn_without_eval_and_without_inline_style(page: Page) -> None:
    page.wait_for_selector("[data-chart] svg")
    expect(page.locator("[data-chart] path[aria-roledescription=bar]")).to_have_count(12)


def test_nothing_scrolls_sideways_and_there_is_one_heading(page: Page) -> None:
    page.wait_for_selector("[data-chart] svg")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("h1").count() == 1


def test_a_search_swaps_the_list_and_pushes_a_clean_address(page: Page, address: str) -> None:
    page.fill("[name=q]", "Row 6")
    page.wait_for_url(f"{address}?q=Row%206")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("#announcer")).to_have_text("1\N{EN DASH}2 of 2")
    page.go_back()
    page.wait_for_url(address)
    expect(page.locator("tbody tr")).to_have_count(25)


def test_the_pager_keeps_the_filter_chosen_before_it(page: Page, address: str) -> None:
    page.goto(f"{address}?q=Row")
    page.click("#page-next")
    page.wait_for_url(f"{address}?q=Row&page=2")
    expect(page.locator("tbody tr").first).to_contain_text("Row 26")


def test_a_question_is_asked_before_a_form_is_sent(page: Page, address: str) -> None:
    page.click("button:has-text('End')")
    assert page.locator("#confirm-dialog[open]").inner_text().startswith("End it?")
    page.keyboard.press("Escape")
    assert page.url == address


def test_the_chosen_appearance_is_remembered_and_set_before_the_first_paint(page: Page) -> None:
    page.click("summary[aria-label=Appearance]")
    page.click("[data-theme-set=dark]")
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.click("summary[aria-label=Appearance]")
    assert page.locator("[data-theme-set=dark]").get_attribute("aria-pressed") == "true"
