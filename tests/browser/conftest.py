"""A real browser, under the real security policy, that fails on what its console complains of."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's own loop runs in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, str]:
    """The width of the window in pixels, and its appearance."""
    width, scheme = request.param
    return width, scheme


@pytest.fixture
def open_window(browser: Browser, size: tuple[int, str]) -> Iterator[Callable[[str], Page]]:
    """Opens an address in a window of its own; complaints of any console fail the test."""
    complaints: list[str] = []
    contexts = []

    def at(address: str) -> Page:
        width, scheme = size
        look: Literal["dark", "light"] = "dark" if scheme == "dark" else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=look)
        contexts.append(context)
        window = context.new_page()
        window.on("console", lambda message: complaints.extend(_bad(message)))
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.goto(address)
        return window

    yield at
    for context in contexts:
        context.close()
    assert complaints == []


def _bad(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in {"error", "warning"} else []
