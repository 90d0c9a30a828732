"""A real browser, under the real security policy, that fails on what its console complains of."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from django.core.cache import cache
from django.db import connection, connections
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from psycopg import sql
from pytest_django.live_server_helper import LiveServer

from channelhub.demo.build import build

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


@pytest.fixture(scope="session")
def kept_demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """The name of a database that holds the demo as it was made, once there is one."""
    names: list[str] = []
    yield names
    with django_db_blocker.unblock():
        for name in names:
            _in_the_server("DROP DATABASE IF EXISTS {}", name)


@pytest.fixture
def site(live_server: LiveServer, kept_demo: list[str]) -> str:
    """The address of the demo: made by the first test, copied for every other."""
    cache.clear()
    ours = connection.settings_dict["NAME"]
    if kept_demo:
        _copy(kept_demo[0], ours)
    else:
        build()
        kept_demo.append(f"{ours}_demo")
        _copy(ours, kept_demo[0])
    return str(live_server.url)


def _copy(database: str, copy: str) -> None:
    connections.close_all()
    _in_the_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", copy)
    # Whoever still has it open keeps it from being copied.
    _in_the_server("ALTER DATABASE {} ALLOW_CONNECTIONS false", database)
    _in_the_server(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}",
        sql.Literal(database),
    )
    _in_the_server("CREATE DATABASE {} TEMPLATE {}", copy, database)
    _in_the_server("ALTER DATABASE {} ALLOW_CONNECTIONS true", database)


def _in_the_server(statement: str, *names: str | sql.Literal) -> None:
    words = [sql.Identifier(name) if isinstance(name, str) else name for name in names]
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*words))


def _bad(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type in {"error", "warning"} else []
