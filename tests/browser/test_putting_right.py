"""Data that is put right: a disputed sale, a month without sales, a hand-over, an erasure."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from partners.models import Person
from sales.models import Feed, FeedMonth, SalesLine

from .test_journeys import sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenWindow = Callable[[str], Page]


def test_a_partner_says_a_sale_is_its_own_and_an_admin_gives_it_the_lines(
    site: str, open_window: OpenWindow
) -> None:
    line = SalesLine.objects.exclude(reseller=None).exclude(reseller__name="Brightmoor IT").first()
    assert line
    window = open_window(f"{site}/portal/disputes/")
    sign_in(window, "partner-admin@channelhub.example")
    window.fill("input[name=invoice]", line.invoice)
    window.fill("textarea[name=reason]", "We delivered it.")
    window.get_by_role("button", name="Send").click()
    expect(window.locator("main tbody")).to_contain_text("Open")
    assert sideways(window) <= 0

    desk = open_window(f"{site}/disputes/")
    sign_in(desk, "admin@channelhub.example")
    assert sideways(desk) <= 0
    desk.get_by_role("link", name=line.invoice).click()
    desk.fill("textarea[name=why]", "Proof of delivery.")
    assert sideways(desk) <= 0
    desk.get_by_role("button", name="Accept").click()
    expect(desk.locator("main")).to_contain_text("Lines that were reattributed")
    assert sideways(desk) <= 0

    window.reload()
    expect(window.locator("main tbody")).to_contain_text("Accepted")


def test_a_feed_says_that_nothing_was_sold(site: str, open_window: OpenWindow) -> None:
    feed = Feed.objects.latest("pk")
    last = feed.months.latest("month")
    SalesLine.objects.filter(feed=feed, date__gte=last.month).delete()
    FeedMonth.objects.filter(pk=last.pk).delete()
    window = open_window(f"{site}/feeds/{feed.public_id}/")
    sign_in(window, "admin@channelhub.example")
    assert sideways(window) <= 0
    window.get_by_role("link", name="No sales this period").click()
    for name in ("first", "last"):
        window.select_option(f"select[name={name}]", f"{last.month:%Y-%m}")
    window.get_by_role("button", name="Continue").click()
    assert sideways(window) <= 0
    window.get_by_role("button", name="Yes, nothing was sold").click()
    expect(window.locator("main")).to_contain_text(f"No sales, {last.month:%B %Y}")
    assert FeedMonth.objects.filter(feed=feed, month=last.month).exists()


def test_partners_are_handed_over_and_a_person_is_erased(
    site: str, open_window: OpenWindow
) -> None:
    window = open_window(f"{site}/partners/reassign/")
    sign_in(window, "admin@channelhub.example")
    manager = User.objects.get(email="manager@channelhub.example")
    admin = User.objects.get(email="admin@channelhub.example")
    window.select_option("select[name=leaving]", str(manager.public_id))
    window.select_option("select[name=to]", str(admin.pk))
    window.get_by_role("button", name="Look at the partners").click()
    assert sideways(window) <= 0
    window.get_by_role("button", name="Hand them over").click()
    expect(window.locator("main")).to_contain_text(f"of {manager} went to {admin}.")

    somebody = Person.objects.exclude(phone="").first() or Person.objects.first()
    assert somebody
    window.goto(f"{site}/erasure/people/{somebody.public_id}/")
    window.fill("input[name=reason]", "Asked for by letter.")
    window.check("input[name=sure]")
    assert sideways(window) <= 0
    window.get_by_role("button", name="Erase").click()
    window.get_by_role("dialog").get_by_role("button").last.click()
    expect(window.locator("h1")).to_have_text("erased")
    somebody.refresh_from_db()
    assert somebody.name == "erased"
