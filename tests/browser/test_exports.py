"""The button under a list, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from partners.models import Partner
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_export_follows_the_filter_and_stays_inside_the_window(
    live_server: LiveServer, open_window: Callable[[str], Page], admin: User, partner: Partner,
    other_partner: Partner, size: tuple[int, str],
) -> None:  # fmt: skip
    window = open_window(f"{live_server.url}/accounts/login/?next=/partners/")
    window.locator("input[name=login]").fill(admin.email)
    window.locator("input[name=password]").fill(PASSWORD)
    window.locator("main button[type=submit]").first.click()
    window.get_by_role("searchbox").fill("Beta")
    expect(window.get_by_role("link", name="Alpha Systems")).to_have_count(0)
    window.locator("summary", has_text="Export").press("Enter")
    link = window.get_by_role("link", name="CSV")
    expect(link).to_have_attribute("href", "/partners/export.csv?q=Beta")
    box = link.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]
    window.keyboard.press("Escape")
    expect(link).to_be_hidden()
