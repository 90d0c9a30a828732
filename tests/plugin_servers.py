"""Gives the tests their servers before Django reads its settings.

Only pytest's controller does: xdist's workers inherit the addresses from it.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from channelhub import local


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        stack = ExitStack()
        early_config.add_cleanup(stack.close)
        given = os.environ.get("REDIS_URL")
        stack.enter_context(local.environment())
        if not given:
            _keep_apart()
    return (yield)


def _keep_apart() -> None:
    """Ring another doorbell than the `make run` that may share the server."""
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + "/1"
