"""A worker that lost its lease has no say any more."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from alerts.models import Run
from channelhub.lib.work import WorkState

Word = Callable[[Run], None]
WORDS: dict[str, Word] = {
    "renew": lambda run: run.renew(),
    "finish": lambda run: run.finish(),
    "retry later": lambda run: run.retry_later("no disk"),
    "give up": lambda run: run.give_up("no file"),
}


@pytest.fixture
def lost(db: None) -> Run:
    """A run whose lease ran out, and which another worker took."""
    run = Run.objects.create(as_of=dt.date(2025, 12, 31))
    assert run.claim()
    Run.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert Run.objects.get().claim()
    return run


@pytest.mark.parametrize("word", WORDS)
def test_a_worker_that_was_replaced_changes_nothing(lost: Run, word: str) -> None:
    before = Run.objects.values().get()
    WORDS[word](lost)
    assert Run.objects.values().get() == before


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("renew", WorkState.RUNNING),
        ("finish", WorkState.DONE),
        ("retry later", WorkState.QUEUED),
        ("give up", WorkState.DEAD),
    ],
)
def test_the_worker_that_replaced_it_does(lost: Run, word: str, state: str) -> None:
    run = Run.objects.get()
    WORDS[word](run)
    assert (run.state, Run.objects.get().state) == (state, state)
