"""What the beat does: everything in the list, whatever fails."""

import pytest

from channelhub import tick
from channelhub.tasks import ring_tick


def test_one_that_fails_keeps_no_other_from_running(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []

    def breaks() -> None:
        raise RuntimeError("no table")

    monkeypatch.setattr(tick, "TICK", (lambda: rung.append("a"), breaks, lambda: rung.append("c")))
    assert tick.tick() == ["breaks"]
    assert rung == ["a", "c"]


@pytest.mark.django_db
def test_nothing_fails_on_an_empty_installation() -> None:
    assert tick.tick() == []
    ring_tick()
    assert ring_tick.name == "channelhub.tick"
